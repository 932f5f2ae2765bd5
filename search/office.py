"""What the office sees of search: engines, waiting and poisoned jobs, builds."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Min, QuerySet

from search import engines, reading
from search.backends.base import EngineUnavailable
from search.models import POISONED_AFTER, IndexBuild, OutboxJob


def status_of(name: str) -> dict[str, Any]:
    """Return figures of one engine: its own, the outbox's, the last build's, and what no engine has yet."""
    jobs = OutboxJob.objects.filter(engine=name)
    figures: dict[str, Any] = {
        "engine": name,
        "waiting": jobs.count(),
        "oldest": jobs.aggregate(oldest=Min("created_at"))["oldest"],
        "poisoned": jobs.filter(attempts__gte=POISONED_AFTER).count(),
        "unread_attachments": reading.waiting(),
        "held_back": engines.breaker(name).open,
        "build": None,
    }
    build = IndexBuild.objects.filter(engine=name).first()
    if build:
        figures["build"] = {
            "state": build.state,
            "started_at": build.started_at,
            "done": build.done,
            "total": build.total,
        }
    try:
        figures.update(engines.get(name).status())
        figures["answers"] = True
    except EngineUnavailable as error:
        figures |= {"answers": False, "error": str(error)}
    return figures


def failing() -> QuerySet[OutboxJob]:
    """Return the jobs that failed at least once, the most stubborn first."""
    return OutboxJob.objects.filter(attempts__gt=0).order_by("-attempts", "pk")


@transaction.atomic
def retry(job_ids: list[int]) -> int:
    """Let failing jobs be tried at once, with their count started anew; return how many."""
    return OutboxJob.objects.filter(pk__in=job_ids, attempts__gt=0).update(retry_at=None, attempts=0)
