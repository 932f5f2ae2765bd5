"""Editions of pinned revisions, compiled to Word."""
