"""Who may do what in a review: pure rules that hide a button, explain it, and stop the call."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caselib.accounts.enums import Role
from caselib.core.errors import Refusal
from caselib.core.workdays import WorkCalendar, workdays_between

from .enums import AnswerValue, Light, Outcome

PUBLIC_STAGES = 3
INTERNAL_STAGES = 2
INTERNAL = "internal"
RESTRICTED = "restricted"
MAX_OPINION = 20_000


@dataclass(frozen=True, slots=True)
class Reader:
    """A person as the rules see them with regard to one stage of one manuscript."""

    user_id: int
    active: bool
    in_group: bool
    owner: bool = False
    author: bool = False
    edited: bool = False
    namesake: bool = False
    seat: int | None = None


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage as the rules see it. ``revision`` is the one under review, ``latest`` the newest of the page."""

    stage: int
    open: bool
    revision: int
    latest: int
    assignee: int | None = None


def same_person(name: str, unit: str, *, person: str, units: Collection[str]) -> bool:
    """Whether an author printed as ``name`` of ``unit`` must be taken for ``person``, who belongs to ``units``.

    Only letters count, so that "王 芳" is "王芳". An author without a printed unit is of the text's own, which the caller
    adds to ``units`` where that is the person's.
    """
    first, second = _letters(name), _letters(person)
    return bool(first) and first == second and _letters(unit) in {_letters(one) for one in units}


def _letters(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text) if char.isalnum()).casefold()


def stages_needed(circulation: str) -> int:
    """Return how many different persons must pass a text before it is live at ``circulation``."""
    return INTERNAL_STAGES if circulation == INTERNAL else PUBLIC_STAGES


def stages_suffice(stages: int, circulation: str) -> Refusal | None:
    """Refuse a workflow with fewer stages than the circulation level asks for."""
    needed = stages_needed(circulation)
    if stages >= needed:
        return None
    return Refusal(
        "too-few-stages",
        _("This workflow has %(stages)d stages, but at least %(needed)d are needed before the text may be read.")
        % {"stages": stages, "needed": needed},
    )


def may_review(reader: Reader, stage: StageView) -> Refusal | None:
    """Refuse whoever may not decide ``stage``: the one rule of separation of duties. Superusers are not exempt."""
    if not reader.active or not reader.in_group:
        return Refusal("not-reviewer", _("You are not in the reviewers' group of this stage."))
    if reader.owner or reader.author:
        return Refusal("own-work", _("You are an author or the owner of this text. Somebody else must review it."))
    if reader.namesake:
        return Refusal(
            "namesake",
            _(
                "An author of your name and unit stands on this text without an account. Somebody else must review it; "
                "if it is another person, the editor links that author's own account to the text."
            ),
        )
    if reader.edited:
        return Refusal(
            "edited", _("You have edited this text since it was last published. Somebody else must review it.")
        )
    if reader.seat is not None and reader.seat != stage.stage:
        return Refusal(
            "other-stage", _("You have decided another stage of this review. Each stage needs a different person.")
        )
    if stage.assignee is not None and stage.assignee != reader.user_id:
        return Refusal("assigned", _("This manuscript is assigned to a colleague. Ask to have it assigned to you."))
    return None


def is_current(stage: StageView, revision: int) -> Refusal | None:
    """Refuse a decision on a stage that is closed or on a text that is no longer the current one."""
    if not stage.open:
        return Refusal("decided", _("A colleague has already decided this stage. Nothing was changed; please reload."))
    if revision != stage.revision or stage.revision != stage.latest:
        return Refusal(
            "not-current", _("The text has changed since you opened it. Please reload and read the new text.")
        )
    return None


def opinion_suffices(opinion: str, minimum: int) -> Refusal | None:
    """Refuse an opinion that says too little (white space does not count) or more than can be kept."""
    length = sum(1 for char in opinion if not char.isspace())
    if length < minimum:
        text = _("The opinion has %(length)d characters; this stage asks for at least %(minimum)d.")
        return Refusal("short-opinion", text % {"length": length, "minimum": minimum})
    if len(opinion) > MAX_OPINION:
        return Refusal("long-opinion", _("The opinion is longer than %d characters.") % MAX_OPINION)
    return None


