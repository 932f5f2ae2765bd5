"""Publishing what every stage has passed."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Revision, WorkflowState

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import audit, clock
from caselib.core.errors import Refusal, RefusedError, require
from caselib.resources.content import digest
from caselib.resources.models import ResourcePage
from caselib.resources.publishing import publish_granted

from ..models import Decision, ReReviewInterval
from ..routing import stage_ids
from ..rules import add_months, stages_suffice
from ..selectors.stages import author_ids, editor_ids, namesakes, standing_passes
from . import circulation, similarity


def publish_run(run: WorkflowState, page: ResourcePage, *, by: User | None, at: datetime | None = None) -> None:
    """Publish the revision that ``run`` has passed, if it has.

    Effects in order: re-review date, groups of a requested wider circulation, grant and publication, fingerprint of the live text, audit row
    ``review.published``, notice to the authors. Raises RefusedError if any stage has not passed this very text.
    """
    moment = at or clock.now()
    state = run.current_task_state
    if state is None:
        raise RefusedError(Refusal("no-stage", _("No stage has passed this text.")))
    revision = Revision.objects.get(pk=state.revision_id)
    sha256 = digest(revision)
    passes = vetted(run, page, revision, sha256)
    day = clock.day_of(moment)
    due = add_months(day, _months(page, revision))
    ResourcePage.objects.filter(pk=page.pk).update(review_due_on=due)
    circulation.finish_widening(page, revision, by=by, at=moment)
    publish_granted(page, revision, sha256, by=by, at=moment)
    similarity.index_live(page, revision)
    audit.record(
        "review.published",
        page,
        by=by,
        at=moment,
        run=run.pk,
        revision=revision.pk,
        sha256=sha256,
        decisions=[decision.pk for decision in passes],
        review_due_on=due,
    )
    people = User.objects.filter(pk__in={page.owner_id, run.requested_by_id, *author_ids(page)} - {None})
    notify(
        people,
        subject=gettext_lazy("Published: %(title)s"),
        body=gettext_lazy("All stages have passed the text. It will be reviewed again by %(day)s."),
        words={"title": page.title, "day": due},
        url=page.url or reverse("review:manuscript", args=[page.pk]),
        at=moment,
    )


def vetted(run: WorkflowState, page: ResourcePage, revision: Revision, sha256: str) -> list[Decision]:
    """Return the passes that let ``revision`` go live. Raises RefusedError unless they suffice.

    Every active stage has passed exactly this content, by different persons, none of whom owns, wrote or edited it,
    and there are as many as the circulation level asks for.
    """
    passes = [p for p in standing_passes(run) if p.revision_id == revision.pk and p.sha256 == sha256]
    by_stage = {decision.stage_id: decision for decision in passes}
    people = {decision.decided_by_id for decision in by_stage.values()}
    barred = {page.owner_id, *author_ids(page, revision), *editor_ids(page)}
    barred |= namesakes([decision.decided_by for decision in passes], page, revision)
    if page.latest_revision_id != revision.pk or set(stage_ids(run)) - set(by_stage):
        raise RefusedError(Refusal("not-vetted", _("Not every stage has passed this very text.")))
    if len(people) != len(by_stage) or people & barred:
        raise RefusedError(
            Refusal("not-separate", _("Each stage must be passed by a different person, and none of the authors."))
        )
    require(stages_suffice(len(people), revision.content.get("circulation", "public")))
    if revision.content.get("go_live_at") or revision.content.get("expire_at"):
        raise RefusedError(
            Refusal("scheduled", _("A date for going live or expiring is set. Clear it and submit again."))
        )
    return list(by_stage.values())


def _months(page: ResourcePage, revision: Revision) -> int:
    """Return after how many months the text is looked at again."""
    topical = bool(revision.content.get("topical"))
    interval = ReReviewInterval.objects.filter(kind=page.specific_class.kind.value).first()
    if interval is None:
        return 6 if topical else 12
    return interval.topical_months if topical else interval.months
