"""Where an edition can be filled from that this app does not know: others announce themselves, the site connects them.

Online lists belong to the catalogue, a sibling that is never imported here. The composition root registers a source
that knows both; this app shows its choices and takes the ids of resources it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from caselib.accounts.viewers import Viewer


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of set that can be chosen whole. ``key`` is stable; ``choices`` gives (value, label) as a viewer may see
    them; ``ids`` the resources of one choice in the order of printing, none for a choice the viewer may not know."""

    key: str
    label: str | Promise
    choices: Callable[[Viewer], Sequence[tuple[str, str]]]
    ids: Callable[[Viewer, str], Sequence[int]]


_SOURCES: dict[str, Source] = {}


def register(source: Source) -> None:
    """Announce ``source``; one of the same key is replaced."""
    _SOURCES[source.key] = source


def offered(viewer: Viewer) -> list[tuple[Source, Sequence[tuple[str, str]]]]:
    """Return the sources that have anything for ``viewer`` to choose, with their choices."""
    found = [(source, source.choices(viewer)) for source in _SOURCES.values()]
    return [(source, choices) for source, choices in found if choices]


def chosen(viewer: Viewer, key: str, value: str) -> list[int]:
    """Return the ids of a choice, none for a source or a choice that does not exist."""
    source = _SOURCES.get(key)
    return list(source.ids(viewer, value)) if source else []
