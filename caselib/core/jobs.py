"""Background jobs with progress that can be cancelled and survive a kill.

A job is one row. The worker (``manage.py work``) claims a waiting row by compare-and-set, people in turn, calls the
registered function, and writes what it did. A row whose worker died (no heartbeat for ``LOST_AFTER``) is queued again,
so a job function must be idempotent: it finds out itself what is already done.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.models import F, Max, Min, Q
from django.utils.translation import gettext as _

from . import clock
from .enums import FINAL_STATES, JobState
from .errors import ConflictError, Refusal
from .models import Job
from .seen import stamp

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

logger = logging.getLogger(__name__)

LOST_AFTER = timedelta(seconds=60)
HEARTBEAT_SECONDS = 10
MAX_ATTEMPTS = 3
PROGRESS_SECONDS = 0.5
RECOVER_SECONDS = 30
FAULT_SECONDS = 5  # the least pause of a periodic function after a fault

JobFunction = Callable[..., dict[str, Any]]
_registry: dict[str, JobFunction] = {}
_periodic: list[Periodic] = []


class CancelledError(Exception):
    """Raised inside a job function when somebody asked to stop it."""


@dataclass(frozen=True)
class Periodic:
    """A function the worker calls again and again, with a pause of so many seconds."""

    function: Callable[[], object]
    seconds: float


@dataclass
class JobContext:
    """What a job function is given: a way to report, and to hear that it shall stop."""

    job: Job
    _written: float = 0.0

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Report ``done`` of ``total`` steps (0: nobody knows how many); writes at most twice a second. Raises CancelledError if asked to stop."""
        now = time.monotonic()
        if now - self._written < PROGRESS_SECONDS and (done < total or not total):
            return
        self._written = now
        Job.objects.filter(pk=self.job.pk).update(done=done, total=total, message=message, heartbeat_at=clock.now())
        self.check_cancelled()

    def check_cancelled(self) -> None:
        """Raise CancelledError if somebody asked to stop the job."""
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise CancelledError


def job(kind: str) -> Callable[[JobFunction], JobFunction]:
    """Register the function for jobs of ``kind`` (``app.verb``). It takes a JobContext and the parameters."""

    def register(function: JobFunction) -> JobFunction:
        _registry[kind] = function
        return function

    return register


def periodic(seconds: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a function without parameters that the worker calls every ``seconds``, in a thread of its own.

    It runs beside jobs, the other periodic functions and other workers, so what must not meet needs a lock.
    """

    def register(function: Callable[[], object]) -> Callable[[], object]:
        _periodic.append(Periodic(function, seconds))
        return function

    return register


def start(kind: str, *, by: AbstractBaseUser | None, **parameters: Any) -> Job:
    """Queue a job in the caller's transaction and return it. Raises KeyError for an unknown kind."""
    if kind not in _registry:
        raise KeyError(kind)
    return Job.objects.create(kind=kind, parameters=parameters, requested_by=cast(Any, by), created_at=clock.now())


def start_once(kind: str, *, by: AbstractBaseUser | None, **parameters: Any) -> tuple[Job, bool]:
    """Queue a job as ``start``, unless the same is waiting or running; return the job, and whether it was begun now.

    The same is of one kind with the same parameters, whoever asked; what somebody stops is not the same any more. The
    database keeps the second one out: a double click is two requests at one moment.
    """
    key = f"{kind}:{stamp(parameters)}"
    for _again in range(2):
        try:
            with transaction.atomic():
                row = start(kind, by=by, **parameters)
                Job.objects.filter(pk=row.pk).update(key=key)
                return row, True
        except IntegrityError:
            found = Job.objects.filter(key=key).exclude(state__in=FINAL_STATES).first()
            if found is not None:
                return found, False
    raise ConflictError(Refusal("job-twice", already()))


def already() -> str:
    """Return what is said to whoever asks a second time for what is being done."""
    return _("This is being done already: it was not started a second time.")


def cancel(job_row: Job) -> None:
    """Ask a job to stop; one that has not begun stops at once, a running one at its next report."""
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job_row.pk, state=JobState.QUEUED)
        waiting.update(state=JobState.CANCELLED, finished_at=clock.now(), message=_("Cancelled before it began."))
        Job.objects.filter(pk=job_row.pk).exclude(state__in=FINAL_STATES).update(cancel_requested=True, key=None)


