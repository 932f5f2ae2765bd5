"""The one door to search: what is asked, what is found, and only what this reader may see now."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from caselib.accounts.viewers import Viewer
from caselib.core import page_cache
from caselib.resources.models import ResourcePage
from caselib.resources.selectors import listed_by_id
from search import completions, cursors, engines, facets, neighbours, synonyms
from search.analysis.query import MAX_CHARACTERS, ParsedQuery, parse
from search.asking import Asking, Confirm, planned
from search.backends import database
from search.backends.base import Engine
from search.facets import FacetBucket
from search.harvest import key_of
from search.meaning import meaning
from search.queries import NEWEST, RELEVANCE, SORTS, EngineQuery, Everything
from search.records import AXES
from search.showing import Hit, Passage, Shown, hits_of

__all__ = [
    "AXES",
    "SORTS",
    "FacetBucket",
    "Hit",
    "Passage",
    "SearchRequest",
    "SearchResult",
    "Shown",
    "explain",
    "search",
    "similar",
    "suggest",
]

MAX_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is asked.

    `filters` maps an axis of AXES to accepted values (several mean any; a term or unit includes those below it).
    `sort` is one of SORTS; `page` counts from 1; `cursor` (from `SearchResult.next_cursor`) goes deeper than pages do
    and wins over `page`; one that was not given out leads to the first page and says so. `facets` are the axes to count. `engine` forces one engine by name.
    """

    text: str = ""
    filters: Mapping[str, Iterable[str]] = field(default_factory=dict)
    sort: str = RELEVANCE
    page: int = 1
    page_size: int = 20
    cursor: str = ""
    viewer: Viewer = field(default_factory=Viewer)
    facets: tuple[str, ...] = AXES
    engine: str | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found. `notices` are sentences for the reader; `relaxed` says that not all words had to match.

    `others` are shown after the hits where few resources have all the words: the best of those that have some. They are
    neither in `total` nor in the facets.
    """

    hits: tuple[Hit, ...] = ()
    others: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, tuple[FacetBucket, ...]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    did_you_mean: str | None = None
    next_cursor: str | None = None
    page: int = 1
    pages: int = 0
    relaxed: bool = False
    engine: str = ""
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion: what to search for, and whether it is a title, name or term."""

    text: str
    kind: str


def search(request: SearchRequest, *, confirm: Confirm = listed_by_id) -> SearchResult:
    """Answer a request; never raises for any text, filter, page or cursor, nor for an engine that is away.

    The viewer is a condition inside the query, and the database is asked again before anything is shown, so that what
    was withdrawn a moment ago is not shown although the index still has it. A caller that reads more of what is found
    gives its own question as `confirm`, and finds the answers in the hits.
    """
    began = time.perf_counter()
    parsed = parse(request.text)
    result = _result(request, parsed, confirm)
    meant = meaning(parsed, request.viewer) if result.relaxed or not result.total else None
    if meant is not None and not _finds(request, meant):
        meant = None
    return replace(result, did_you_mean=meant, took_ms=(time.perf_counter() - began) * 1000)


def _finds(request: SearchRequest, text: str) -> bool:
    """Whether this viewer, with these filters, finds something that has all words of the text."""
    first = replace(request, text=text, page=1, page_size=1, cursor="", facets=())
    other = _result(first, parse(text), listed_by_id)
    return bool(other.hits) and not other.relaxed


def _result(request: SearchRequest, parsed: ParsedQuery, confirm: Confirm) -> SearchResult:
    filters = facets.clean_filters(request.filters)
    size = min(max(1, request.page_size), MAX_PAGE_SIZE)
    page = min(max(1, request.page), 10**6)
    place = cursors.position(request.cursor) if request.cursor else cursors.Place((page - 1) * size)
    axes = tuple(a for a in request.facets if a in AXES)
    sort = request.sort if request.sort in SORTS else RELEVANCE
    if parsed.empty and sort == RELEVANCE:
        sort = NEWEST
    wanted = EngineQuery((), Everything(), filters, request.viewer.tokens, sort, limit=size, axes=axes)
    asking = Asking(parsed, request.viewer, wanted, place or cursors.Place(), confirm)
    found = asking.answered(request.engine)
    if found.used != engines.configured()[0]:
        # What a stand-in finds is not kept for the next readers: the engine may be back.
        page_cache.doubt()
    answer, relaxed = found.answer, found.relaxed
    hits = hits_of(answer.found, found.shown, parsed, as_asked=parsed.exact and not relaxed)
    others = hits_of(answer.others, found.shown, parsed, as_asked=False)
    total = max(len(hits), answer.total - (len(answer.found) - len(hits)))
    return SearchResult(
        hits=hits,
        others=others,
        total=total,
        facets=facets.buckets(answer.facets, filters) if answer.facets else {},
        notices=_notices(parsed, found.used, relaxed and total > 0, lost=place is None),
        next_cursor=cursors.of(answer),
        page=page,
        pages=-(-total // size),
        relaxed=relaxed,
        engine=found.used,
    )


def suggest(text: str, viewer: Viewer, *, limit: int = 8) -> tuple[Suggestion, ...]:
    """Return completions of titles, names and terms by Chinese, pinyin or initials. Two or three indexed queries."""
    found = completions.complete(text, viewer, min(max(1, limit), 20))
    return tuple(Suggestion(t, kind) for t, kind in found)


def similar(resource: ResourcePage, viewer: Viewer, *, limit: int = 6) -> tuple[int, ...]:
    """Return the ids of resources like this one that the viewer may read now, most alike first; itself never among them."""
    ids = neighbours.similar(resource, viewer, limit=limit)
    shown = listed_by_id(ids, viewer)
    return tuple(pk for pk in ids if pk in shown)


def explain(request: SearchRequest, resource: ResourcePage) -> dict[str, Any]:
    """Return, for the office, how the query was understood and how the engine scored one resource."""
    parsed = parse(request.text)

    def ask(engine: Engine) -> dict[str, Any]:
        plan = planned(parsed, request.viewer, engine)
        query = EngineQuery(plan.matches, plan.scoring, {}, request.viewer.tokens, whole=plan.whole)
        return {"matches": [repr(m) for m in plan.matches], "account": engine.explain(query, key_of(resource.pk))}

    used, account = engines.first_answer(ask, request.engine)
    return {
        "engine": used,
        "text": parsed.text,
        "question": parsed.question,
        "exact": parsed.exact,
        "runs": list(parsed.runs),
        "synonyms": {run: list(synonyms.lookup(run)) for run in parsed.runs if synonyms.lookup(run)},
        **(account or {}),
    }


def _notices(parsed: ParsedQuery, used: str, relaxed: bool, *, lost: bool) -> tuple[str, ...]:
    notices = []
    if parsed.truncated:
        notices.append(_("Only the first %(count)d characters of the query were used.") % {"count": MAX_CHARACTERS})
    if lost:
        notices.append(_("The place to go on from is not one that was given out; the results begin at the first."))
    if used == database.NAME:
        notices.append(
            _("Full-text search is not available right now; only titles, abstracts and authors were searched.")
        )
    elif used != engines.configured()[0]:
        notices.append(_("The search server does not answer right now; the results come from the built-in index."))
    if relaxed:
        notices.append(_("Nothing has all the words; these items have some of them."))
    return tuple(notices)
