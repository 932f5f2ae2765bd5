"""Similarity (查重) as a pure core: winnowed fingerprints find the candidates, exact matching shows the passages."""
