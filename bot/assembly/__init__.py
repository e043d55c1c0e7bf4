"""How the rooms are put together: each room is a part with its doors, its kinds of operation and its jobs."""
