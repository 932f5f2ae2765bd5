"""Which resources are like one resource: found by the worker and kept in the database, asked of the index only in need.

To rank the whole library by likeness is the one question of a page that grows with the library. Its answer changes slowly,
so it is a row: made after a resource was indexed, and made anew for those beside which it now belongs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef

from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache
from caselib.core.questions import Question
from caselib.resources.models import ResourcePage
from caselib.resources.selectors import listed
from search import engines, planning
from search.backends.base import Engine
from search.harvest import key_of, page_id_of
from search.likeness import like
from search.models import Likeness
from search.queries import EngineAnswer, EngineQuery

KEPT = 24  # of each resource: more than are shown, so that readers of few rights find theirs among them
AT_ONCE = 10  # resources looked at by one run of the worker
ENROLLED = 5_000  # resources entered by one run, of a library that was never looked at

#: What is kept of a resource that is not waiting to be looked at for a change of its own.
FOUND = Question(lambda pk: Likeness.objects.filter(resource_id=pk, due__lt=Likeness.CHANGED).values_list("others"))


def similar(resource: ResourcePage, viewer: Viewer, *, limit: int = 6) -> tuple[int, ...]:
    """Return the ids of resources like this one, by its terms and by the words that set it apart; itself never among them.

    They are candidates: what the index held open to ``viewer``. Whoever shows them asks the database whether they still
    are. One query where the worker has been; else, and where too few of what it found are open, the index is asked. Empty
    when no engine answers.
    """
    limit = min(max(1, limit), 50)
    rows = FOUND.rows(resource.pk)
    if rows and rows[0][0]:
        kept = json.loads(rows[0][0])
        open_ids = tuple(pk for pk, tokens in kept if not viewer.tokens.isdisjoint(tokens))[:limit]
        if len(open_ids) == limit or len(kept) < KEPT:
            return open_ids
    return _asked(resource, viewer.tokens, limit) or ()


def _asked(resource: ResourcePage, tokens: frozenset[str] | None, limit: int) -> tuple[int, ...] | None:
    """Return what the index holds most alike, None if no engine answers."""

    def ask(engine: Engine) -> EngineAnswer:
        # To read a text and weigh its words costs several times what a small index then does with them.
        key, names = ("like", resource.pk, engine.name), (page_cache.page(resource.pk), page_cache.BESIDE)
        scoring = fragments.kept(key, lambda: like(resource, engine.shares), names=names)
        only_others = planning.other_than(key_of(resource.pk))
        return engine.search(EngineQuery((only_others,), scoring, tokens=tokens, limit=limit))

    _used, answer = engines.first_answer(ask)
    if answer is None:
        return None
    ids = (page_id_of(found.key) for found in answer.found)
    return tuple(pk for pk in ids if pk is not None)


# For the worker


def changed(ids: Collection[int], gone: Collection[int]) -> None:
    """Let what is kept of ``ids`` be found anew, in the caller's transaction, and drop what is kept of ``gone``."""
    marked = time.time_ns()
    Likeness.objects.bulk_create(
        [Likeness(resource_id=pk, due=Likeness.CHANGED, marked=marked) for pk in ids],
        update_conflicts=True,
        unique_fields=["resource_id"],
        update_fields=["due", "marked"],
    )
    Likeness.objects.filter(resource_id__in=gone).delete()


def enrol() -> int:
    """Enter live resources that were never looked at; return how many."""
    known = Likeness.objects.filter(resource_id=OuterRef("pk"))
    live = ResourcePage.objects.filter(~Exists(known), live=True, withdrawn_at__isnull=True)
    ids = list(live.order_by("pk").values_list("pk", flat=True)[:ENROLLED])
    rows = [Likeness(resource_id=pk, due=Likeness.BESIDE, marked=0) for pk in ids]
    Likeness.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(ids)


def look() -> int:
    """Find the neighbours of some resources that wait for it, those that changed first; return how many were done.

    Where a resource changed, those beside which it now stands are looked at as well: likeness is mutual. Pages end that
    were kept with neighbours which are no longer these. An engine that is away leaves all as it is.
    """
    waiting = list(Likeness.objects.filter(due__gt=0).order_by("-due", "resource_id")[:AT_ONCE])
    pages = {page.pk: page for page in ResourcePage.objects.filter(pk__in=[row.pk for row in waiting]).specific()}
    done, moved = 0, False
    for row in waiting:
        ids = _asked(pages[row.pk], None, KEPT) if row.pk in pages else ()
        if ids is None:
            break
        moved |= _keep(row, ids)
        done += 1
    if moved:
        page_cache.bump(page_cache.PAGES, page_cache.INDEX, pages=())
    return done


def _keep(row: Likeness, ids: Sequence[int]) -> bool:
    """Keep what was found for ``row``; return whether it had other neighbours before."""
    known = listed(ids)
    others = json.dumps([[pk, sorted(known[pk].tokens)] for pk in ids if pk in known])
    with transaction.atomic():
        # One that has changed meanwhile has another mark, and waits for the next run.
        mine = Likeness.objects.filter(pk=row.pk, marked=row.marked)
        if mine.update(due=0, others=others) and row.due == Likeness.CHANGED:
            Likeness.objects.filter(pk__in=ids, due=0).update(due=Likeness.BESIDE)
    return bool(row.others) and row.others != others
