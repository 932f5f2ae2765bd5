"""Which engines this installation has, one instance a process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from search.backends.base import EngineUnavailable
from search.breaker import Breaker

if TYPE_CHECKING:
    from search.backends.base import Engine

EMBEDDED, ELASTIC = "embedded", "elastic"
#: No engine: what answers while none does.
DATABASE = "database"
logger = logging.getLogger(__name__)
_lock = threading.Lock()
_made: dict[tuple[str, str], Engine] = {}
_breakers: dict[str, Breaker] = {}


def configured() -> tuple[str, ...]:
    """Return the names of the engines kept up to date: the one that answers, then the one that stands in for it."""
    if settings.SEARCH_ENGINE == ELASTIC:
        return (ELASTIC, EMBEDDED)
    return (EMBEDDED,)


def get(name: str) -> Engine:
    """Return the engine of that name. Raises KeyError for an unknown name."""
    place = str(settings.SEARCH_INDEX_DIR) if name == EMBEDDED else ",".join(settings.ELASTICSEARCH_URLS)
    with _lock:
        if (name, place) not in _made:
            _made[name, place] = _make(name)
        return _made[name, place]


def breaker(name: str) -> Breaker:
    """Return the circuit breaker before the engine of that name."""
    return _breakers.setdefault(name, Breaker())


def first_answer(ask: Callable[[Engine], Any], forced: str | None = None) -> tuple[str, Any]:
    """(engine name, what it said) of the first engine that answers; (DATABASE, None) if none does."""
    for name in configured():
        if forced in configured() and name != forced:
            continue
        guard = breaker(name)
        if not guard.allows():
            continue
        try:
            outcome = ask(get(name))
        except EngineUnavailable as error:
            guard.failed(at_once=error.slow)
            logger.warning("search engine %s does not answer: %s", name, error)
            continue
        guard.succeeded()
        return name, outcome
    return DATABASE, None


def _make(name: str) -> Engine:
    if name == EMBEDDED:
        from search.backends.embedded import EmbeddedEngine

        return EmbeddedEngine(Path(settings.SEARCH_INDEX_DIR) / "embedded")
    if name == ELASTIC:
        from search.backends.elastic import ElasticEngine

        return ElasticEngine(settings.ELASTICSEARCH_URLS, prefix=settings.ELASTICSEARCH_INDEX_PREFIX)
    raise KeyError(name)


def reset() -> None:
    """Forget all engines and breakers of this process (for tests, which change the settings)."""
    with _lock:
        _made.clear()
        _breakers.clear()
