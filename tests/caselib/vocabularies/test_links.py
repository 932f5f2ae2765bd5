"""Each act on a term, against what is live, what is a draft and what is being reviewed: no link and no result is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from taggit.models import Tag

from caselib.core.models import AuditRecord
from caselib.resources.content import digest
from caselib.resources.models import ResourcePage
from caselib.resources.services import save_draft
from caselib.vocabularies import services
from caselib.vocabularies.models import Topic
from search import api, engines, synonyms, upkeep
from search.api import SearchRequest
from tests import factories
from tests.caselib.review.desk import Desk

pytestmark = pytest.mark.django_db

OLD, NEW = "家风建设", "廉政文化"


def topic(name: str) -> Topic:
    return Topic.objects.get(name=name)


def merge() -> Topic:
    return services.merge_terms(topic(OLD), topic(NEW), by=None)


def retire() -> Topic:
    return services.retire_term(topic(OLD), topic(NEW), by=None).replaced_by  # type: ignore[return-value]


def rename() -> Topic:
    return services.rename_term(topic(OLD), "家庭家教家风", by=None)


def move() -> Topic:
    return services.move_term(topic(OLD), topic("党性教育"), by=None)


ACTS = {"merge": merge, "retire": retire, "rename": rename, "move": move}


@pytest.fixture
def _fresh_engines() -> object:
    engines.reset()
    synonyms.forget()
    yield
    engines.reset()
    synonyms.forget()


def found(term: Topic) -> set[int]:
    """Return what the public finds under ``term``, after the worker has done what was waiting."""
    for report in upkeep.keep_all_up():
        assert not report.failed and not report.unavailable
    answer = api.search(SearchRequest(text="", filters={"topics": [str(term.pk)]}))
    return {hit.page.pk for hit in answer.hits}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.usefixtures("_fresh_engines")
def test_what_is_live_keeps_its_term_and_is_found_under_it(act: Callable[[], Topic]) -> None:
    page = factories.live(tags={"topics": [OLD]})
    assert found(topic(OLD)) == {page.pk}
    term = act()
    assert [tag.pk for tag in ResourcePage.objects.get(pk=page.pk).topics.all()] == [term.pk]
    assert found(term) == {page.pk}
    assert found(term.parent) == {page.pk}  # type: ignore[arg-type]


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_draft_of_something_live_follows(act: Callable[[], Topic]) -> None:
    page = factories.live(tags={"topics": ["作风建设"]})
    draft = page.get_latest_revision_as_object()
    draft.topics.set([OLD])
    save_draft(draft, by=page.owner)
    term = act()
    assert list(ResourcePage.objects.get(pk=page.pk).topics.names()) == ["作风建设"]
    page = ResourcePage.objects.get(pk=page.pk)
    assert [row.tag_id for row in page.get_latest_revision_as_object().topic_taggings.all()] == [term.pk]
    assert [tag.pk for tag in factories.publish(page).topics.all()] == [term.pk]


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_a_review_goes_on_and_publishes_the_term(act: Callable[[], Topic], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.caselib.review.desk.topic", lambda: OLD)
    desk = Desk.open()
    before = digest(desk.state.revision)
    term = act()
    desk.page.refresh_from_db()
    assert digest(desk.state.revision) == before
    assert [tag.pk for tag in desk.publish().topics.all()] == [term.pk]


TAG = "清廉乡村"


def promote() -> Topic:
    return services.promote_tag(Tag.objects.get(name=TAG), Topic, by=None, parent=topic("廉政教育"))  # type: ignore[return-value]


def tagged(page: ResourcePage) -> tuple[set[str], set[str]]:
    """Return the topics and the free tags of ``page`` as it stands in memory."""
    return {row.tag.name for row in page.topic_taggings.all()}, {row.tag.name for row in page.free_taggings.all()}


@pytest.mark.usefixtures("_fresh_engines")
def test_what_is_live_carries_the_term_that_was_a_tag_and_is_found_under_it() -> None:
    page = factories.live(tags={"free_tags": [TAG]})
    upkeep.keep_all_up()
    term = promote()
    assert tagged(ResourcePage.objects.get(pk=page.pk)) == ({TAG}, set())
    assert found(term) == {page.pk}


def test_a_draft_carries_the_term_that_was_its_tag() -> None:
    page = factories.live(tags={"topics": ["作风建设"]})
    draft = page.get_latest_revision_as_object()
    draft.free_tags.set([TAG, "别的"])
    save_draft(draft, by=page.owner)
    promote()
    page = ResourcePage.objects.get(pk=page.pk)
    assert tagged(page) == ({"作风建设"}, set())
    assert tagged(page.get_latest_revision_as_object()) == ({"作风建设", TAG}, {"别的"})
    published = factories.publish(page)
    assert tagged(published) == ({"作风建设", TAG}, {"别的"})


def test_a_review_publishes_the_term_that_was_a_tag_unchanged() -> None:
    author_page = factories.draft(tags={"free_tags": [TAG], "topics": ["作风建设"]})
    before = digest(author_page.get_latest_revision())
    promote()
    page = ResourcePage.objects.get(pk=author_page.pk)
    assert digest(page.get_latest_revision()) == before
    assert tagged(factories.publish(page)) == ({"作风建设", TAG}, set())


def test_a_promoted_term_that_is_merged_afterwards_still_reaches_the_draft() -> None:
    page = factories.draft(tags={"free_tags": [TAG]})
    services.merge_terms(promote(), topic(NEW), by=None)
    assert tagged(ResourcePage.objects.get(pk=page.pk).get_latest_revision_as_object()) == ({NEW}, set())


def test_a_tag_promoted_twice_is_one_term() -> None:
    factories.live(tags={"free_tags": [TAG]})
    assert promote() == promote()
    assert Topic.objects.filter(name=TAG).count() == 1
    assert AuditRecord.objects.filter(verb="vocabularies.promoted").count() == 2
