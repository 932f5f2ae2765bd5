"""Measurements behind the figures of README and docs/decisions; each prints JSON."""
