"""Cells of CSV files and workbooks that no spreadsheet program takes for a formula, and the way back."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def guard(cell: str) -> str:
    """Return ``cell`` with a mark in front if a spreadsheet would run it, or if it begins with that mark itself."""
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def unguard(cell: str) -> str:
    """Return what ``guard`` was given; cells that somebody else wrote stay as they are."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*FORMULA, "'")) else cell
