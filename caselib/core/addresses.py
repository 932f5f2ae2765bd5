"""Addresses of views, looked for once in the life of a process: many links of a page lead to the same few views."""

from __future__ import annotations

from functools import lru_cache

from django.urls import get_script_prefix, reverse


def address(view: str, *args: str) -> str:
    """Return what ``reverse`` says of ``view`` and ``args``; raises NoReverseMatch as that does."""
    return _address(get_script_prefix(), view, args)


@lru_cache(maxsize=1024)
def _address(prefix: str, view: str, args: tuple[str, ...]) -> str:
    return reverse(view, args=args)
