"""Who is this, which role do they hold, and what may they: everybody who acts passes here first."""
