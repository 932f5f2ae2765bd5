"""Backup and restore of everything that cannot be made again: the database and the private media."""
