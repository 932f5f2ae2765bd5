"""Stages as Wagtail tasks: who reads, by when, against which checklist, with how long an opinion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Task, TaskState, Workflow, WorkflowState

from caselib.accounts.models import Unit, User
from caselib.resources.enums import Circulation, Kind

from ..locks import StageLock

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Checklist(models.Model):
    """A checklist by name. What it asks stands in its versions, so an answer keeps the wording it answered."""

    name = models.CharField(_("name"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def current(self) -> ChecklistVersion | None:
        """Return the newest version, or None for a checklist that asks nothing yet."""
        return self.versions.order_by("-number").first()


class ChecklistVersion(models.Model):
    """One wording of a checklist; never changed. ``items`` is a list of {"key", "text", "required"}."""

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    items = models.JSONField(_("questions"), default=list)
    created_at = models.DateTimeField(_("created at"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("checklist version")
        ordering = ["checklist", "-number"]
        constraints = [models.UniqueConstraint(fields=["checklist", "number"], name="one_checklist_number")]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.checklist} {self.number}"


class StageTask(Task):
    """A review stage. Buttons of Wagtail's editor never decide it: decisions need answers and an opinion."""

    # Asked by the layers below, which do not know this app: a workflow of such tasks may end in publication.
    grants_publication = True
    lock_class = StageLock

    group = models.ForeignKey(
        Group, null=True, on_delete=models.PROTECT, related_name="review_stages", verbose_name=_("reviewers")
    )
    deadline_days = models.PositiveSmallIntegerField(
        _("deadline in working days"), default=5, validators=[MinValueValidator(1), MaxValueValidator(250)]
    )
    checklist = models.ForeignKey(
        Checklist, null=True, blank=True, on_delete=models.PROTECT, related_name="stages", verbose_name=_("checklist")
    )
    minimum_opinion = models.PositiveSmallIntegerField(
        _("shortest opinion in characters"), default=20, validators=[MaxValueValidator(2000)]
    )
    political_vetting = models.BooleanField(_("political vetting"), default=False)

    admin_form_fields: ClassVar[list[str]] = [
        *Task.admin_form_fields,
        "group",
        "deadline_days",
        "checklist",
        "minimum_opinion",
        "political_vetting",
    ]
    admin_form_readonly_on_edit_fields: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("review stage")
        verbose_name_plural = _("review stages")

    @classmethod
    def get_description(cls) -> _StrPromise:
        return _("A person of the reviewers' group answers the checklist and writes an opinion")

    @classmethod
    def get_task_state_class(cls) -> type[StageState]:
        return StageState

    def start(self, workflow_state: WorkflowState, user: User | None = None) -> TaskState:
        """Begin the stage, or the first stage that is still open if that is an earlier one (see services.stages)."""
        from ..services.stages import start_stage

        return start_stage(self, workflow_state, user)

    def on_action(self, task_state: TaskState, user: User, action_name: str, /, **kwargs: Any) -> None:
        """Decide by the same service as the reviewer's page; anything unknown in ``kwargs`` is refused."""
        from ..services.deciding import decide_by_action

        decide_by_action(task_state, user, action_name, kwargs)

    def get_actions(self, obj: Page, user: User) -> list[tuple[str, str, bool]]:
        """No decision is one click in the editor or the dashboard."""
        return []

    def user_can_access_editor(self, obj: Page, user: User) -> bool:
        return False

    def locked_for_user(self, obj: Page, user: User) -> bool:
        """Nobody edits what is being read: the author takes it back first, or a reviewer returns it."""
        return True

    def user_can_lock(self, obj: Page, user: User) -> bool:
        return False

    def user_can_unlock(self, obj: Page, user: User) -> bool:
        return False

    def get_task_states_user_can_moderate(self, user: User, **kwargs: Any) -> models.QuerySet[TaskState]:
        """Return the states that ``user`` finds in the queue (Wagtail's dashboard panel asks)."""
        if self.group_id is None or not user.is_active or not user.groups.filter(pk=self.group_id).exists():
            return TaskState.objects.none()
        return TaskState.objects.filter(task_id=self.pk, status=TaskState.STATUS_IN_PROGRESS)


class StageState(TaskState):
    """One stage of one run at one revision: what is due when, and who it was assigned to."""

    due_on = models.DateField(_("due on"), null=True, blank=True, db_index=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assigned_stages",
        verbose_name=_("assigned to"),
    )
    sha256 = models.CharField(_("sha256 of the text"), max_length=64, blank=True)
    reminded_on = models.DateField(_("last reminder"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("stage of a review")
        verbose_name_plural = _("stages of reviews")


class Route(models.Model):
    """Which workflow an item takes: the most specific matching row wins (unit before kind before level)."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, blank=True)
    unit = models.ForeignKey(
        Unit,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="review_routes",
        verbose_name=_("unit"),
        help_text=_("Holds for the units below it too. Empty: every unit."),
    )
    circulation = models.CharField(_("circulation level"), max_length=10, choices=Circulation.choices, blank=True)
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="routes", verbose_name=_("workflow"))

    class Meta:
        verbose_name = _("review route")
        verbose_name_plural = _("review routes")
        constraints = [
            models.UniqueConstraint(fields=["kind", "unit", "circulation"], name="one_route", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        parts = [self.get_kind_display(), str(self.unit or ""), self.get_circulation_display()]
        return f"{' · '.join(str(part) for part in parts if part) or _('every resource')} → {self.workflow}"

    def clean(self) -> None:
        """Refuse a workflow that is too short for the items it would serve."""
        from django.core.exceptions import ValidationError

        from ..rules import stages_suffice

        stages = StageTask.objects.filter(workflow_tasks__workflow_id=self.workflow_id, active=True).count()
        refusal = stages_suffice(stages, self.circulation or Circulation.PUBLIC)
        if refusal:
            raise ValidationError({"workflow": refusal.message})


class ReReviewInterval(models.Model):
    """After how many months a published resource of a kind is looked at again."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, unique=True)
    months = models.PositiveSmallIntegerField(
        _("months"), default=12, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    topical_months = models.PositiveSmallIntegerField(
        _("months for topical items"), default=6, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )

    class Meta:
        verbose_name = _("re-review interval")
        verbose_name_plural = _("re-review intervals")
        ordering = ["kind"]

    def __str__(self) -> str:
        return str(self.get_kind_display())
