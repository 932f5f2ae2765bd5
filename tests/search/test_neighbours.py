"""Neighbours of a resource: found by the worker, kept in the database, open to whom they are open."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core import page_cache
from caselib.resources.enums import Circulation
from caselib.resources.models import ResourcePage
from caselib.resources.publishing import opened
from caselib.vocabularies.models import Topic
from search import engines, neighbours, upkeep
from search.models import Likeness
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def sea() -> list[ResourcePage]:
    """Three cases on one topic, indexed and looked at."""
    Topic.objects.create(name="海洋渔业", code="SEA")
    pages = [
        factories.live(title=title, tags={"topics": ["海洋渔业"]}) for title in ("渔港治理", "渔民议事会", "渔政巡查")
    ]
    upkeep.keep_all_up()
    while neighbours.look():
        pass
    return pages


@pytest.fixture
def no_engine(sea: list[ResourcePage], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks the index from now on hears nothing."""
    monkeypatch.setattr(engines, "configured", lambda: ())


@pytest.mark.usefixtures("no_engine")
def test_what_the_worker_found_answers_with_one_query_and_without_an_index(sea: list[ResourcePage]) -> None:
    first, *others = sea
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = neighbours.similar(first, Viewer())
    assert set(found) == {page.pk for page in others}
    assert len(asked) == 1


def test_a_changed_resource_is_asked_of_the_index_until_the_worker_has_been_there(sea: list[ResourcePage]) -> None:
    first, second, _third = sea
    Likeness.objects.filter(pk=first.pk).update(others="[]")
    assert neighbours.similar(first, Viewer()) == ()  # what is kept is believed
    neighbours.changed([first.pk], [])
    assert second.pk in neighbours.similar(first, Viewer())


def test_those_beside_which_a_new_resource_stands_are_looked_at_again(sea: list[ResourcePage]) -> None:
    before = page_cache.versions(page_cache.INDEX)[page_cache.INDEX]
    new = factories.live(title="渔村账目", tags={"topics": ["海洋渔业"]})
    upkeep.keep_all_up()
    indexed = page_cache.versions(page_cache.INDEX)[page_cache.INDEX]
    while neighbours.look():
        pass
    assert not Likeness.objects.filter(due__gt=0).exists()
    for page in sea:
        assert new.pk in neighbours.similar(page, Viewer())
    # Pages that were kept with the old neighbours end.
    assert before < indexed < page_cache.versions(page_cache.INDEX)[page_cache.INDEX]


def test_a_reader_is_offered_only_what_the_index_held_open_to_him(sea: list[ResourcePage]) -> None:
    first, second, third = sea
    with opened([second.pk]):
        ResourcePage.objects.filter(pk=second.pk).update(circulation=Circulation.INTERNAL)
    neighbours.changed([first.pk], [])
    neighbours.look()
    insider = Viewer.of(factories.UserFactory(roles=[Role.TEACHER]))
    assert neighbours.similar(first, Viewer()) == (third.pk,)
    assert set(neighbours.similar(first, insider)) == {second.pk, third.pk}


def test_where_too_few_of_those_kept_are_open_the_index_is_asked(
    sea: list[ResourcePage], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = sea
    monkeypatch.setattr(neighbours, "KEPT", 1)
    Likeness.objects.filter(pk=first.pk).update(others=f'[[{second.pk}, ["internal/learner"]]]')
    assert set(neighbours.similar(first, Viewer(), limit=2)) == {second.pk, third.pk}


def test_a_change_during_the_look_is_not_lost(sea: list[ResourcePage], monkeypatch: pytest.MonkeyPatch) -> None:
    first = sea[0]
    neighbours.changed([first.pk], [])
    look = neighbours._asked

    def changing(*args: object) -> tuple[int, ...] | None:
        neighbours.changed([first.pk], [])
        return look(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(neighbours, "_asked", changing)
    neighbours.look()
    assert Likeness.objects.get(pk=first.pk).due == Likeness.CHANGED


@pytest.mark.usefixtures("no_engine")
def test_without_an_engine_all_stays_as_it_is(sea: list[ResourcePage]) -> None:
    neighbours.changed([page.pk for page in sea], [])
    assert neighbours.look() == 0
    assert Likeness.objects.filter(due=Likeness.CHANGED).count() == 3


def test_what_came_without_a_signal_is_entered_and_what_went_is_dropped(sea: list[ResourcePage]) -> None:
    Likeness.objects.all().delete()
    assert neighbours.enrol() == 3
    assert neighbours.enrol() == 0
    assert set(Likeness.objects.values_list("due", flat=True)) == {Likeness.BESIDE}
    neighbours.changed([], [sea[0].pk])
    assert not Likeness.objects.filter(pk=sea[0].pk).exists()
