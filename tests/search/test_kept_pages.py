"""Pages kept for anonymous readers are let go of when the index changes, not only when a page is published."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caselib.core import page_cache
from search import indexer, rebuilding
from tests import factories

pytestmark = pytest.mark.django_db


def counter() -> int:
    return page_cache.versions(page_cache.PAGES)[page_cache.PAGES]


def test_a_drain_that_changes_the_index_lets_go_and_an_idle_one_does_not(up_to_date: Callable[[], None]) -> None:
    up_to_date()
    factories.live(title="港口值守案例")
    published = counter()
    indexer.drain_all()
    drained = counter()
    assert drained > published
    indexer.drain_all()
    assert counter() == drained


def test_a_rebuild_lets_go() -> None:
    factories.live(title="港口值守案例")
    before = counter()
    rebuilding.rebuild("embedded")
    assert counter() > before
