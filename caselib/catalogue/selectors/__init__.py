"""Queries of the catalogue, always asked for a viewer."""
