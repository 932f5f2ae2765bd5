"""Assigning a stage inside its group, and reminding before a deadline."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import TaskState

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.core.selectors import work_calendar
from caselib.resources.models import ResourcePage

from ..enums import Light
from ..models import StageState, StageTask
from ..rules import StageView, light, may_assign, may_review
from ..selectors.queue import due_for_rereview
from ..selectors.stages import group_members, page_of, reader_for, stage_view


@transaction.atomic
def assign(
    state: StageState, to: User | None, *, seen: int | None = None, by: User, at: datetime | None = None
) -> StageState:
    """Assign an open stage to ``to``, or to nobody. Effects in order: assignee, audit row, notice.

    ``seen`` is the assignee that was shown to ``by``, 0 for nobody: two colleagues who take one manuscript at once do not
    both read it. Raises RefusedError unless ``by`` belongs to the group or edits and is no author, and ``to`` may decide the stage; ConflictError
    if the stage is decided already or somebody else was assigned meanwhile.
    """
    page = page_of(state.workflow_state)
    if page is None:
        raise RefusedError(Refusal("not-a-resource", _("This is no stage of a review of the library.")))
    page = ResourcePage.objects.lock(page.pk)
    state = StageState.objects.select_for_update(of=("self",), no_key=True).get(pk=state.pk)
    if state.status != TaskState.STATUS_IN_PROGRESS:
        raise ConflictError(Refusal("decided", _("This stage is no longer open. Nothing was changed; please reload.")))
    if seen is not None and (state.assignee_id or 0) not in (seen, to.pk if to else 0):
        raise ConflictError(_assigned_meanwhile(state.assignee))
    view = stage_view(state, page)
    free = StageView(view.stage, view.open, view.revision, view.latest, None)
    refusal = may_review(reader_for(to, page, state), free) if to else None
    require(may_assign(reader_for(by, page, state), by.has_role(Role.EDITOR), refusal))
    state.assignee = to
    state.save(update_fields=["assignee"])
    stage = StageTask.objects.get(pk=state.task_id)
    audit.record("review.assigned", page, by=by, at=at, stage=stage.pk, to=to.pk if to else None)
    if to is not None and to.pk != by.pk:
        notify(
            [to],
            subject=gettext_lazy("Assigned to you: %(title)s (%(stage)s)"),
            body=gettext_lazy("%(who)s assigned this manuscript to you."),
            words={"title": page.draft_title, "stage": stage.name, "who": by},
            url=reverse("review:read", args=[state.pk]),
            at=at,
        )
    return state


def _assigned_meanwhile(assignee: User | None) -> Refusal:
    if assignee is None:
        text = _("The assignment was taken back meanwhile. Nothing was changed; please look again.")
    else:
        text = _(
            "This manuscript was assigned to %(name)s meanwhile. Nothing was changed; agree with each other first."
        )
        text = text % {"name": assignee}
    return Refusal("assigned-meanwhile", text)


def send_reminders(*, at: datetime | None = None) -> int:
    """Remind the readers of stages that are due soon or overdue, once a day each; return how many stages."""
    moment = at or clock.now()
    today, calendar = clock.day_of(moment), work_calendar()
    states = StageState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).exclude(reminded_on=today)
    count = 0
    for state in states.select_related("assignee", "workflow_state"):
        lamp = light(state.due_on, today, calendar)
        page = page_of(state.workflow_state) if lamp != Light.CALM else None
        if page is None:
            continue
        with transaction.atomic():
            claimed = StageState.objects.filter(pk=state.pk, status=TaskState.STATUS_IN_PROGRESS)
            if not claimed.exclude(reminded_on=today).update(reminded_on=today):
                continue
            stage = StageTask.objects.get(pk=state.task_id)
            notify(
                [state.assignee] if state.assignee else group_members(stage),
                subject=gettext_lazy("Overdue: %(title)s (%(stage)s)")
                if lamp == Light.OVERDUE
                else gettext_lazy("Due soon: %(title)s (%(stage)s)"),
                body=gettext_lazy("The stage is due on %(day)s."),
                words={"title": page.draft_title, "stage": stage.name, "day": state.due_on},
                url=reverse("review:read", args=[state.pk]),
                at=moment,
            )
            count += 1
    return count


def send_rereview_notices(*, days: int = 30, at: datetime | None = None) -> int:
    """Tell the owners once that a re-review is due within ``days``; return how many resources."""
    from datetime import timedelta

    from caselib.core.models import AuditRecord

    moment = at or clock.now()
    until = clock.day_of(moment) + timedelta(days=days)
    count = 0
    for page in due_for_rereview(until):
        if page.review_due_on is None:
            continue
        told = AuditRecord.objects.filter(
            verb="review.rereview_notice",
            target_type=page._meta.label,
            target_id=str(page.pk),
            data__due_on=page.review_due_on.isoformat(),
        )
        if told.exists():
            continue
        with transaction.atomic():
            # Asked again behind the lock: another worker may be telling of the same page.
            ResourcePage.objects.lock(page.pk)
            if told.all().exists():
                continue
            audit.record("review.rereview_notice", page, by=None, at=moment, due_on=page.review_due_on)
            notify(
                [page.owner] if page.owner else [],
                subject=gettext_lazy("Review due again: %(title)s"),
                body=gettext_lazy("This item is to be reviewed again by %(day)s."),
                words={"title": page.title, "day": page.review_due_on},
                url=reverse("review:manuscript", args=[page.pk]),
                at=moment,
            )
        count += 1
    return count
