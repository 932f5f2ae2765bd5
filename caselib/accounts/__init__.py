"""Users, their units and their roles."""
