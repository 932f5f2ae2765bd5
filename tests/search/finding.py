"""What the search tests share: the type of their search, the titles it found, a reader who teaches."""

from __future__ import annotations

from collections.abc import Callable

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from search.api import SearchResult
from tests import factories

Find = Callable[..., SearchResult]


def titles(result: SearchResult) -> list[str]:
    return [hit.title for hit in result.hits]


def teacher() -> Viewer:
    return Viewer.of(factories.UserFactory(roles=[Role.TEACHER]))
