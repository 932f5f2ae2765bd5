"""What the browse page shows of a state: its filters, its results with the reasons, the ways out of an empty one. No HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caselib.accounts.viewers import Viewer
from search.api import Hit, Passage, SearchRequest, SearchResult, search, suggest

from . import spoken
from .addresses import MAX_PAGE, SORT_LABELS, TEXT_LIMIT, Query
from .facet_panel import AXIS_LABELS, panel
from .selectors.cards import Card, cards_by_id
from .selectors.sorting import SORTED_BY_USE, ids_by_use, sort_hits_by_use

PAGE_SIZE = 20
SOURCES = {
    "attachment": gettext_lazy("in the attachment “%(label)s”"),
    "caption": gettext_lazy("spoken in the film at %(time)s"),
    "body": gettext_lazy("in the text"),
    "meta": gettext_lazy("in authors, units or keywords"),
    "tags": gettext_lazy("tagged with %(label)s"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One result: its card, the found hit with the marks (None in lists without a text), and why it matched.

    ``there`` is the address of the very place that ``why`` names, where there is one.
    """

    card: Card
    hit: Hit | None = None
    why: str = ""
    there: str = ""


@dataclass(frozen=True, slots=True)
class Rescue:
    """A way out of an empty result."""

    label: str
    url: str
    count: int


@dataclass(frozen=True, slots=True)
class Browse:
    """Everything the page shows."""

    query: Query
    rows: Sequence[Row]
    others: Sequence[Row]  # with some of the words only, where few have all; not in the total
    total: int
    pages: int
    facets: SafeString
    chips: Sequence[tuple[str, str]]
    sorts: Sequence[Mapping[str, object]]
    notices: Sequence[str]
    did_you_mean: tuple[str, str] | None
    rescues: Sequence[Rescue]
    suggestions: Sequence[tuple[str, str]]

    # what components/pagination.html asks of a page
    @property
    def number(self) -> int:
        return self.query.page

    @property
    def has_other_pages(self) -> bool:
        return self.pages > 1

    @property
    def has_previous(self) -> bool:
        return self.query.page > 1

    @property
    def has_next(self) -> bool:
        return self.query.page < self.pages

    @property
    def previous_page_number(self) -> int:
        return self.query.page - 1

    @property
    def next_page_number(self) -> int:
        return self.query.page + 1

    @property
    def previous_url(self) -> str:
        return self.query.url(page=self.query.page - 1)

    @property
    def next_url(self) -> str:
        return self.query.url(page=self.query.page + 1)

    @property
    def paginator(self) -> Mapping[str, int]:
        return {"num_pages": self.pages}


def browse(query: Query, viewer: Viewer) -> Browse:
    """Answer the state ``query`` for ``viewer``."""
    result = _search(query, viewer)
    query, dropped = _drop_unknown(query, result)
    if dropped:
        result = _search(query, viewer)
    rows, total, pages = _rows(query, result, viewer)
    if query.page > pages > 0:
        # beyond the end stands the last page
        query = replace(query, page=pages)
        if query.sort not in SORTED_BY_USE:
            result = _search(query, viewer)
        rows, total, pages = _rows(query, result, viewer)
    notices = list(result.notices)
    if query.cut:
        notices.append(_("Only the first %(n)d characters were searched for.") % {"n": TEXT_LIMIT})
    if dropped:
        notices.append(
            ngettext(
                "A filter that does not exist was left out.", "%(n)d filters that do not exist were left out.", dropped
            )
            % {"n": dropped}
        )
    meant = result.did_you_mean
    return Browse(
        query=query,
        rows=rows,
        others=_rows_of(result.others, query) if query.sort not in SORTED_BY_USE else [],
        total=total,
        pages=pages,
        facets=panel(result.facets, query),
        chips=_chips(query, result),
        sorts=_sorts(query),
        notices=notices,
        did_you_mean=(meant, replace(query, text=meant, page=1).url()) if meant else None,
        rescues=_rescues(query, viewer) if not total else (),
        suggestions=_suggestions(query, viewer) if not total else (),
    )


def _sorts(query: Query) -> list[Mapping[str, object]]:
    own = "relevance" if query.text else "newest"  # what stands without being named in the address
    return [
        {
            "label": label,
            "url": query.url(sort="relevance" if value == own else value, page=1),
            "current": value == query.order,
        }
        for value, label in SORT_LABELS.items()
        if query.text or value != "relevance"
    ]


def _search(query: Query, viewer: Viewer) -> SearchResult:
    by_use = query.sort in SORTED_BY_USE
    return search(
        SearchRequest(
            text=query.text,
            filters=query.filters,
            sort="relevance" if by_use else query.order,
            page=1 if by_use else query.page,
            page_size=(100 if query.text else 1) if by_use else PAGE_SIZE,
            viewer=viewer,
        ),
        confirm=cards_by_id,
    )


