"""Queries on competitions."""
