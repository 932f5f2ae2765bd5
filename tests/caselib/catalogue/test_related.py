"""What stands beside a page is remembered, but whether this reader may see it is asked each time."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.catalogue.selectors.pages import related
from caselib.core import page_cache
from caselib.resources.enums import Circulation
from caselib.resources.models import ResourcePage
from caselib.resources.publishing import opened
from caselib.vocabularies.models import Topic
from search import upkeep
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_engines")]


@pytest.fixture
def pair() -> tuple[ResourcePage, ResourcePage]:
    """Two cases on one topic, both in the index."""
    Topic.objects.create(name="海洋渔业", code="SEA")
    page = factories.live(title="渔港治理", tags={"topics": ["海洋渔业"]})
    other = factories.live(title="渔民议事会", tags={"topics": ["海洋渔业"]})
    upkeep.keep_all_up()
    return page, other


def titles(page: ResourcePage, viewer: Viewer) -> list[str]:
    return [card.title for card in related(page, viewer)]


def test_what_is_closed_after_it_was_remembered_is_not_shown(pair: tuple[ResourcePage, ResourcePage]) -> None:
    page, other = pair
    insider = Viewer.of(factories.UserFactory(roles=[Role.TEACHER]))
    assert titles(page, Viewer()) == titles(page, insider) == ["渔民议事会"]
    with opened([other.pk]):
        ResourcePage.objects.filter(pk=other.pk).update(circulation=Circulation.INTERNAL)
    assert titles(page, Viewer()) == []
    assert titles(page, insider) == ["渔民议事会"]


def test_readers_of_other_rights_do_not_share_what_is_remembered(pair: tuple[ResourcePage, ResourcePage]) -> None:
    page, other = pair
    with opened([other.pk]):
        ResourcePage.objects.filter(pk=other.pk).update(circulation=Circulation.RESTRICTED)
    insider = Viewer.of(factories.UserFactory(roles=[Role.TEACHER]))
    assert titles(page, insider) == []
    assert titles(page, Viewer()) == []


def test_likeness_is_worked_out_once_until_something_is_published(pair: tuple[ResourcePage, ResourcePage]) -> None:
    page, _other = pair

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert titles(page, Viewer()) == ["渔民议事会"]
        return len(captured)

    first, again = cost(), cost()
    page_cache.bump(page_cache.PAGES)
    assert again < first
    assert again <= 4
    assert cost() > again
