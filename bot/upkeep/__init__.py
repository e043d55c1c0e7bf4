"""What keeps the house in order, of no room: what is owed, what is forgotten, what is counted."""