def _rows(query: Query, result: SearchResult, viewer: Viewer) -> tuple[list[Row], int, int]:
    """Return the rows of the page, how many results there are, and how many pages."""
    if query.sort in SORTED_BY_USE and not query.text:
        ids, total = ids_by_use(
            query.filters, viewer, sort=query.sort, offset=(query.page - 1) * PAGE_SIZE, limit=PAGE_SIZE
        )
        cards = cards_by_id(ids, viewer)
        return [Row(cards[pk]) for pk in ids if pk in cards], total, min(-(-total // PAGE_SIZE), MAX_PAGE)
    hits = list(result.hits)
    total, pages = result.total, min(result.pages, MAX_PAGE)
    if query.sort in SORTED_BY_USE:
        # With a text the hundred best matches are put in order of use: what matches badly does not come first.
        first = (query.page - 1) * PAGE_SIZE
        total = len(hits)
        pages = -(-total // PAGE_SIZE)
        hits = sort_hits_by_use(hits, query.sort)[first : first + PAGE_SIZE]
    return _rows_of(hits, query), total, pages


def _rows_of(hits: Sequence[Hit], query: Query) -> list[Row]:
    if not query.text:
        return [Row(cast(Card, hit.page), hit) for hit in hits]
    told = [_told(hit) for hit in hits]
    seconds = spoken.seconds_of(passage for passage in told if passage)
    return [_row(hit, passage, seconds) for hit, passage in zip(hits, told, strict=True)]


def _row(hit: Hit, passage: Passage | None, seconds: Mapping[Passage, int]) -> Row:
    card = cast(Card, hit.page)
    if hit.title_marks:
        return Row(card, hit, _("matched in the title"))
    if passage is None:
        return Row(card, hit)
    at = seconds.get(passage, int(passage.seconds))
    source = "tags" if passage.source == "meta" and passage.label else passage.source
    why = str(SOURCES.get(source, SOURCES["body"])) % {"label": passage.label, "time": f"{at // 60}:{at % 60:02d}"}
    return Row(card, hit, why, f"{card.url}#t={at}" if source == "caption" else "")


def _told(hit: Hit) -> Passage | None:
    """Return the passage that says where the words were found; None where the title says so, or nothing does."""
    if hit.title_marks:
        return None
    return next((passage for passage in hit.passages if passage.marks or passage.source != "body"), None)


def _drop_unknown(query: Query, result: SearchResult) -> tuple[Query, int]:
    """Return the state without chosen values that no bucket knows, and how many these were."""
    if not result.facets:
        return query, 0
    kept = {}
    dropped = 0
    for axis, values in query.filters.items():
        known = {bucket.value for bucket in result.facets.get(axis, ())}
        good = tuple(value for value in values if value in known)
        dropped += len(values) - len(good)
        if good:
            kept[axis] = good
    return (replace(query, filters=kept), dropped) if dropped else (query, 0)


def _chips(query: Query, result: SearchResult) -> list[tuple[str, str]]:
    chips = []
    for axis, values in query.filters.items():
        labels = {bucket.value: bucket.label for bucket in result.facets.get(axis, ())}
        chips += [
            (
                _("%(axis)s: %(value)s") % {"axis": AXIS_LABELS[axis], "value": labels.get(value, value)},
                query.toggled(axis, value).url(),
            )
            for value in values
        ]
    return chips


def _rescues(query: Query, viewer: Viewer) -> list[Rescue]:
    """Return the ways out that lead to results: each filter dropped, all filters dropped, each word alone."""
    ways = [
        (_("without the filter %(axis)s") % {"axis": AXIS_LABELS[axis]}, query.without(axis))
        for axis in list(query.filters)[:4]
    ]
    if len(query.filters) > 1:
        ways.append((_("without any filter"), replace(query, filters={}, page=1)))
    words = query.text.split()
    if len(words) > 1:
        ways += [(_("only “%(word)s”") % {"word": word}, Query(text=word)) for word in dict.fromkeys(words[:5])]
    found = []
    for label, way in ways:
        result = search(SearchRequest(text=way.text, filters=way.filters, page_size=1, viewer=viewer, facets=()))
        if result.total:
            found.append(Rescue(label, way.url(), result.total))
    return found


def _suggestions(query: Query, viewer: Viewer) -> list[tuple[str, str]]:
    if not query.text:
        return []
    return [
        (item.text, Query(text=item.text).url())
        for item in suggest(query.text, viewer, limit=6)
        if item.text != query.text
    ]
