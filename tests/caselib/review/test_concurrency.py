"""Two reviewers at the same moment: one wins, the other is told, nothing is decided twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from wagtail.models import WorkflowState

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import audit, clock
from caselib.core.errors import RefusedError
from caselib.core.models import AuditRecord
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import ResourcePage
from caselib.review.models import CheckRun, CirculationChange, Decision, Finding, StageState
from caselib.review.services import assigning, deciding, findings
from caselib.review.services.circulation import change_circulation
from caselib.review.services.deciding import decide
from caselib.review.services.submission import recall, submit_for_review
from caselib.review.services.withdrawal import withdraw
from tests import factories
from tests.caselib.review.desk import Desk, manuscript, verdict

pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls: Callable[[], object]) -> list[object]:
    """Run ``calls`` in threads that start together, each on its own connection; return results or refusals."""
    barrier = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(index: int, call: Callable[[], object]) -> None:
        try:
            barrier.wait(20)
            results[index] = call()
        except RefusedError as error:
            results[index] = error
        except BaseException as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


class Meanwhile:
    """One call that begins at the moment this object is called, in the middle of somebody else's transaction.

    Where the database lets it, it ends there; where it has to wait, it ends after that transaction.
    """

    def __init__(self, call: Callable[[], object]) -> None:
        self._call, self._result = call, None
        self._thread: threading.Thread | None = None

    def __call__(self, *_given: object, **_named: object) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run)
            self._thread.start()
            self._thread.join(1.5)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``function`` with this call in front of it."""

        def both(*given: Any, **named: Any) -> Any:
            self()
            return function(*given, **named)

        return both

    def result(self) -> object:
        """Wait for the call and return its result, or what it raised."""
        assert self._thread is not None, "the moment never came"
        self._thread.join(60)
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:
            self._result = error
        finally:
            connections.close_all()


def in_memory() -> bool:
    return connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"])


def colleague(desk: Desk) -> User:
    other = factories.UserFactory()
    other.groups.add(*desk.reader().groups.all())
    return User.objects.get(pk=other.pk)


@pytest.mark.parametrize("stage", [0, 2])
def test_of_two_decisions_on_one_stage_one_wins(stage: int) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    desk = Desk.open()
    for _number in range(stage):
        desk.decide()
    state, first, second = desk.state, desk.reader(), colleague(desk)
    results = together(
        lambda: decide(StageState.objects.get(pk=state.pk), verdict(state), by=first),
        lambda: decide(StageState.objects.get(pk=state.pk), verdict(state, "return"), by=second),
    )
    assert sum(isinstance(result, Decision) for result in results) == 1, results
    [refused] = [result for result in results if not isinstance(result, Decision)]
    assert isinstance(refused, RefusedError), refused
    assert refused.status == 409 and str(refused)
    assert Decision.objects.filter(state=state).count() == 1
    assert audit.verify() is None


