"""What stands beside a page is remembered, but whether this reader may see it is asked each time."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.catalogue.selectors.pages import related
from caselib.core import page_cache
from caselib.resources.enums import Circulation
from caselib.resources.models import ResourcePage
from caselib.resources.publishing import opened
from caselib.vocabularies.models import Topic
from search import upkeep
from search.api import similar
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
    return [card.title for card in related(page, viewer, pk=page.pk, names=page.shown_names())]


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


@pytest.mark.usefixtures("kept_pages")
def test_likeness_is_worked_out_once_and_again_some_time_after_the_index_changed(
    pair: tuple[ResourcePage, ResourcePage], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, other = pair
    moment = [1000.0]
    monkeypatch.setattr("caselib.catalogue.selectors.pages.monotonic", lambda: moment[0])
    asked = []
    monkeypatch.setattr(
        "caselib.catalogue.selectors.pages.similar", lambda *a, **k: asked.append(1) or similar(*a, **k)
    )

    def shown() -> tuple[list[str], int, float | None]:
        with page_cache.reading(page_cache.changes.hear()) as reading:
            return titles(page, Viewer()), len(asked), reading.until

    assert shown() == shown() == (["渔民议事会"], 1, None)
    factories.live(title="渔政巡查", tags={"topics": ["海洋渔业"]}, by=User.objects.get(pk=page.owner_id))
    upkeep.keep_all_up()
    # The candidates are a little behind, so the whole page looks again when they do.
    assert shown() == (["渔民议事会"], 1, 1600.0)
    moment[0] = 1601
    found, times, until = shown()
    assert (set(found), times, until) == ({"渔民议事会", "渔政巡查"}, 2, None)
    # Who may be shown is never behind.
    with opened([other.pk]):
        ResourcePage.objects.filter(pk=other.pk).update(circulation=Circulation.INTERNAL)
    connection.check_constraints()
    assert shown()[0] == ["渔政巡查"]


@pytest.mark.usefixtures("kept_pages")
def test_a_change_of_the_page_itself_asks_anew(pair: tuple[ResourcePage, ResourcePage]) -> None:
    page, _other = pair

    def cost() -> int:
        with (
            CaptureQueriesContext(connection) as captured,
            page_cache.reading(page_cache.changes.hear()),
        ):
            titles(page, Viewer())
        return len(captured)

    first, again = cost(), cost()
    assert again == 1 < first
    page_cache.bump(page_cache.PAGES, pages=[page.pk])
    assert cost() > again
