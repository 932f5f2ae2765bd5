"""The worker: runs queued jobs, the periodic functions and Wagtail's own background tasks."""

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
RECOVER_SECONDS = 30


class Command(BaseCommand):
    help = "Run background jobs until stopped (one worker is enough on SQLite)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is waiting, then stop")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        self.running = True
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._stop)
            signal.signal(signal.SIGINT, self._stop)
        jobs.periodic(RECOVER_SECONDS)(jobs.recover)
        self.stdout.write("worker ready")
        while self.running:
            close_old_connections()
            jobs.run_periodics()
            self._run_tasks()
            job_row = jobs.claim()
            if job_row:
                jobs.run(job_row)
            elif once:
                return
            else:
                time.sleep(IDLE_SECONDS)

    def _run_tasks(self) -> None:
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

    def _stop(self, signum: int, frame: object) -> None:
        self.running = False
