"""Where two siblings meet: an edition of a collection is filled from an online list of the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from caselib.accounts.viewers import Viewer
from caselib.anthologies.sources import Source, register
from caselib.catalogue.enums import ListKind
from caselib.catalogue.selectors.lists import entries_of, find_list, lists_for
from caselib.catalogue.selectors.rules_lists import entries_by_rule

_MOST = 300


def connect() -> None:
    """Let editions be filled from online lists. Called once when the site starts."""
    register(Source("list", _("From an online list"), _choices, _ids))


def _choices(viewer: Viewer) -> list[tuple[str, str]]:
    rows = lists_for(viewer).order_by("-published_at", "-pk")[:_MOST]
    return [(row.code, f"{row.title}（{row.code}）") for row in rows]


def _ids(viewer: Viewer, code: str) -> list[int]:
    found = find_list(viewer, code[:20])
    if found is None:
        return []
    entries = entries_by_rule(found, viewer) if found.kind == ListKind.RULE else entries_of(found, viewer)
    return [entry.card.pk for entry in entries]
