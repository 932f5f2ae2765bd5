"""Controlled vocabularies (topic, sector, position) and free tags."""
