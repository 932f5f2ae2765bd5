"""Errors, the clock, the audit chain and background jobs: what every other app stands on."""
