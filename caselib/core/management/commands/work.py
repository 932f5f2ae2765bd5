"""The worker: runs queued jobs, and beside them the periodic functions and Wagtail's own background tasks."""

from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from caselib.core import clock, jobs
from caselib.core.housekeeping import delete_in_steps

logger = logging.getLogger(__name__)

IDLE_SECONDS = 0.3
LAST_SECONDS = 10  # what a periodic function that is running is given when the worker is told to stop

TIDY_SECONDS = 3600
TASKS_KEPT = timedelta(days=14)  # each change of a page leaves half a dozen; a fault is looked for within days


class Command(BaseCommand):
    help = "Run background jobs until stopped (one worker is enough on SQLite)."
    running = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is waiting, then stop")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._stop)
            signal.signal(signal.SIGINT, self._stop)
        self.stdout.write("worker ready")
        if once:
            self._run_what_waits()
        else:
            self._run_until_stopped()

    def _run_what_waits(self) -> None:
        jobs.run_periodics()
        while self.running and jobs.run_pending():
            jobs.run_periodics()

    def _run_until_stopped(self) -> None:
        stopped = threading.Event()
        threads = jobs.keep_periodics(stopped)
        try:
            while self.running:
                close_old_connections()
                if (pause := self._next()) > 0:
                    time.sleep(pause)
        finally:
            stopped.set()
            deadline = time.monotonic() + LAST_SECONDS
            for thread in threads:
                thread.join(max(0.0, deadline - time.monotonic()))

    def _next(self) -> float:
        """Run the job that waits longest; return for how long to rest, nothing if there may be more.

        A database that restarts, or whose disk is full, is no reason to end: the job is taken up again, and whoever started
        this worker would give it up, or the whole site, after a few such ends.
        """
        try:
            job_row = jobs.claim()
            if job_row is None:
                return IDLE_SECONDS
            jobs.run(job_row)
        except DatabaseError:
            logger.exception("no job could be taken or ended")
            return float(jobs.FAULT_SECONDS)
        return 0.0

    def _stop(self, signum: int, frame: object) -> None:
        # Not the event: the main thread may be holding its lock when the signal arrives.
        self.running = False


@jobs.periodic(IDLE_SECONDS)
def run_tasks() -> None:
    """Run Wagtail's own tasks (search and reference index updates) that are waiting."""
    Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=200,
        worker_id="caselib",
    ).run()


@jobs.periodic(TIDY_SECONDS)
def forget_tasks() -> int:
    """Take away what tells of Wagtail's tasks that ended long ago; return how many."""
    return delete_in_steps(DBTaskResult.objects.finished().filter(finished_at__lt=clock.now() - TASKS_KEPT))