@periodic(RECOVER_SECONDS)
def recover() -> int:
    """Queue again the jobs whose worker died, give up on those that killed it too often; return how many."""
    lost = Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=clock.now() - LOST_AFTER)
    failed = lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        state=JobState.FAILED, finished_at=clock.now(), message=_("The worker died three times over this job.")
    )
    return failed + lost.update(state=JobState.QUEUED)


def claim() -> Job | None:
    """Take the job whose turn it is, or return None. Two workers never get the same one."""
    for candidate in _next():
        taken = Job.objects.filter(pk=candidate.pk, state=JobState.QUEUED).update(
            state=JobState.RUNNING, started_at=clock.now(), heartbeat_at=clock.now(), attempts=F("attempts") + 1
        )
        if taken:
            candidate.refresh_from_db()
            return candidate
    return None


def _next() -> list[Job]:
    """Return the jobs that may be taken next: of each person the oldest, whoever has waited longest for a turn first.

    Else one who orders a hundred printed lists keeps everybody's manuscripts waiting for an afternoon.
    """
    queued = Job.objects.filter(state=JobState.QUEUED)
    people = list(queued.order_by().values_list("requested_by").annotate(first=Min("created_at")).order_by("first"))
    if len(people) < 2:
        return list(queued.order_by("created_at")[:5])
    named = Q(requested_by__in=[pk for pk, _first in people if pk is not None]) | Q(requested_by=None)
    begun = Job.objects.filter(named, started_at__isnull=False).order_by()
    served = dict(begun.values_list("requested_by").annotate(Max("started_at")))
    # Stable: of those who have had no turn yet, whoever asked first.
    turns = sorted(people, key=lambda row: (row[0] in served, served.get(row[0]) or row[1]))
    firsts = (queued.filter(requested_by=pk).order_by("created_at").first() for pk, _first in turns[:5])
    return [found for found in firsts if found is not None]


def run(job_row: Job) -> None:
    """Run a claimed job to its end and write the outcome; never raises for a fault of the job function."""
    outcome: dict[str, Any] = {"state": JobState.DONE}
    try:
        with _heartbeat(job_row):
            result = _registry[job_row.kind](JobContext(job_row), **job_row.parameters)
        outcome["result"] = result or {}
    except CancelledError:
        outcome |= {"state": JobState.CANCELLED, "message": _("Cancelled.")}
    except Exception as error:
        logger.exception("job %s (%s) failed", job_row.pk, job_row.kind)
        outcome |= {"state": JobState.FAILED, "message": f"{type(error).__name__}: {error}"[:2000]}
    Job.objects.filter(pk=job_row.pk).update(finished_at=clock.now(), **outcome)


def run_pending() -> int:
    """Run every waiting job in this process, for tests and commands; return how many ran."""
    count = 0
    while (job_row := claim()) is not None:
        run(job_row)
        count += 1
    return count


def run_periodics() -> None:
    """Call each periodic function once, one after another; a fault in one does not stop the others."""
    for entry in _periodic:
        _call(entry)


def keep_periodics(stopped: threading.Event) -> list[threading.Thread]:
    """Call each periodic function in a thread of its own until ``stopped`` is set; return the threads.

    None waits for another nor for a job: what is published must be found although a book of two hundred cases is being
    compiled, or a library compared.
    """
    threads = [threading.Thread(target=_keep, args=(entry, stopped), daemon=True) for entry in _periodic]
    for thread in threads:
        thread.start()
    return threads


def _keep(entry: Periodic, stopped: threading.Event) -> None:
    while not stopped.is_set():
        close_old_connections()
        well = _call(entry)
        stopped.wait(entry.seconds if well else max(entry.seconds, FAULT_SECONDS))
    connection.close()


def _call(entry: Periodic) -> bool:
    try:
        entry.function()
    except Exception:
        logger.exception("periodic %s failed", entry.function)
        return False
    return True


@contextmanager
def _heartbeat(job_row: Job) -> Iterator[None]:
    """Write a sign of life from a second thread while the job runs, unless the database is an in-memory one."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            try:
                Job.objects.filter(pk=job_row.pk).update(heartbeat_at=clock.now())
            except Exception:
                logger.exception("no sign of life could be written for job %s", job_row.pk)
            finally:
                close_old_connections()
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    if not connection.in_atomic_block:
        thread.start()
    try:
        yield
    finally:
        stop.set()
