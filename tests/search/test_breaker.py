"""The circuit breaker: opens on failures, lets one caller try after the pause, closes on success."""

from __future__ import annotations

from search.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker(failures=3, pause=5, clock=Clock())
    for _ in range(2):
        breaker.failed()
    breaker.succeeded()
    for _ in range(2):
        breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    assert breaker.open


def test_a_slow_failure_opens_at_once() -> None:
    breaker = Breaker(failures=3, pause=5, clock=Clock())
    breaker.failed(at_once=True)
    assert not breaker.allows()


def test_after_the_pause_one_caller_tries() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, pause=5, clock=clock)
    breaker.failed()
    clock.now = 5.0
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()
