"""Sorting by use and rating: the database answers the same filters as the search does, in the right order, page by page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.catalogue.addresses import Query
from caselib.catalogue.browsing import browse
from caselib.catalogue.models import ResourceUse
from caselib.catalogue.selectors.sorting import ids_by_use
from caselib.resources.enums import AwardTier, Circulation, Kind
from caselib.resources.models import ResourceAward, ResourcePage
from caselib.vocabularies.models import Topic
from search import upkeep
from search.api import AXES, SearchRequest, search
from tests import factories

pytestmark = pytest.mark.usefixtures("fresh_engines")


def used(page: ResourcePage, *, ordered: int = 0, ratings: int = 0, mean: float = 0) -> ResourcePage:
    ResourceUse.objects.create(
        resource_id=page.pk, ordered=ordered, ratings=ratings, rating_sum=round(mean * 3 * ratings)
    )
    return page


@pytest.fixture
def author(db: None) -> User:
    return factories.UserFactory(roles=[Role.AUTHOR])


def test_most_used_comes_first_and_ties_by_age(author: User) -> None:
    old, new, busy = (factories.live(Kind.COURSE, by=author, title=title) for title in ("旧课", "新课", "热课"))
    used(busy, ordered=7)
    used(old, ordered=0)
    ids, total = ids_by_use({}, Viewer(), sort="used", offset=0, limit=10)
    assert ids == [busy.pk, new.pk, old.pk]
    assert total == 3


def test_one_full_mark_does_not_beat_many_good_ones(author: User) -> None:
    single, loved, poor, unrated = (
        factories.live(Kind.COURSE, by=author, title=title)
        for title in ("一人五分", "三十人四分七", "二十人两分", "没人评")
    )
    used(single, ratings=1, mean=5)
    used(loved, ratings=30, mean=4.7)
    used(poor, ratings=20, mean=2)
    ids, _total = ids_by_use({}, Viewer(), sort="rated", offset=0, limit=10)
    assert ids == [loved.pk, single.pk, unrated.pk, poor.pk]


@pytest.mark.parametrize("sort", ["used", "rated"])
def test_pages_neither_repeat_nor_lose_an_item(author: User, sort: str) -> None:
    for number in range(7):
        used(factories.live(Kind.COURSE, by=author), ordered=number % 3, ratings=number % 3, mean=4)
    whole, total = ids_by_use({}, Viewer(), sort=sort, offset=0, limit=100)
    pages = [ids_by_use({}, Viewer(), sort=sort, offset=offset, limit=3)[0] for offset in (0, 3, 6, 9)]
    assert [pk for page in pages for pk in page] == whole
    assert len(whole) == total == 7
    assert pages[-1] == []


def test_nobody_learns_of_what_they_may_not_read(author: User) -> None:
    seen = factories.live(Kind.COURSE, by=author)
    hidden = used(factories.live(Kind.COURSE, by=author, circulation=Circulation.INTERNAL), ordered=99)
    assert ids_by_use({}, Viewer(), sort="used", offset=0, limit=10) == ([seen.pk], 1)
    ids, total = ids_by_use({}, Viewer.of(author), sort="used", offset=0, limit=10)
    assert (ids, total) == ([hidden.pk, seen.pk], 2)


def a_varied_library(author: User) -> None:
    """Resources that differ on every axis, with values that are parts of other values."""
    above = Topic.objects.create(name="排序上位", slug="sa", code="sa")
    below = Topic.objects.create(name="排序下位", slug="sb", code="sb", parent=above)
    child = factories.unit("下级", parent=author.unit)
    other = factories.UserFactory(roles=[Role.AUTHOR], unit=child)
    varied: list[dict[str, object]] = [
        {"methods": ["action"], "educational_levels": ["section"], "class_hours": Decimal("2")},
        {
            "methods": ["after_action", "case"],
            "educational_levels": ["division", "section"],
            "class_hours": Decimal("2.5"),
        },
        {"methods": ["role_play"], "written_on": date(2019, 12, 31), "class_hours": Decimal("8")},
        {"written_on": date(2021, 1, 1), "class_hours": Decimal("8.5")},
        {},
    ]
    for number, fields in enumerate(varied):
        tags = {"topics": [(above if number % 2 else below).name]}
        kind = (Kind.COURSE, Kind.CASE, Kind.VIDEO)[number % 3]
        page = factories.draft(kind, by=other if number == 4 else author, tags=tags, **fields)
        factories.publish(page)
        if number in (1, 2):
            tier = (AwardTier.FIRST, AwardTier.SECOND)[number - 1]
            ResourceAward.objects.create(page_id=page.pk, competition="评选", tier=tier, year=2025)


def test_the_database_answers_every_facet_value_as_the_search_does(author: User) -> None:
    a_varied_library(author)
    upkeep.keep_all_up()
    viewer = Viewer.of(author)
    found = search(SearchRequest(viewer=viewer, page_size=50))
    assert found.total == 5
    asked = 0
    for axis in AXES:
        for bucket in found.facets.get(axis, ()):
            by_search = search(SearchRequest(filters={axis: [bucket.value]}, viewer=viewer, page_size=50))
            ids, total = ids_by_use({axis: [bucket.value]}, viewer, sort="used", offset=0, limit=50)
            assert set(ids) == {hit.page.pk for hit in by_search.hits}, (axis, bucket.value)
            assert total == by_search.total == bucket.count
            asked += 1
    assert asked > 20


def test_several_values_of_an_axis_mean_any_and_axes_mean_all(author: User) -> None:
    a_varied_library(author)
    viewer = Viewer.of(author)

    def count(**filters: list[str]) -> int:
        return ids_by_use(filters, viewer, sort="used", offset=0, limit=50)[1]

    assert count(methods=["action"]) == 1
    assert count(methods=["action", "role_play"]) == 2
    assert count(methods=["after_action"], level=["section"]) == 1
    assert count(methods=["action"], level=["division"]) == 0
    assert count(hours=["to2", "over8"]) == 2
    for axis in AXES:
        assert count(**{axis: ["nonsense", "'; --", '"', "%", "９"]}) == 0, axis


def test_the_browse_page_sorts_with_and_without_words(author: User) -> None:
    quiet = factories.live(Kind.COURSE, by=author, title="排序课甲")
    busy = used(factories.live(Kind.COURSE, by=author, title="排序课乙"), ordered=5, ratings=9, mean=4.5)
    upkeep.keep_all_up()
    for sort in ("used", "rated"):
        for text in ("", "排序课"):
            answer = browse(Query(text=text, sort=sort), Viewer())
            assert [row.card.pk for row in answer.rows] == [busy.pk, quiet.pk], (sort, text)
            assert answer.total == 2
    beyond = browse(Query(sort="used", page=9), Viewer())
    assert (beyond.query.page, len(beyond.rows)) == (1, 2)
