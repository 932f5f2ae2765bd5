"""The rows that a whole review leaves behind, written table by table: run, stages, seats and passes.

The database grants publication only where enough people have passed exactly that text, so whoever fills a library in
bulk (here and in the tests' factories) writes these rows too.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from wagtail.models import Page, Revision, TaskState, Workflow, WorkflowState

from caselib.accounts.models import User
from caselib.core import clock
from caselib.resources.content import digest
from caselib.review.models import Decision, Seat, StageState, StageTask

READERS = 3


def readers() -> list[User]:
    """Return the three accounts in whose name the passes are written, made when first needed."""
    names = [f"bulk-reader-{number + 1}" for number in range(READERS)]
    found = {user.username: user for user in User.objects.filter(username__in=names)}
    return [found.get(name) or User.objects.create(username=name, is_active=False) for name in names]


def write_passes(revisions: Sequence[Revision], digests: Sequence[str] = ()) -> None:
    """Let the first three stages pass each of ``revisions`` (of as many pages), as three readers would have.

    ``digests`` spares the taking of the fingerprints. About a dozen queries, whatever the number.
    """
    stages = list(StageTask.objects.order_by("pk")[:READERS])
    workflow = Workflow.objects.filter(workflow_tasks__task__in=stages).order_by("pk").first()
    people, moment = readers(), clock.now()
    shas = list(digests) or [digest(revision) for revision in revisions]
    base = ContentType.objects.get_for_model(Page)
    kind = ContentType.objects.get_for_model(StageState)
    runs = WorkflowState.objects.bulk_create(
        WorkflowState(
            workflow=workflow,
            status=WorkflowState.STATUS_APPROVED,
            content_type=revision.content_type,
            base_content_type=base,
            object_id=revision.object_id,
        )
        for revision in revisions
    )
    first = (TaskState.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    rows = [
        (run, revision, sha, stage, person)
        for run, revision, sha in zip(runs, revisions, shas, strict=True)
        for stage, person in zip(stages, people, strict=True)
    ]
    states = [
        StageState(
            id=first + place,
            taskstate_ptr_id=first + place,
            workflow_state=run,
            task=stage,
            revision=revision,
            sha256=sha,
            status=TaskState.STATUS_IN_PROGRESS,
            content_type=kind,
            started_at=moment,
        )
        for place, (run, revision, sha, stage, _person) in enumerate(rows)
    ]
    for model in (TaskState, StageState):
        insert(model, states)
    seats = Seat.objects.bulk_create(
        Seat(run=run, stage=stage, reviewer=person) for run, _revision, _sha, stage, person in rows
    )
    Decision.objects.bulk_create(
        Decision(
            page_id=int(revision.object_id),
            run=run,
            stage=stage,
            state=state,
            revision=revision,
            sha256=sha,
            seat=seat,
            decided_by=person,
            decided_at=moment,
            outcome="pass",
            opinion="—",
        )
        for (run, revision, sha, stage, person), state, seat in zip(rows, states, seats, strict=True)
    )
    TaskState.objects.filter(pk__gte=first).update(status=TaskState.STATUS_APPROVED, finished_at=moment)
    follow_ids(TaskState)


def insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Write the rows of one table of an inheritance chain; ``bulk_create`` refuses models with parents."""
    model._base_manager._insert(  # type: ignore[attr-defined]
        rows, fields=model._meta.local_concrete_fields, using=connection.alias, raw=True
    )


def follow_ids(model: type[models.Model]) -> None:
    """Let PostgreSQL go on numbering after the ids that were written by hand."""
    if connection.vendor == "postgresql":
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
