"""Between the last pass and the page being live there is no half: killed at any step, it is all or nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from caselib.core import audit
from caselib.core.models import AuditRecord
from caselib.resources.content import digest
from caselib.resources.models import PublicationGrant
from caselib.review.models import Decision
from caselib.review.services.deciding import decide
from tests.caselib.review.desk import Desk, verdict

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Stands for the process dying: nothing may catch and outlive it."""


@contextmanager
def killed_at(step: int) -> Iterator[list[int]]:
    """Let the process die when it sends its ``step``-th statement that writes; the count stands in the list."""
    count = [0]

    def run(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE")):
            count[0] += 1
            if count[0] == step:
                raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield count


def last_stage() -> Desk:
    desk = Desk.open()
    desk.decide()
    desk.decide()
    return desk


def is_whole(desk: Desk) -> bool:
    """Assert that the case is either not passed or wholly published; return whether it is published."""
    page = desk.now()
    passes = Decision.objects.filter(page_id=page.pk, outcome="pass", voided_at=None).count()
    published = AuditRecord.objects.filter(verb="review.published", target_id=str(page.pk)).exists()
    granted = PublicationGrant.objects.filter(page_id=page.pk).exists()
    assert {passes == 3, published, granted, page.live, desk_run_approved(desk)} in ({True}, {False})
    assert audit.verify() is None
    if page.live:
        assert digest(page.live_revision) == Decision.objects.filter(page_id=page.pk).first().sha256
        assert queued(page.pk)
    return bool(page.live)


def desk_run_approved(desk: Desk) -> bool:
    from wagtail.models import WorkflowState

    return WorkflowState.objects.for_instance(desk.page).filter(status="approved").exists()


def queued(pk: int) -> bool:
    """Whether the page waits in the outbox of the search index, if the search has one."""
    from django.apps import apps

    try:
        outbox = apps.get_model("search", "Outbox")
    except LookupError:
        names = {model.__name__: model for model in apps.get_app_config("search").get_models()}
        outbox = next((model for name, model in names.items() if "utbox" in name), None)
    if outbox is None:
        return True
    fields = {field.name for field in outbox._meta.get_fields()}
    name = next(field for field in ("page_id", "page", "object_id", "key", "record_id", "target") if field in fields)
    return any(str(pk) in str(value) for value in outbox.objects.values_list(name, flat=True))


def test_stopping_at_any_step_of_the_final_pass_leaves_nothing_half_done() -> None:
    desk = last_stage()
    state, reader = desk.state, desk.reader()
    step = 0
    while True:
        step += 1
        sid = transaction.savepoint()
        try:
            with killed_at(step) as count:
                decide(state, verdict(state), by=reader)
        except Killed:
            # The dying process commits nothing: the transaction of the service is what was rolled back.
            assert not connection.needs_rollback, "the service did not run in its own atomic block"
            assert is_whole(desk) is False, f"half done after step {step}"
            transaction.savepoint_rollback(sid)
            continue
        assert is_whole(desk) is True
        assert count[0] >= 15, "the test has seen the writes it is about"
        break
    assert step > 15


@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_before_commit_leaves_the_case_unpassed() -> None:
    desk = last_stage()
    state, reader = desk.state, desk.reader()
    with pytest.raises(Killed), transaction.atomic():
        decide(state, verdict(state), by=reader)
        raise Killed
    assert is_whole(desk) is False
    desk.decide()
    assert is_whole(desk) is True


def in_a_process_of_its_own(act: Callable[[], object]) -> int:
    """Run ``act`` in a fork with a connection of its own; return the signal that ended it, or 0."""
    connection.close()  # neither process may use the other's connection
    pid = os.fork()
    if pid == 0:
        try:
            act()
        finally:
            os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def killing(step: int) -> Callable[..., object]:
    """Return a wrapper of statements that kills the process (-9) instead of its ``step``-th statement that writes."""
    count = [0]

    def run(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            count[0] += 1
            if count[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    return run


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_with_minus_nine_leaves_all_or_nothing() -> None:
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("a second process needs a database file")
    desk = last_stage()
    state, reader = desk.state, desk.reader()
    told = verdict(state)
    for step in (1, 4, 8, 12, 16, 20, 24):

        def act(step: int = step) -> None:
            with connection.execute_wrapper(killing(step)):
                decide(state, told, by=reader)

        assert in_a_process_of_its_own(act) == signal.SIGKILL, step
        assert is_whole(desk) is False, step

    def before_commit() -> None:
        with transaction.atomic():
            decide(state, told, by=reader)
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process_of_its_own(before_commit) == signal.SIGKILL
    assert is_whole(desk) is False

    def after_commit() -> None:
        decide(state, told, by=reader)
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process_of_its_own(after_commit) == signal.SIGKILL
    assert is_whole(desk) is True
