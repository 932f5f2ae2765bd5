"""Caselib: a case library and course catalogue, one small Django app per concern."""