@pytest.mark.parametrize("act", ["assign", "dispose"])
def test_what_a_colleague_does_with_a_stage_while_it_is_decided_comes_too_late(
    act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    desk = Desk.open()
    state, first, second = desk.state, desk.reader(), colleague(desk)
    run = CheckRun.objects.get(page=desk.page)
    finding = Finding.objects.create(run=run, pack="p", rule="r", category="style", severity="warning")

    def assigned() -> object:
        return assigning.assign(StageState.objects.get(pk=state.pk), second, by=second)

    def disposed() -> object:
        return findings.dispose(finding, state, "accepted", by=second)

    late = Meanwhile(assigned if act == "assign" else disposed)
    monkeypatch.setattr(deciding, "_write", late.before(deciding._write))
    decide(StageState.objects.get(pk=state.pk), verdict(state), by=first)
    answer = late.result()
    assert isinstance(answer, RefusedError), answer
    assert answer.status == 409
    assert not AuditRecord.objects.filter(verb__in=["review.assigned", "review.finding_disposed"]).exists()


def test_a_decision_and_a_recall_do_not_both_happen() -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    desk = Desk.open()
    desk.decide()
    desk.decide()
    state, reader = desk.state, desk.reader()
    results = together(
        lambda: decide(StageState.objects.get(pk=state.pk), verdict(state), by=reader),
        lambda: recall(ResourcePage.objects.get(pk=desk.page.pk), by=desk.author),
    )
    assert sum(isinstance(result, RefusedError) for result in results) == 1, results
    status = WorkflowState.objects.for_instance(desk.page).get().status
    assert desk.now().live is (status == WorkflowState.STATUS_APPROVED)


def test_a_decision_and_a_new_revision_end_with_one_text_under_review_or_live() -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    desk = Desk.open()
    desk.decide()
    desk.decide()
    state, reader = desk.state, desk.reader()

    def revise() -> object:
        page = ResourcePage.objects.get(pk=desk.page.pk).specific
        page.abstract = "同一时刻存下的另一篇。"
        return page.save_revision(user=desk.author)

    results = together(
        lambda: decide(StageState.objects.get(pk=state.pk), verdict(state), by=reader),
        revise,
    )
    assert not [result for result in results if isinstance(result, Exception) and not isinstance(result, RefusedError)]
    page = desk.now()
    assert page.live is isinstance(results[0], Decision), results
    if page.live:
        assert page.live_revision_id == state.revision_id and page.abstract != "同一时刻存下的另一篇。"
    else:
        assert desk.state.revision_id == page.latest_revision_id
        assert not Decision.objects.filter(page_id=page.pk, voided_at=None).exists()


def test_many_cases_published_withdrawn_and_revised_at_once_end_without_a_deadlock() -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    desks = []
    for _number in range(4):
        desk = Desk.open()
        desk.decide()
        desk.decide()
        desks.append(desk)
    shown = [Desk.open().publish() for _number in range(3)]
    editor = factories.UserFactory(roles=[Role.EDITOR])

    def passing(desk: Desk) -> Callable[[], object]:
        state, reader = desk.state, desk.reader()
        return lambda: decide(StageState.objects.get(pk=state.pk), verdict(state), by=reader)

    results = together(
        *(passing(desk) for desk in desks),
        *(lambda page=page: withdraw(page, "内容过时，先行撤回。", by=editor) for page in shown[:2]),
        lambda: ResourcePage.objects.get(pk=shown[2].pk).specific.save_revision(user=shown[2].owner),
    )
    assert not [result for result in results if isinstance(result, BaseException)], results
    assert all(desk.now().live for desk in desks)
    assert audit.verify() is None


def test_wagtails_button_for_taking_back_does_not_undo_a_pass_of_the_same_moment() -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    desk = Desk.open()
    desk.decide()
    desk.decide()
    state, reader = desk.state, desk.reader()
    client = Client()
    client.force_login(desk.author)
    url = reverse("wagtailadmin_pages:edit", args=[desk.page.pk])
    results = together(
        lambda: decide(StageState.objects.get(pk=state.pk), verdict(state), by=reader),
        lambda: client.post(url, {"action-cancel-workflow": "1"}),
    )
    status = WorkflowState.objects.for_instance(desk.page).get().status
    assert desk.now().live is (status == WorkflowState.STATUS_APPROVED), results
    standing = Decision.objects.filter(page_id=desk.page.pk, voided_at=None).count()
    assert standing == (3 if desk.now().live else 0)


def test_a_double_click_submits_once() -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    page = manuscript()
    call = lambda: submit_for_review(ResourcePage.objects.get(pk=page.pk).specific, by=page.owner)  # noqa: E731
    results = together(call, call, call)
    assert sum(isinstance(result, WorkflowState) for result in results) == 1, results
    assert all(isinstance(result, WorkflowState | RefusedError) for result in results), results
    assert WorkflowState.objects.for_instance(page).count() == 1


def test_two_workers_tell_the_owner_once_that_a_review_is_due_again(monkeypatch: pytest.MonkeyPatch) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    page = factories.live(Kind.CASE)
    ResourcePage.objects.filter(pk=page.pk).update(review_due_on=clock.today())
    late = Meanwhile(assigning.send_rereview_notices)
    monkeypatch.setattr(assigning, "notify", late.before(assigning.notify))
    assert assigning.send_rereview_notices() == 1
    assert late.result() == 0
    assert AuditRecord.objects.filter(verb="review.rereview_notice").count() == 1


def test_a_level_narrowed_twice_while_the_text_is_withdrawn_ends_in_one_of_the_orders() -> None:
    """Each act counts wholly or not at all: a withdrawn text is never put back by the narrowing that came with it."""
    if in_memory():
        pytest.skip("threads need a database file")
    page = Desk.open().publish()
    finals = [factories.UserFactory(roles=[Role.FINAL_REVIEWER]) for _n in range(2)]
    editor = factories.UserFactory(roles=[Role.EDITOR])
    answers = together(
        *(lambda by=by: change_circulation(page, Circulation.INTERNAL, "内部使用即可。", by=by) for by in finals),  # type: ignore[misc]
        lambda: withdraw(page, "引用有误，先行撤下。", by=editor),
    )
    narrowed = [answer for answer in answers[:2] if isinstance(answer, CirculationChange)]
    assert len(narrowed) <= 1, answers
    assert all(isinstance(answer, CirculationChange | RefusedError) for answer in answers[:2]), answers
    assert not isinstance(answers[2], BaseException), answers
    now = ResourcePage.objects.get(pk=page.pk)
    assert not now.live
    assert CirculationChange.objects.count() == len(narrowed)
    assert AuditRecord.objects.filter(verb="review.circulation_changed").count() == len(narrowed)
    assert AuditRecord.objects.filter(verb="review.withdrawn").count() == 1
    assert audit.verify() is None
