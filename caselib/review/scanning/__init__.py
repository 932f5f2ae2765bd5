"""The automatic checks as a pure core: rules in, hits out; no database, no clock, no page."""
