"""Queries about collections: what readers see, what has changed since, what can be selected."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet
from wagtail.models import Revision

from caselib.accounts.viewers import Viewer
from caselib.resources.enums import AwardTier, Circulation
from caselib.resources.models import PublicationGrant, ResourceAward, ResourcePage
from caselib.resources.text import passages

from . import rules
from .enums import CompilationState, ItemKind
from .models import Anthology, Compilation, Edition, OutlineItem, Selection

MAX_FOUND = 50


def readable_editions(viewer: Viewer) -> QuerySet[Edition]:
    """Return the editions that ``viewer`` may open: all for editors, frozen ones of their level for readers."""
    editions = Edition.objects.select_related("anthology")
    if rules.may_edit(viewer.roles) is None:
        return editions
    levels = [Circulation.PUBLIC.value] + ([Circulation.INTERNAL.value] if viewer.internal else [])
    offended = Selection.objects.filter(offending()).values("edition_id")
    return editions.filter(frozen_at__isnull=False, circulation__in=levels, audience__in=viewer.audiences).exclude(
        pk__in=offended
    )


def offending() -> Q:
    """Return the condition of a selection that may no longer be read in its edition."""
    more = Q(edition__circulation=Circulation.PUBLIC) & ~Q(page__circulation=Circulation.PUBLIC)
    more |= Q(edition__circulation=Circulation.INTERNAL, page__circulation=Circulation.RESTRICTED)
    return Q(page__withdrawn_at__isnull=False) | Q(page__live=False) | more


def shelf(viewer: Viewer) -> QuerySet[Anthology]:
    """Return the anthologies with what ``viewer`` may open of each, in two queries. Empty ones are for editors only."""
    editions = readable_editions(viewer).annotate(cases=Count("selections"))
    shown = Anthology.objects.prefetch_related(Prefetch("editions", editions, to_attr="shown_editions"))
    if rules.may_edit(viewer.roles) is None:
        return shown
    return shown.filter(pk__in=readable_editions(viewer).values("anthology_id"))


def outline(edition: Edition) -> list[OutlineItem]:
    """Return the items of ``edition`` with selection and page, in order. One query."""
    return list(edition.items.select_related("selection__page__unit", "selection__revision"))


def changed_since(edition: Edition) -> list[Selection]:
    """Return the selections whose resource has a newer published version than the pinned one."""
    rows = edition.selections.select_related("page", "item").filter(page__live=True, page__withdrawn_at__isnull=True)
    return list(rows.exclude(page__live_revision_id=F("revision_id")).order_by("item__order"))


def withdrawn_since(edition: Edition) -> list[Selection]:
    """Return the selections whose resource is no longer published."""
    gone = Q(page__live=False) | Q(page__withdrawn_at__isnull=False)
    return list(edition.selections.select_related("page", "item").filter(gone).order_by("item__order"))


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a comparison; ``kind`` is same, removed or added."""

    kind: str
    text: str


def compare(selection: Selection) -> list[DiffLine]:
    """Return the pinned text against the one that is published now, paragraph by paragraph."""
    live: Revision | None = selection.page.live_revision
    old = [passage.text for passage in passages(selection.revision.as_object())]
    new = [passage.text for passage in passages(live.as_object())] if live else []
    lines = []
    # Not ndiff: it asks of all pairs of changed paragraphs how like they are, again after each pair it has found.
    matcher = difflib.SequenceMatcher(None, old, new)
    long = len(old) * len(new) >= 40_000  # of which only what stands around changes is shown
    groups = matcher.get_grouped_opcodes(3) if long else [matcher.get_opcodes()]
    for tag, one, two, three, four in chain.from_iterable(groups):
        if tag == "equal":
            lines += [DiffLine("same", text.strip()) for text in old[one:two]]
            continue
        for before, after in zip_longest(old[one:two], new[three:four]):
            lines += [DiffLine("removed", before.strip())] if before is not None else []
            lines += [DiffLine("added", after.strip())] if after is not None else []
    return lines


def linked(edition: Edition, findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return ``findings`` (as data) with ``item``, the place in the outline, and ``address`` of the case, where there are."""
    rows = edition.selections.select_related("page", "item")
    places = {f"case{row.page_id}": row for row in rows} if findings else {}
    out = []
    for finding in findings:
        row = places.get(finding.get("key", ""))
        place = {"item": row.item_id, "address": row.page.url} if row else {"item": None, "address": ""}
        out.append({**finding, **place})
    return out


def granted(revision_ids: list[int]) -> set[int]:
    """Return those revisions that passed review and were not taken back."""
    rows = PublicationGrant.objects.filter(revision_id__in=revision_ids, revoked_at__isnull=True)
    return set(rows.values_list("revision_id", flat=True))


def pages_named(text: str) -> list[int]:
    """Return the ids of the resources named in ``text`` by code or number, in its order."""
    words = [word.strip() for word in text.replace("，", " ").replace(",", " ").replace("、", " ").split()][
        : rules.MAX_CASES
    ]
    numbers = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 18]
    rows = ResourcePage.objects.filter(Q(code__in=words, code__gt="") | Q(pk__in=numbers)).values_list("pk", "code")
    by_word = {code: pk for pk, code in rows if code} | {str(pk): pk for pk, _code in rows}
    return list(dict.fromkeys(by_word[word] for word in words if word in by_word))


def competitions() -> list[tuple[str, int]]:
    """Return the competitions with awards: name and year, newest first."""
    rows = ResourceAward.objects.values_list("competition", "year").distinct().order_by("-year", "competition")
    return list(rows[:100])


def awarded(competition: str, year: int) -> list[int]:
    """Return the resources a competition gave an award, best tier first."""
    rows = (
        ResourceAward.objects.filter(competition=competition, year=year).order_by("pk").values_list("page_id", "tier")
    )
    return [page for page, _tier in sorted(rows, key=lambda row: AwardTier.values.index(row[1]))]


def editable_cases(edition: Edition) -> int:
    """Return how many cases ``edition`` has."""
    return edition.items.filter(kind=ItemKind.CASE).count()


def latest_result(edition: Edition) -> Compilation | None:
    """Return the newest finished result of ``edition``."""
    return edition.compilations.filter(state=CompilationState.DONE).first()
