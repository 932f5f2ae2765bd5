"""Three stages, three people, one text: the ordinary ways of a manuscript through its review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import translation
from wagtail.models import Revision, WorkflowState

from caselib.accounts.enums import Role
from caselib.accounts.models import Notice
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, RefusedError
from caselib.core.models import AuditRecord
from caselib.resources.content import digest
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import PublicationGrant, ResourcePage
from caselib.review.enums import Outcome
from caselib.review.models import Checklist, Decision, Route, Seat, StageState, StageTask
from caselib.review.rules import light
from caselib.review.selectors.stages import active_run, visible_decisions
from caselib.review.services.deciding import decide, decide_by_action
from caselib.review.services.packs import set_checklist
from caselib.review.services.submission import recall, submit_for_review
from tests import factories
from tests.caselib.review.desk import Desk, manuscript, verdict

pytestmark = pytest.mark.django_db


def code(error: pytest.ExceptionInfo[RefusedError]) -> str:
    return error.value.refusal.code


def names(desk: Desk) -> list[str]:
    return [state.task.name for state in StageState.objects.filter(workflow_state=desk.run).order_by("pk")]


def test_three_passes_by_three_people_publish_exactly_the_text_that_was_read() -> None:
    desk = Desk.open()
    revision = desk.state.revision
    assert not desk.now().live
    live = desk.publish()
    assert live.live and live.live_revision_id == revision.pk
    decisions = list(Decision.objects.filter(page_id=live.pk))
    assert {decision.sha256 for decision in decisions} == {digest(Revision.objects.get(pk=revision.pk))}
    assert len({decision.decided_by_id for decision in decisions}) == 3
    assert live.review_due_on == date(live.reviewed_on.year + 1, live.reviewed_on.month, live.reviewed_on.day)
    assert PublicationGrant.objects.get(page_id=live.pk).revision_id == revision.pk
    assert audit.verify() is None
    verbs = list(AuditRecord.objects.filter(target_id=str(live.pk)).values_list("verb", flat=True))
    assert verbs.count("review.decided") == 3 and verbs[-1] == "review.published"


def test_a_textbook_has_a_fourth_stage_without_code() -> None:
    desk = Desk.open(kind=Kind.TEXTBOOK)
    for expected in ("初审", "复审", "专家会审", "终审（政治把关）"):
        assert desk.state.task.name == expected
        desk.decide()
    assert desk.now().live


def test_two_stages_are_enough_for_an_internal_item_and_refused_for_a_public_one() -> None:
    from wagtail.models import Workflow

    short = Workflow.objects.get(name="内部两审")
    Route.objects.create(circulation=Circulation.INTERNAL, workflow=short)
    desk = Desk.open(circulation=Circulation.INTERNAL)
    desk.decide()
    assert desk.state.task.name == "终审（政治把关）"
    assert desk.publish().live
    Route.objects.filter(circulation="").update(workflow=short)
    page = manuscript()
    with pytest.raises(RefusedError) as error:
        submit_for_review(page, by=page.owner)
    assert code(error) == "too-few-stages"
    assert not WorkflowState.objects.for_instance(page).exists()


def test_the_nearest_unit_decides_the_route() -> None:
    from wagtail.models import Workflow

    city = factories.unit()
    county = factories.unit(parent=city)
    fourth = Workflow.objects.get(name="教材四审")
    Route.objects.create(unit=city, workflow=fourth)
    author = factories.UserFactory(roles=[Role.AUTHOR], unit=county)
    assert Desk.open(author=author).run.workflow_id == fourth.pk
    assert Desk.open().run.workflow_id != fourth.pk


def test_nobody_reviews_their_own_text_not_even_a_superuser() -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR, Role.FIRST_REVIEWER], is_superuser=True)
    desk = Desk.open(author=author)
    with pytest.raises(RefusedError) as error:
        desk.decide(by=author)
    assert code(error) == "own-work"
    outsider = factories.UserFactory(is_superuser=True)
    with pytest.raises(RefusedError) as error:
        desk.decide(by=outsider)
    assert code(error) == "not-reviewer"


def test_nobody_reviews_what_they_edited_since_the_last_publication() -> None:
    editor = factories.UserFactory(roles=[Role.EDITOR, Role.FIRST_REVIEWER])
    desk = Desk.open()
    page = desk.now()
    page.abstract = "编辑改过的摘要。"
    page.save_revision(user=editor)
    with pytest.raises(RefusedError) as error:
        desk.decide(by=editor)
    assert code(error) == "edited"
    live = desk.publish()
    page = live
    page.abstract = "作者再改。"
    page.save_revision(user=desk.author)
    submit_for_review(page, by=desk.author)
    assert desk.decide(by=editor).decided_by == editor, "the edit before the last publication no longer counts"


def test_nobody_decides_two_stages_of_one_run() -> None:
    desk = Desk.open()
    everybody = factories.UserFactory(roles=[Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER])
    desk.decide(by=everybody)
    with pytest.raises(RefusedError) as error:
        desk.decide(by=everybody)
    assert code(error) == "other-stage"


def test_the_database_itself_keeps_people_apart() -> None:
    desk = Desk.open()
    first = desk.decide()
    state = desk.state
    values = {
        "page_id": desk.page.pk,
        "run": desk.run,
        "stage_id": state.task_id,
        "state": state,
        "revision_id": state.revision_id,
        "sha256": state.sha256,
        "decided_at": clock.now(),
        "outcome": "pass",
        "opinion": "x",
    }
    for person, seat in ((desk.author, None), (first.decided_by, first.seat)):
        with pytest.raises(IntegrityError), transaction.atomic():
            place = seat or Seat.objects.create(run=desk.run, stage_id=state.task_id, reviewer=person)
            Decision.objects.create(seat=place, decided_by=person, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(run=desk.run, stage_id=state.task_id, reviewer=first.decided_by)
    for change in ({"outcome": "return"}, {"sha256": "0" * 64}, {"opinion": "改"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=first.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=first.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(pk=state.revision_id).update(content={"title": "偷换"})


def test_a_return_goes_to_the_author_and_begins_again_at_the_first_stage() -> None:
    desk = Desk.open()
    first = desk.reader()
    desk.decide()
    desk.decide(Outcome.RETURN, opinion="第二部分的数据前后不一致，请核对统计口径以后再提交，并补充来源说明。")
    run = desk.run
    assert run.status == WorkflowState.STATUS_NEEDS_CHANGES
    assert Notice.objects.filter(recipient=desk.author, subject__contains=desk.page.title).exists()
    page = desk.now()
    page.abstract = "改过的摘要。"
    page.save_revision(user=desk.author)
    submit_for_review(page, by=desk.author)
    assert desk.run.pk == run.pk
    assert desk.state.task.name == "初审"
    assert desk.state.assignee == first, "a text comes back to its reader"
    assert desk.publish().abstract == "改过的摘要。"


def test_the_author_is_told_once_and_not_by_whom(
    mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """Wagtail would write a second letter: to the user name, in its own words, with an address of its own."""
    desk = Desk.open()
    reader = desk.reader()
    with django_capture_on_commit_callbacks(execute=True):
        desk.decide(Outcome.RETURN, opinion="第二部分的数据前后不一致，请核对统计口径以后再提交，并补充来源说明。")
    (letter,) = mailoutbox
    assert letter.to == [desk.author.email]
    assert "第二部分的数据前后不一致" in letter.body and str(reader) not in letter.body


def test_the_author_is_told_once_of_the_publication(
    mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    desk = Desk.open()
    with django_capture_on_commit_callbacks(execute=True):
        desk.publish()
    assert len([letter for letter in mailoutbox if letter.to == [desk.author.email]]) == 1


def test_people_are_told_in_the_language_of_the_library_whatever_the_actor_reads() -> None:
    with translation.override("en"):
        desk = Desk.open()
        desk.decide()
        desk.decide(Outcome.RETURN, opinion="第二部分的数据前后不一致，请核对统计口径以后再提交，并补充来源说明。")
    subjects = list(Notice.objects.filter(recipient=desk.author).values_list("subject", flat=True))
    assert [text.split("：")[0] for text in subjects] == ["文稿退回"]


def test_a_return_without_a_change_begins_at_the_first_stage_too() -> None:
    desk = Desk.open()
    desk.decide()
    desk.decide(Outcome.RETURN)
    submit_for_review(desk.now(), by=desk.author)
    assert desk.state.task.name == "初审"
    assert desk.run.decisions.filter(outcome="pass", voided_at=None).count() == 0


def test_a_return_to_an_earlier_stage_voids_the_passes_from_there_on() -> None:
    desk = Desk.open()
    desk.decide()
    desk.decide()
    second = StageTask.objects.get(name="复审")
    desk.decide(Outcome.RETURN_TO, return_to=second.pk)
    assert desk.state.task_id == second.pk
    standing = desk.run.decisions.filter(voided_at=None, outcome="pass")
    assert [decision.stage.name for decision in standing] == ["初审"]
    assert desk.publish().live


@pytest.mark.parametrize("target", ["复审", "终审（政治把关）", None])
def test_a_return_to_anything_but_an_earlier_stage_is_refused(target: str | None) -> None:
    desk = Desk.open()
    desk.decide()
    stage = StageTask.objects.get(name=target).pk if target else None
    with pytest.raises(RefusedError) as error:
        desk.decide(Outcome.RETURN_TO, return_to=stage)
    assert code(error) == "no-earlier-stage"


def test_any_edit_during_a_review_voids_what_was_decided_and_begins_again() -> None:
    desk = Desk.open()
    desk.decide()
    desk.decide()
    stale = desk.state
    page = desk.now()
    page.abstract = "中途被改。"
    page.save_revision(user=factories.UserFactory(roles=[Role.EDITOR]))
    assert desk.state.task.name == "初审"
    assert desk.run.decisions.filter(outcome="pass", voided_at=None).count() == 0
    with pytest.raises(ConflictError):
        decide(stale, verdict(stale), by=desk.reader(stale))
    assert not desk.now().live


def test_a_decision_on_a_revision_that_is_no_longer_current_is_refused() -> None:
    desk = Desk.open()
    old = verdict(desk.state)
    page = desk.now()
    page.save_revision(user=desk.author)
    with pytest.raises(ConflictError) as error:
        decide(desk.state, old, by=desk.reader())
    assert code(error) == "not-current"


def test_a_stage_is_decided_once() -> None:
    desk = Desk.open()
    state = desk.state
    desk.decide()
    with pytest.raises(ConflictError):
        decide(state, verdict(state), by=desk.reader(state))
    assert Decision.objects.filter(state=state).count() == 1


def test_autosave_never_overwrites_a_revision_under_review() -> None:
    desk = Desk.open()
    revision = desk.state.revision
    before = digest(revision)
    page = desk.now()
    page.abstract = "自动保存。"
    saved = page.save_revision(user=desk.author, overwrite_revision=revision, clean=False)
    assert saved.pk != revision.pk
    assert digest(Revision.objects.get(pk=revision.pk)) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"opinion": "同意"}, "short-opinion"),
        ({"opinion": " \n　" * 200}, "short-opinion"),
        ({"opinion": "很" * 20_001}, "long-opinion"),
        ({"answers": {}}, "unanswered"),
        ({"answers": {"q1": "maybe"}}, "wrong-answers"),
        ({"answers": {"zzz": "yes"}}, "wrong-answers"),
        ({"outcome": "publish"}, "no-outcome"),
    ],
)
def test_an_incomplete_verdict_is_refused(change: dict[str, object], expected: str) -> None:
    desk = Desk.open()
    state = desk.state
    with pytest.raises(RefusedError) as error:
        decide(state, verdict(state, **change), by=desk.reader())
    assert code(error) == expected
    assert not Decision.objects.exists()


def test_a_required_point_answered_no_cannot_pass_but_can_return() -> None:
    desk = Desk.open()
    answers = dict(verdict(desk.state).answers) | {"q1": "no"}
    with pytest.raises(RefusedError) as error:
        desk.decide(answers=answers)
    assert code(error) == "failed-point"
    assert desk.decide(Outcome.RETURN, answers=answers).answers[0]["answer"] == "no"


def test_an_answer_keeps_the_wording_it_answered() -> None:
    desk = Desk.open()
    decision = desk.decide()
    before = decision.answers[0]["text"]
    checklist = Checklist.objects.get(name="初审")
    version = set_checklist(checklist, ["全新的问题 *"], by=None)
    assert version.number == 2
    assert set_checklist(checklist, ["全新的问题 *", " "], by=None).number == 2, "the same wording is no new version"
    decision.refresh_from_db()
    assert decision.answers[0]["text"] == before and decision.checklist.number == 1


def test_a_checklist_changed_while_reading_is_a_conflict() -> None:
    desk = Desk.open()
    answered = verdict(desk.state)
    set_checklist(Checklist.objects.get(name="初审"), ["新问题"], by=None)
    with pytest.raises(ConflictError):
        decide(desk.state, answered, by=desk.reader())


def test_the_first_report_is_shown_to_the_second_stage_and_both_to_the_third() -> None:
    desk = Desk.open()
    assert list(visible_decisions(desk.state)) == []
    first = desk.decide()
    assert list(visible_decisions(desk.state)) == [first]
    second = desk.decide()
    assert list(visible_decisions(desk.state)) == [first, second]


def test_the_author_takes_the_text_back_and_others_do_not() -> None:
    desk = Desk.open()
    desk.decide()
    with pytest.raises(RefusedError):
        recall(desk.page, by=desk.reader())
    recall(desk.page, by=desk.author)
    assert active_run(desk.page) is None
    assert Decision.objects.get().voided_reason == "cancelled"
    submit_for_review(desk.now(), by=desk.author)
    assert desk.state.task.name == "初审"


def test_only_authors_and_editors_submit_and_only_once() -> None:
    page = manuscript()
    with pytest.raises(RefusedError) as error:
        submit_for_review(page, by=factories.UserFactory(roles=[Role.AUTHOR]))
    assert code(error) == "not-author"
    submit_for_review(page, by=factories.UserFactory(roles=[Role.EDITOR]))
    with pytest.raises(RefusedError) as error:
        submit_for_review(page, by=page.owner)
    assert code(error) == "under-review"


def test_wagtail_own_road_into_the_workflow_obeys_the_same_rules() -> None:
    page = manuscript()
    with pytest.raises(RefusedError):
        page.get_workflow().start(page, factories.UserFactory())
    assert page.get_workflow().start(page, page.owner).status == "in_progress"


def test_on_action_is_no_way_round_the_form() -> None:
    desk = Desk.open()
    state, reader = desk.state, desk.reader()
    for action, extra in (("approve", {}), ("approve", {"update": False}), ("approve", {"user": reader}), ("x", {})):
        with pytest.raises(RefusedError):
            state.task.specific.on_action(state, reader, action, **extra)
    given = verdict(state)
    decide_by_action(
        state,
        reader,
        "approve",
        {"opinion": given.opinion, "answers": given.answers, "revision": given.revision, "checklist": given.checklist},
    )
    assert desk.state.task.name == "复审"


def test_deadlines_count_working_days_and_lights_follow() -> None:
    from datetime import datetime

    from caselib.core.selectors import work_calendar

    with clock.fixed(datetime(2026, 9, 29, 12, tzinfo=clock.ZONE)):
        desk = Desk.open()
        assert desk.state.due_on == date(2026, 10, 12), "five working days: a holiday week, then a make-up Saturday"
        calendar = work_calendar()
    assert light(desk.state.due_on, date(2026, 10, 9), calendar) == "calm"
    assert light(desk.state.due_on, date(2026, 10, 10), calendar) == "soon"
    assert light(desk.state.due_on, date(2026, 10, 12), calendar) == "soon"
    assert light(desk.state.due_on, date(2026, 10, 13), calendar) == "overdue"


def test_a_deactivated_stage_cannot_open_a_short_cut() -> None:
    desk = Desk.open()
    desk.decide()
    desk.decide()
    final = StageTask.objects.get(name="终审（政治把关）")
    with pytest.raises(RefusedError), transaction.atomic():
        final.deactivate()
    assert not desk.now().live


def test_a_scheduled_text_does_not_pass() -> None:
    desk = Desk.open(go_live_at=clock.now().replace(year=2030))
    with pytest.raises(RefusedError) as error:
        desk.decide()
    assert code(error) == "open-findings"


def rows(model: type[Model]) -> int:
    return model._default_manager.count()


def test_a_refused_act_changes_nothing() -> None:
    desk = Desk.open()
    before = [rows(model) for model in (Decision, Seat, AuditRecord, Notice)]
    with pytest.raises(RefusedError):
        desk.decide(by=factories.UserFactory(roles=[Role.FIRST_REVIEWER]), opinion="短")
    after = [rows(model) for model in (Decision, Seat, AuditRecord, Notice)]
    assert after[0] == before[0] and after[1] == before[1]
    assert ResourcePage.objects.get(pk=desk.page.pk).live is False
