"""Two reviewers at the same moment: one wins, the other is told, nothing is decided twice."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections
from wagtail.models import WorkflowState

from caselib.accounts.models import User
from caselib.core import audit
from caselib.core.errors import RefusedError
from caselib.resources.models import ResourcePage
from caselib.review.models import Decision, StageState
from caselib.review.services.deciding import decide
from caselib.review.services.submission import recall, submit_for_review
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


def test_a_double_click_submits_once() -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    page = manuscript()
    call = lambda: submit_for_review(ResourcePage.objects.get(pk=page.pk).specific, by=page.owner)  # noqa: E731
    results = together(call, call, call)
    assert sum(isinstance(result, WorkflowState) for result in results) == 1, results
    assert all(isinstance(result, WorkflowState | RefusedError) for result in results), results
    assert WorkflowState.objects.for_instance(page).count() == 1
