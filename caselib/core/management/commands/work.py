"""The worker: runs queued jobs, and beside them the periodic functions and Wagtail's own background tasks."""

from __future__ import annotations

import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django_tasks_db.management.commands.db_worker import Worker

from caselib.core import jobs

IDLE_SECONDS = 0.3
LAST_SECONDS = 10  # what a periodic function that is running is given when the worker is told to stop


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
                job_row = jobs.claim()
                if job_row:
                    jobs.run(job_row)
                else:
                    time.sleep(IDLE_SECONDS)
        finally:
            stopped.set()
            deadline = time.monotonic() + LAST_SECONDS
            for thread in threads:
                thread.join(max(0.0, deadline - time.monotonic()))

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
