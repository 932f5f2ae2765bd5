"""Keeping lists: order, lines, limits, history, two editors at once, and lists that fill themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.catalogue import services
from caselib.catalogue.models import CatalogueList, ListItem
from caselib.catalogue.selectors.rules_lists import entries_by_rule
from caselib.catalogue.services import lists as keeping
from caselib.core import audit, clock
from caselib.core.errors import ConflictError
from caselib.core.models import AuditRecord
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import ResourcePage
from search import upkeep
from tests import factories

from .test_orders import refused

pytestmark = pytest.mark.usefixtures("fresh_engines")


@pytest.fixture
def editor(db: None) -> User:
    return factories.UserFactory(roles=[Role.EDITOR])


def a_list(editor: User, **details: object) -> CatalogueList:
    values: dict[str, object] = {"title": "清单", "circulation": "public"}
    return services.create_list(services.ListDetails(**values | details), by=editor)  # type: ignore[arg-type]


def titles(found: CatalogueList) -> list[str]:
    return list(found.items.values_list("resource__title", flat=True))


@pytest.fixture
def three(editor: User) -> tuple[CatalogueList, list[ListItem]]:
    found = a_list(editor)
    pages = [factories.live(Kind.COURSE, title=title) for title in ("甲", "乙", "丙")]
    return found, [services.add_item(found, page, by=editor) for page in pages]


def test_items_move_one_place_and_stop_at_the_ends(editor: User, three: tuple[CatalogueList, list[ListItem]]) -> None:
    found, (first, _second, last) = three
    services.move_item(last, up=True, by=editor)
    assert titles(found) == ["甲", "丙", "乙"]
    services.move_item(first, up=True, by=editor)
    assert titles(found) == ["甲", "丙", "乙"]
    services.move_item(first, up=False, by=editor)
    assert titles(found) == ["丙", "甲", "乙"]
    verbs = list(found.changes.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["created", "item_added", "item_added", "item_added", "item_moved", "item_moved"]
    assert audit.verify() is None


def test_an_item_is_changed_kept_once_and_taken_off(editor: User, three: tuple[CatalogueList, list[ListItem]]) -> None:
    found, (first, *_others) = three
    services.change_item(first, section=" 第一周 ", line="先读" * 200, obligation="required", by=editor)
    first.refresh_from_db()
    assert (first.section, len(first.line), first.obligation) == ("第一周", 300, "required")
    page = ResourcePage.objects.get(pk=first.resource_id)
    assert services.add_item(found, page, by=editor) == first
    services.remove_item(first, by=editor)
    assert titles(found) == ["乙", "丙"]
    assert found.changes.filter(verb="item_removed", data__title="甲").exists()


def test_a_stale_form_loses_and_says_so(editor: User) -> None:
    found = a_list(editor)
    services.change_list(found, services.ListDetails(title="新名"), version=found.version, by=editor)
    with pytest.raises(ConflictError):
        services.change_list(found, services.ListDetails(title="旧名"), version=found.version, by=editor)
    found.refresh_from_db()
    before = found.version
    services.change_list(found, services.ListDetails(title="新名"), version=before, by=editor)
    found.refresh_from_db()
    assert (found.title, found.version) == ("新名", before)


def test_windows_limits_and_drafts_are_refused(editor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    today = clock.today()
    with refused("no_window"):
        a_list(editor, kind="campaign")
    with refused("window"):
        a_list(editor, kind="campaign", starts_on=today, ends_on=today - timedelta(days=1))
    found = a_list(editor)
    with refused("withdrawn"):
        services.add_item(found, factories.draft(Kind.COURSE), by=editor)
    monkeypatch.setattr(keeping, "MAX_ITEMS", 1)
    services.add_item(found, factories.live(Kind.COURSE), by=editor)
    with refused("too_many"):
        services.add_item(found, factories.live(Kind.COURSE), by=editor)
    stranger = factories.UserFactory()
    for act in (services.publish_list, services.unpublish_list):
        with refused("not_editor"):
            act(found, by=stranger)


def test_publishing_twice_and_taking_back_twice_is_noted_once(editor: User) -> None:
    found = a_list(editor)
    services.add_item(found, factories.live(Kind.COURSE), by=editor)
    for _ in range(2):
        services.publish_list(found, by=editor)
    for _ in range(2):
        services.unpublish_list(found, by=editor)
    assert list(found.changes.order_by("pk").values_list("verb", flat=True))[2:] == ["published", "unpublished"]


def test_a_rule_based_list_lives_and_shows_each_reader_their_own(editor: User) -> None:
    found = a_list(editor, kind="rule", rule_text="规则课")
    public = factories.live(Kind.COURSE, title="规则课甲")
    factories.live(Kind.COURSE, title="规则课乙", circulation=Circulation.INTERNAL)
    with refused("rule_list"):
        services.add_item(found, public, by=editor)
    upkeep.keep_all_up()
    assert [entry.card.title for entry in entries_by_rule(found, Viewer())] == ["规则课甲"]
    assert len(entries_by_rule(found, Viewer.of(editor))) == 2
    factories.live(Kind.COURSE, title="规则课丙")
    upkeep.keep_all_up()
    assert {entry.card.title for entry in entries_by_rule(found, Viewer())} == {"规则课甲", "规则课丙"}
    by_kind = a_list(editor, kind="rule", rule_filters={"kind": ["video"]})
    assert entries_by_rule(by_kind, Viewer.of(editor)) == []


def test_an_item_that_somebody_took_off_meanwhile_is_neither_changed_nor_taken_off_again(
    editor: User, three: tuple[CatalogueList, list[ListItem]]
) -> None:
    found, items = three
    stale = ListItem.objects.get(pk=items[1].pk)
    services.remove_item(items[1], by=editor)
    for act in (
        lambda: services.change_item(stale, section="一", line="", obligation="elective", by=editor),
        lambda: services.move_item(stale, up=True, by=editor),
        lambda: services.remove_item(stale, by=editor),
    ):
        with pytest.raises(ConflictError) as raised:
            act()
        assert raised.value.refusal.code == "item_gone"
    assert AuditRecord.objects.filter(verb="catalogue.list_item_removed").count() == 1
    assert found.items.count() == 2
