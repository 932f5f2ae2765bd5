"""Background work: re-scanning the published library, reminders."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.db import transaction
from wagtail.models import Revision, TaskState

from caselib.core import clock
from caselib.core.jobs import JobContext, job, periodic
from caselib.core.models import Job
from caselib.resources.beside import reviewed
from caselib.resources.content import digest
from caselib.resources.models import ResourcePage

from . import attached
from .enums import CheckTrigger
from .models import CheckRun, StageState
from .selectors.checks import latest_run, run_before
from .selectors.stages import open_states_of, page_of
from .services.assigning import send_reminders, send_rereview_notices
from .services.checking import DATED, READ_FILES, basis, checked, hits_of, in_force, rules_of, store_findings
from .services.packs import RESCAN, request_rescan

WORST = 100


@job(RESCAN)
def rescan(ctx: JobContext, **parameters: Any) -> dict[str, Any]:
    """Scan every published resource with the present packs and report, after the texts that are under review.

    Idempotent: a resource that was scanned at its live revision with the same packs is counted, not scanned again.
    """
    for state in StageState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).select_related("workflow_state"):
        _check_again(state)
    rules = rules_of(clock.today())
    live = ResourcePage.objects.filter(live=True, withdrawn_at__isnull=True).order_by("pk")
    total, done = live.count(), 0
    severities: Counter[str] = Counter()
    worst: list[dict[str, Any]] = []
    for page in live.specific().prefetch_related("attachments__document").iterator(chunk_size=100):
        files = attached.texts_of(page)
        packs = basis(rules, files)
        run = _known(page, packs)
        if run is None:
            run = _stored(page, hits_of(page, reviewed(page), files, rules), packs)
        found = Counter(run.findings.values_list("severity", flat=True)) if run else Counter()
        severities.update(found)
        if found["blocking"] or found["warning"]:
            worst.append({"page": page.pk, "title": page.title, **found})
        done += 1
        ctx.progress(done, total, page.title)
    worst.sort(key=lambda row: (-row.get("blocking", 0), -row.get("warning", 0)))
    return {"items": done, "findings": dict(severities), "packs": dict(rules.stamp), "worst": worst[:WORST]}


@job(READ_FILES)
def read_files(ctx: JobContext, page: int, **parameters: Any) -> dict[str, Any]:
    """Read what is attached to a text under review, and check the text again with it. Idempotent."""
    read = 0
    for state in open_states_of(page):
        for document in attached.unread(state.revision.as_object()):
            ctx.progress(read, read + 1, document.title)
            attached.read(document)
            read += 1
        _check_again(state)
    return {"files": read}


@transaction.atomic
def _check_again(state: StageState) -> None:
    """Check a text under review by the rules of today, so that its reader sees what they find."""
    page = page_of(state.workflow_state)
    if page is not None:
        ResourcePage.objects.lock(page.pk)
        if StageState.objects.filter(pk=state.pk, status=TaskState.STATUS_IN_PROGRESS).exists():
            checked(page, Revision.objects.get(pk=state.revision_id))


def _known(page: ResourcePage, versions: dict[str, Any]) -> CheckRun | None:
    run = latest_run(page, page.live_revision_id)
    return run if run is not None and run.packs == versions and run.trigger == CheckTrigger.RESCAN else None


def _stored(page: ResourcePage, hits: list[Any], versions: dict[str, Any]) -> CheckRun | None:
    if page.live_revision_id is None:
        return None
    revision = Revision.objects.get(pk=page.live_revision_id)
    before = run_before(page, revision.pk)
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
    """Send the reminders of the day, and re-scan where dated rules came into force; each is idempotent a day or a date."""
    send_reminders()
    send_rereview_notices()
    rescan_by_date()


def rescan_by_date(today: date | None = None) -> Job | None:
    """Ask for a re-scan if other dated rules hold today than on the day of the last one; return it."""
    last = Job.objects.filter(kind=RESCAN).order_by("-created_at").first()
    if last is None:
        return None
    then = clock.day_of(last.created_at)
    if in_force(then).get(DATED) == in_force(today or clock.today()).get(DATED):
        return None
    return request_rescan(by=None)[0]
