"""A circuit breaker: after failures in a row an engine is left alone for a while, so that nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAILURES = 3
PAUSE_SECONDS = 5.0  # one caller a pause tries again; well below the minute in which the answers must converge


class Breaker:
    """Closed: calls pass. Open: none pass until the pause is over, then one may try."""

    def __init__(
        self, *, failures: int = FAILURES, pause: float = PAUSE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._retry_at = 0.0

    @property
    def open(self) -> bool:
        """Whether calls are held back at this moment."""
        return self._failed >= self._limit and self._clock() < self._retry_at

    def allows(self) -> bool:
        """Whether a call may be tried now. Of several callers after a pause only one hears yes."""
        with self._lock:
            if self._failed < self._limit:
                return True
            if self._clock() < self._retry_at:
                return False
            self._retry_at = self._clock() + self._pause
            return True

    def succeeded(self) -> None:
        """Close the circuit."""
        with self._lock:
            self._failed = 0

    def failed(self, *, at_once: bool = False) -> None:
        """Count a failure; a timeout opens the circuit `at_once`, since each further try costs a reader a second."""
        with self._lock:
            self._failed = self._limit if at_once else self._failed + 1
            if self._failed >= self._limit:
                self._retry_at = self._clock() + self._pause