def answers_suffice(items: Sequence[Mapping[str, Any]], answers: Mapping[str, str], outcome: str) -> Refusal | None:
    """Refuse answers that do not fit the checklist: all answered, and no "no" to a required point with a pass."""
    known = {item["key"] for item in items}
    if set(answers) - known or any(value not in AnswerValue.values for value in answers.values()):
        return Refusal("wrong-answers", _("The answers do not belong to this checklist. Please reload."))
    if outcome != Outcome.PASS:
        return None
    missing = [item["text"] for item in items if item["key"] not in answers]
    if missing:
        return Refusal("unanswered", _("Please answer every point of the checklist: %s") % missing[0])
    failed = [item["text"] for item in items if item.get("required") and answers[item["key"]] == AnswerValue.NO]
    if failed:
        return Refusal("failed-point", _("A required point is answered “no”, so the text cannot pass: %s") % failed[0])
    return None


def findings_allow(blocking_open: int, outcome: str) -> Refusal | None:
    """Refuse a pass while blocking findings are neither fixed nor dismissed with a reason."""
    if outcome != Outcome.PASS or not blocking_open:
        return None
    text = ngettext(
        "%d blocking finding is still open: have it fixed, or dismiss it with a reason.",
        "%d blocking findings are still open: have them fixed, or dismiss them with a reason.",
        blocking_open,
    )
    return Refusal("open-findings", text % blocking_open)


def may_return_to(stages: Sequence[int], present: int, target: int | None) -> Refusal | None:
    """Refuse a return to anything but an earlier stage of the same workflow."""
    if target in stages and present in stages and stages.index(target) < stages.index(present):
        return None
    return Refusal("no-earlier-stage", _("Choose one of the earlier stages."))


def may_submit(*, author: bool, editor: bool, under_review: bool, has_revision: bool) -> Refusal | None:
    """Authors and editors submit what is not under review yet."""
    if not (author or editor):
        return Refusal("not-author", _("Only the author or an editor submits this text."))
    if under_review:
        return Refusal("under-review", _("This text is already under review."))
    if not has_revision:
        return Refusal("no-text", _("There is no saved text to submit yet."))
    return None


def readers_named(circulation: str, *, groups: bool) -> Refusal | None:
    """Refuse a text for named groups while no group is named: nobody could read it once it is published."""
    if circulation != RESTRICTED or groups:
        return None
    return Refusal(
        "no-groups",
        _(
            "No group that may read this text has been named. Choose the level “Internal”, save and submit again; "
            "after publication the final reviewer restricts the text to groups."
        ),
    )


def may_recall(*, author: bool, requested: bool, under_review: bool) -> Refusal | None:
    """The author or whoever submitted a text takes it back while it is under review."""
    if not under_review:
        return Refusal("not-under-review", _("This text is not under review."))
    if not (author or requested):
        return Refusal("not-author", _("Only the author or the person who submitted the text takes it back."))
    return None


def may_withdraw(roles: frozenset[str], *, live: bool) -> Refusal | None:
    """Editors and final reviewers withdraw what is published."""
    if not roles & {Role.EDITOR, Role.FINAL_REVIEWER}:
        return Refusal("not-editor", _("Only editors and final reviewers withdraw a published item."))
    if not live:
        return Refusal("not-live", _("This item is not published."))
    return None


def may_assign(by: Reader, editor: bool, assignee_refusal: Refusal | None) -> Refusal | None:
    """Members of the stage's group and editors assign it, to somebody who may decide it; no author picks the own reader."""
    if not (by.in_group or editor):
        return Refusal("not-reviewer", _("You are not in the reviewers' group of this stage."))
    if by.owner or by.author:
        return Refusal(
            "own-work", _("You are an author or the owner of this text. Somebody else chooses who reviews it.")
        )
    return assignee_refusal


def reason_given(reason: str, minimum: int = 4) -> Refusal | None:
    """Refuse an act without a reason that a later reader can understand."""
    if len(reason.strip()) < minimum:
        return Refusal("no-reason", _("Please give a reason of at least %d characters.") % minimum)
    return None


def light(due_on: date | None, today: date, calendar: WorkCalendar, *, soon: int = 1) -> Light:
    """Return the due light: overdue after the day, soon from ``soon`` working days before it."""
    if due_on is None:
        return Light.CALM
    if due_on < today:
        return Light.OVERDUE
    return Light.SOON if workdays_between(today, due_on, calendar) <= soon else Light.CALM


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError("no such month")
