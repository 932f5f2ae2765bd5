"""The worker: periodic functions go on while a job runs, and while each other do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django_tasks_db.models import DBTaskResult

from caselib.core import clock, jobs
from caselib.core.enums import JobState
from caselib.core.management.commands import work
from caselib.core.models import Job
from tests import factories

PATIENCE = 20.0


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test registers is called."""
    monkeypatch.setattr(jobs, "_periodic", [])
    monkeypatch.setattr(jobs, "_registry", {})


@pytest.fixture
def worker(registered: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], threading.Thread]]:
    """Return what starts a worker; it is told to stop at the end."""
    started: list[threading.Thread] = []
    command = work.Command()

    def start() -> threading.Thread:
        thread = threading.Thread(target=call_command, args=(command,))
        thread.start()
        started.append(thread)
        return thread

    yield start
    command.running = False
    for thread in started:
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_a_long_job_holds_up_no_periodic_function(worker: Callable[[], threading.Thread]) -> None:
    called, release = threading.Event(), threading.Event()

    @jobs.job("tests.long")
    def long(ctx: jobs.JobContext) -> dict[str, object]:
        called.clear()
        assert called.wait(PATIENCE), "nothing was called while the job ran"
        release.set()
        return {}

    jobs.periodic(0.05)(called.set)
    row = jobs.start("tests.long", by=None)
    worker()
    assert release.wait(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and Job.objects.get(pk=row.pk).state != JobState.DONE:
        time.sleep(0.05)
    assert Job.objects.get(pk=row.pk).state == JobState.DONE


@pytest.mark.django_db(transaction=True)
def test_a_periodic_function_waits_for_no_other_and_goes_on_after_a_fault(
    worker: Callable[[], threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FAULT_SECONDS", 0.05)
    begun, free, twice = threading.Event(), threading.Event(), threading.Event()
    calls: list[float] = []

    def slow() -> None:
        begun.set()
        free.wait(PATIENCE)

    def faulty() -> None:
        assert begun.wait(PATIENCE)
        calls.append(time.monotonic())
        if len(calls) > 1:
            twice.set()
        raise ValueError("a fault")

    jobs.periodic(0.05)(slow)
    jobs.periodic(0.05)(faulty)
    worker()
    assert twice.wait(PATIENCE)
    free.set()


@pytest.mark.django_db(transaction=True)
def test_once_runs_what_waits_and_what_follows_from_it_and_ends(registered: None) -> None:
    order: list[str] = []

    @jobs.job("tests.one")
    def one(ctx: jobs.JobContext) -> dict[str, object]:
        order.append("job")
        return {}

    jobs.periodic(600)(lambda: order.append("periodic"))
    jobs.start("tests.one", by=None)
    call_command("work", once=True)
    assert order == ["periodic", "job", "periodic"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_outlives_a_database_that_takes_nothing_for_a_while(
    worker: Callable[[], threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended at each job while the disk was full, and `make run` the whole site after the fourth time."""
    monkeypatch.setattr(jobs, "FAULT_SECONDS", 0.05)
    ran, claim, answers = threading.Event(), jobs.claim, iter([True, True])

    @jobs.job("tests.later")
    def later(ctx: jobs.JobContext) -> dict[str, object]:
        ran.set()
        return {}

    def refusing() -> Job | None:
        if next(answers, False):
            raise OperationalError("database or disk is full")
        return claim()

    monkeypatch.setattr(jobs, "claim", refusing)
    jobs.start("tests.later", by=None)
    worker()
    assert ran.wait(PATIENCE)


@pytest.mark.django_db
def test_what_tells_of_tasks_that_ended_long_ago_goes() -> None:
    now = clock.now()
    ended = {"task_path": "tests.task", "backend_name": "default", "args_kwargs": {"args": [], "kwargs": {}}}
    for status, days in (("SUCCESSFUL", 15), ("FAILED", 15), ("SUCCESSFUL", 13), ("READY", 15)):
        row = DBTaskResult.objects.create(status=status, **ended)
        at = None if status == "READY" else now - timedelta(days=days)
        DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=now - timedelta(days=days), finished_at=at)
    assert work.forget_tasks() == 2
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["READY", "SUCCESSFUL"]


@pytest.mark.django_db
def test_people_are_served_in_turn(registered: None) -> None:
    """Who orders a hundred printed lists keeps nobody's manuscript waiting for all of them."""
    done: list[str] = []

    @jobs.job("tests.noted")
    def noted(ctx: jobs.JobContext, name: str) -> dict[str, object]:
        done.append(name)
        return {}

    many, few = factories.UserFactory(), factories.UserFactory()
    for number in range(4):
        jobs.start("tests.noted", by=many, name=f"many {number}")
    jobs.start("tests.noted", by=None, name="nobody")
    for number in range(2):
        jobs.start("tests.noted", by=few, name=f"few {number}")
    assert jobs.run_pending() == 7
    assert done == ["many 0", "nobody", "few 0", "many 1", "few 1", "many 2", "many 3"]
