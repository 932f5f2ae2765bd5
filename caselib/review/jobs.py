"""Background work: re-scanning the published library, reminders."""

from __future__ import annotations

from collections import Counter
from typing import Any

from wagtail.models import Revision

from caselib.core import clock
from caselib.core.jobs import JobContext, job, periodic
from caselib.resources.beside import reviewed
from caselib.resources.content import digest
from caselib.resources.models import ResourcePage

from .enums import CheckTrigger
from .models import CheckRun
from .scanning.engine import scan_item
from .selectors import builtin_off, latest_run
from .services.assigning import send_reminders, send_rereview_notices
from .services.checking import details_of, length_of, scanner_for, store_findings
from .services.packs import RESCAN

WORST = 100


@job(RESCAN)
def rescan(ctx: JobContext, **parameters: Any) -> dict[str, Any]:
    """Scan every published resource with the present packs and report; a new run is stored where anything is found.

    Idempotent: a resource that was scanned at its live revision with the same packs is counted, not scanned again.
    """
    scanner, versions = scanner_for(clock.today())
    off = builtin_off()
    live = ResourcePage.objects.filter(live=True, withdrawn_at__isnull=True).order_by("pk")
    total, done = live.count(), 0
    severities: Counter[str] = Counter()
    worst: list[dict[str, Any]] = []
    for page in live.specific().iterator(chunk_size=100):
        run = _known(page, versions)
        if run is None:
            pieces = reviewed(page)
            details = details_of(page, length_of(pieces))
            hits = scan_item(scanner, [piece.text for piece in pieces], details, switched_off=off)
            run = _stored(page, hits, versions)
        found = Counter(run.findings.values_list("severity", flat=True)) if run else Counter()
        severities.update(found)
        if found["blocking"] or found["warning"]:
            worst.append({"page": page.pk, "title": page.title, **found})
        done += 1
        ctx.progress(done, total, page.title)
    worst.sort(key=lambda row: (-row.get("blocking", 0), -row.get("warning", 0)))
    return {"items": done, "findings": dict(severities), "packs": versions, "worst": worst[:WORST]}


def _known(page: ResourcePage, versions: dict[str, int]) -> CheckRun | None:
    run = latest_run(page, page.live_revision_id)
    return run if run is not None and run.packs == versions and run.trigger == CheckTrigger.RESCAN else None


def _stored(page: ResourcePage, hits: list[Any], versions: dict[str, int]) -> CheckRun | None:
    if page.live_revision_id is None:
        return None
    revision = Revision.objects.get(pk=page.live_revision_id)
    before = latest_run(page)
    run = CheckRun.objects.create(
        page_id=page.pk,
        revision=revision,
        sha256=digest(revision),
        trigger=CheckTrigger.RESCAN,
        packs=versions,
        at=clock.now(),
    )
    store_findings(run, hits, before)
    return run


@periodic(600)
def remind() -> None:
    """Send the reminders of the day; both are idempotent a day or a date."""
    send_reminders()
    send_rereview_notices()
