"""What the checks found, and the rules they went by."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.resources.models import ResourcePage

from ..enums import CheckTrigger, Disposition, Severity
from ..models import BuiltinRule, CheckRun, Finding, Rule, Similarity


def latest_run(page: ResourcePage, revision_id: int | None = None) -> CheckRun | None:
    """Return the newest check run of ``page`` (over ``revision_id`` if given), or None."""
    runs = CheckRun.objects.filter(page_id=page.pk)
    return (runs.filter(revision_id=revision_id) if revision_id else runs).order_by("-at", "-pk").first()


def run_before(page: ResourcePage, revision_id: int) -> CheckRun | None:
    """Return the run that a new one over ``revision_id`` goes on from: the newest over the same text, else over an earlier.

    A re-scan of what is live is no step of a newer text that is being written.
    """
    own = latest_run(page, revision_id)
    if own is not None:
        return own
    aside = Q(trigger=CheckTrigger.RESCAN, revision_id=page.live_revision_id)
    runs = CheckRun.objects.filter(page_id=page.pk).exclude(aside).order_by("-at", "-pk")
    return runs.first() or latest_run(page)


def shared_with(run: CheckRun, user: User) -> list[Similarity]:
    """Return the similarities of ``run`` with texts that ``user`` may read; another's manuscript stays unnamed."""
    found = list(run.similarities.select_related("other"))
    readable = ResourcePage.objects.visible_to(Viewer.of(user)).filter(pk__in=[row.other_id for row in found])
    known = set(readable.values_list("pk", flat=True))
    return [row for row in found if row.other_id in known]


def open_blocking(run: CheckRun | None) -> int:
    """Return how many blocking findings of ``run`` are neither fixed nor dismissed; 0 without a run."""
    if run is None:
        return 0
    settled = (Disposition.FIXED, Disposition.DISMISSED)
    return run.findings.filter(severity=Severity.BLOCKING).exclude(disposition__in=settled).count()


def rules_with_counts() -> QuerySet[Rule]:
    """Return all rules, the most dismissed first."""
    return Rule.objects.select_related("pack").order_by("-dismissals", "-hits", "pk")


def builtin_off() -> frozenset[str]:
    """Return the keys of the built-in rules that are switched off."""
    return frozenset(BuiltinRule.objects.filter(active=False).values_list("key", flat=True))


def rescan_summary() -> dict[str, Any]:
    """Return what the newest re-scan runs hold: numbers of items with open findings by severity."""
    live = CheckRun.objects.filter(
        page_id=OuterRef("run__page_id"), revision_id=OuterRef("run__page__live_revision_id")
    )
    newest = live.order_by("-at", "-pk").values("pk")[:1]
    rows = (
        Finding.objects.filter(run__page__live=True, run_id=Subquery(newest), disposition=Disposition.OPEN)
        .values("severity")
        .annotate(findings=Count("pk"), items=Count("run__page_id", distinct=True))
    )
    found = {row["severity"]: row for row in rows}
    return {
        severity.value: {"label": severity.label, **{key: found[severity][key] for key in ("findings", "items")}}
        for severity in Severity
        if severity.value in found
    }
