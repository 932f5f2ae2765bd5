"""Fixtures of the search tests: a fresh index for each test, and what a reader finds in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from caselib.accounts.viewers import Viewer
from search import api, engines, upkeep
from search.api import SearchRequest, SearchResult


@pytest.fixture(autouse=True)
def _fresh_engines() -> Iterator[None]:
    """Engines and breakers hold state of a process; each test starts without any."""
    engines.reset()
    yield
    engines.reset()


@pytest.fixture
def up_to_date(db: None) -> Callable[[], None]:
    """Return a function that makes every configured index true."""

    def run() -> None:
        for report in upkeep.keep_all_up():
            assert not report.failed
            assert not report.unavailable

    return run


@pytest.fixture
def find(up_to_date: Callable[[], None]) -> Callable[..., SearchResult]:
    """Return a function that searches as a given viewer (default: the public) after bringing the index up to date."""

    def run(text: str = "", *, viewer: Viewer | None = None, **kwargs: object) -> SearchResult:
        up_to_date()
        return api.search(SearchRequest(text=text, viewer=viewer or Viewer(), **kwargs))  # type: ignore[arg-type]

    return run
