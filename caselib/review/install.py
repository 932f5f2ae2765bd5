"""What the review needs in a fresh database; called by the install command, and idempotent."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Task, Workflow, WorkflowTask

from caselib.accounts.enums import Role
from caselib.core.models import CalendarDay
from caselib.resources.enums import Kind

from .data import FOURTH, HOLIDAYS, MAKEUP, RULES, STAGES
from .models import BuiltinRule, Checklist, ReReviewInterval, Route, RulePack, StageTask
from .scanning.builtin import RULES as BUILTIN
from .scanning.pack_csv import write_pack
from .scanning.packs import ScanRule
from .services.packs import import_pack, set_checklist

DEFAULT = "三审（初审、复审、终审）"
TEXTBOOK = "教材四审"
SHORT = "内部两审"
PACK = "starting"
WAGTAILS = "Moderators approval"
SECURITY = ("rule", "rulepack", "checklist", "route", "rereviewinterval")


@transaction.atomic
def install() -> None:
    """Create the stages, workflows, routes, intervals, checklists, starting rules, holidays and permissions.

    Nothing that an administrator has changed is touched: only what is missing is written.
    """
    stages = [_stage(*row) for row in STAGES]
    fourth = _stage(*FOURTH)
    default = _workflow(DEFAULT, stages)
    textbook = _workflow(TEXTBOOK, [stages[0], stages[1], fourth, stages[2]])
    _workflow(SHORT, [stages[0], stages[2]])
    if not Route.objects.exists():
        Route.objects.create(workflow=default)
        Route.objects.create(kind=Kind.TEXTBOOK, workflow=textbook)
    for kind in Kind.values:
        ReReviewInterval.objects.get_or_create(kind=kind)
    if not RulePack.objects.exists():
        rows = [ScanRule(*row[:7], exceptions=tuple(filter(None, row[7].split("|")))) for row in RULES]
        import_pack(PACK, "基础规则", write_pack(rows).encode(), by=None, rescan=False)
    for key in BUILTIN:
        BuiltinRule.objects.get_or_create(key=key)
    _name_wagtails_own()
    _calendar()
    _permissions()


def _name_wagtails_own() -> None:
    """Wagtail's migrations leave a workflow for pages that are no resources, in English among ours."""
    Workflow.objects.filter(name=WAGTAILS).update(name="其他页面审核")
    Task.objects.filter(name=WAGTAILS).update(name="管理员审核")


def _stage(name: str, role: Role, days: int, opinion: int, vetting: bool, questions: tuple[str, ...]) -> StageTask:
    found = StageTask.objects.filter(name=name).first()
    if found is not None:
        return found
    checklist, made = Checklist.objects.get_or_create(name=name)
    if made:
        set_checklist(checklist, questions, by=None)
    return StageTask.objects.create(
        name=name,
        group=Group.objects.get_or_create(name=role.value)[0],
        deadline_days=days,
        minimum_opinion=opinion,
        political_vetting=vetting,
        checklist=checklist,
    )


def _workflow(name: str, stages: list[StageTask]) -> Workflow:
    found = Workflow.objects.filter(name=name).first()
    if found is not None:
        return found
    workflow = Workflow.objects.create(name=name)
    for order, stage in enumerate(stages):
        WorkflowTask.objects.create(workflow=workflow, task=stage, sort_order=order)
    return workflow


def _calendar() -> None:
    """Enter the published holidays of a year unless the office has entered any day of that year."""
    if CalendarDay.objects.exists():
        return
    for name, days in HOLIDAYS.items():
        CalendarDay.objects.bulk_create(CalendarDay(day=day, name=name) for day in days)
    CalendarDay.objects.bulk_create(CalendarDay(day=day, worked=True, name="调休上班") for day in MAKEUP)


def _permissions() -> None:
    """The security administrator edits rules and stages; the system administrator the calendar."""
    security = Group.objects.get_or_create(name=Role.SECURITY_ADMIN.value)[0]
    wanted = [("review", f"{verb}_{model}") for model in SECURITY for verb in ("add", "change", "delete", "view")]
    wanted += [("review", f"{verb}_stagetask") for verb in ("add", "change", "view")]
    wanted += [("wagtailcore", f"{verb}_{model}") for model in ("task", "workflow") for verb in ("add", "change")]
    wanted += [("review", "change_builtinrule"), ("review", "view_builtinrule")]
    for app, codename in wanted:
        security.permissions.add(*Permission.objects.filter(content_type__app_label=app, codename=codename))
    system = Group.objects.get_or_create(name=Role.SYSTEM_ADMIN.value)[0]
    for verb in ("add", "change", "delete", "view"):
        system.permissions.add(
            *Permission.objects.filter(content_type__app_label="core", codename=f"{verb}_calendarday")
        )
