"""Editions: filling, ordering, arranging, pinning, freezing, and a new edition from an old one."""

from __future__ import annotations

import random
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db.models import ProtectedError
from django.test import Client

from caselib.accounts.enums import Role
from caselib.anthologies import selectors, services
from caselib.anthologies.binding import address, bind
from caselib.anthologies.enums import ItemKind
from caselib.anthologies.models import Edition, Selection
from caselib.anthologies.preflight import check_edition
from caselib.core import audit
from caselib.core.errors import ConflictError, RefusedError
from caselib.core.seen import stamp_of
from caselib.resources.models import ResourceAuthor, ResourcePage
from caselib.word.book import Index, Matter
from caselib.word.model import Table
from tests import factories
from tests.caselib.anthologies.conftest import cases

pytestmark = pytest.mark.django_db


def kinds(edition: Edition) -> list[str]:
    return list(edition.items.values_list("kind", flat=True))


def revise(page: Any, text: str) -> Any:
    """Publish a newer version of ``page`` with ``text`` in it."""
    page = ResourcePage.objects.get(pk=page.pk).specific
    page.body = [factories.section("一、背景", factories.paragraph(text))]
    page.save_revision()
    return factories.publish(page)


def test_filling_keeps_order_and_says_why_something_was_left_out(editor: Any) -> None:
    edition = services.create_edition(services.create_anthology("选本", by=editor), name="一", year=2025, by=editor)
    first, second = cases(2)
    draft = factories.draft()
    filled = services.fill(edition, [second.pk, first.pk, second.pk, draft.pk, 10**9], by=editor)
    assert filled.added == 2
    assert len(filled.refused) == 1
    assert [item.selection.page_id for item in selectors.outline(edition)] == [second.pk, first.pk]
    again = services.fill(edition, [first.pk], by=editor)
    assert again.added == 0 and again.refused[0][0] == first.title


def test_pinned_revision_and_page_cannot_be_deleted(edition: Edition) -> None:
    selection = edition.selections.first()
    assert selection is not None
    with pytest.raises(ProtectedError):
        selection.revision.delete()
    with pytest.raises(ProtectedError):
        selection.page.specific.delete()


def test_only_editors_and_nobody_once_it_is_frozen(edition: Edition, editor: Any, user_of: Any) -> None:
    with pytest.raises(RefusedError) as refused:
        services.fill(edition, [], by=user_of(Role.AUTHOR))
    assert refused.value.refusal.code == "not-an-editor"
    services.freeze(edition, by=editor)
    for act in (
        lambda: services.fill(edition, [], by=editor),
        lambda: services.order_items(edition, [], by=editor),
        lambda: services.change_edition(edition, details={"mark": "x"}, by=editor),
        lambda: services.freeze(edition, by=editor),
    ):
        with pytest.raises(RefusedError) as refused:
            act()
        assert refused.value.refusal.code == "frozen"


def test_order_that_does_not_know_all_items_is_a_conflict(edition: Edition, editor: Any) -> None:
    ids = list(edition.items.values_list("pk", flat=True))
    services.order_items(edition, ids[::-1], by=editor)
    assert list(edition.items.values_list("pk", flat=True)) == ids[::-1]
    for wrong in (ids[:1], [*ids, ids[0]], [*ids, 10**9]):
        with pytest.raises(ConflictError):
            services.order_items(edition, wrong, by=editor)


def test_of_two_who_order_at_once_the_second_is_told(edition: Edition, editor: Any) -> None:
    seen = Edition.objects.get(pk=edition.pk).version
    ids = list(edition.items.values_list("pk", flat=True))
    services.order_items(edition, ids[::-1], version=seen, by=editor)
    with pytest.raises(ConflictError):
        services.order_items(edition, ids, version=seen, by=editor)
    assert list(edition.items.values_list("pk", flat=True)) == ids[::-1]


def test_text_finds_its_natural_place(edition: Edition, editor: Any) -> None:
    services.add_text(edition, ItemKind.COLOPHON, by=editor)
    services.add_text(edition, ItemKind.APPENDIX, title="附录", by=editor)
    services.add_text(edition, ItemKind.FOREWORD, title="编者按", text="话。", by=editor)
    part = services.add_text(edition, ItemKind.PART, title="基层", by=editor)
    assert part.number == "第一编"
    assert kinds(edition) == ["foreword", "case", "case", "part", "appendix", "colophon"]
    services.move_item(part, -2, by=editor)
    assert kinds(edition) == ["foreword", "part", "case", "case", "appendix", "colophon"]
    services.move_item(part, -99, by=editor)
    assert kinds(edition)[0] == "part"


def test_of_two_who_write_one_foreword_the_second_is_told(edition: Edition, editor: Any) -> None:
    foreword = services.add_text(edition, ItemKind.FOREWORD, title="编者按", text="初稿。", by=editor)
    seen = stamp_of(foreword, services.WORDING)
    services.change_item(foreword, title="编者按", text="甲写了三千字。", seen=seen, by=editor)
    with pytest.raises(ConflictError):
        services.change_item(foreword, title="编者按", text="乙改了一个字。", seen=seen, by=editor)
    assert edition.items.get(pk=foreword.pk).text == "甲写了三千字。"


def test_what_a_colleague_took_out_meanwhile_is_a_conflict_not_a_failure(edition: Edition, editor: Any) -> None:
    foreword = services.add_text(edition, ItemKind.FOREWORD, title="编者按", by=editor)
    case = edition.items.get(order=2)
    for item in (foreword, case):
        services.remove_item(edition.items.get(pk=item.pk), by=editor)
        services.remove_item(item, by=editor)
    for act in (
        lambda: services.change_item(foreword, title="编者按", text="话。", by=editor),
        lambda: services.move_item(foreword, 1, by=editor),
        lambda: services.repin(case, by=editor),
    ):
        with pytest.raises(ConflictError):
            act()


def test_parts_are_counted_again_when_they_change_places(edition: Edition, editor: Any) -> None:
    parts = [services.add_text(edition, ItemKind.PART, title=title, by=editor) for title in ("甲", "乙", "丙")]

    def numbers() -> list[str]:
        return [f"{item.number}{item.title}" for item in edition.items.filter(kind=ItemKind.PART)]

    services.move_item(edition.items.get(pk=parts[2].pk), -2, by=editor)
    assert numbers() == ["第一编丙", "第二编甲", "第三编乙"]
    services.remove_item(edition.items.get(pk=parts[0].pk), by=editor)
    assert numbers() == ["第一编丙", "第二编乙"]
    services.change_item(parts[2], title="丙", number="第五编", by=editor)  # a number somebody chose stays
    services.move_item(edition.items.get(pk=parts[2].pk), 1, by=editor)
    assert numbers() == ["第二编乙", "第五编丙"]
    codes = {finding.code: finding.message for finding in check_edition(edition, bind(edition))}
    assert "part-numbers" not in codes
    services.move_item(edition.items.get(pk=parts[2].pk), -1, by=editor)
    codes = {finding.code: finding.message for finding in check_edition(edition, bind(edition))}
    assert "第五编、第二编" in codes["part-numbers"]


def test_one_click_makes_parts_by_unit_and_by_award(editor: Any) -> None:
    edition = services.create_edition(services.create_anthology("选本", by=editor), name="一", year=2025, by=editor)
    pages = cases(3)
    pages[2].awards.create(tier="first", competition="大赛", year=2025)
    services.fill(edition, [page.pk for page in pages], by=editor)
    assert services.arrange_by(edition, "unit", by=editor) == 3
    assert kinds(edition) == ["part", "case"] * 3
    assert services.arrange_by(edition, "award", by=editor) == 2
    assert kinds(edition) == ["part", "case", "part", "case", "case"]
    assert selectors.outline(edition)[1].selection.page_id == pages[2].pk
    assert selectors.awarded("大赛", 2025) == [pages[2].pk]


def test_the_awards_of_a_competition_come_best_first(editor: Any) -> None:
    pages = dict(zip(("merit", "third", "second", "first"), cases(4), strict=True))
    for tier, page in pages.items():
        page.awards.create(tier=tier, competition="大赛", year=2025)
    found = selectors.awarded("大赛", 2025)
    assert found == [pages[tier].pk for tier in ("first", "second", "third", "merit")]


def test_index_and_award_table_name_the_authors_that_are_printed(editor: Any) -> None:
    edition = services.create_edition(services.create_anthology("选本", by=editor), name="一", year=2025, by=editor)
    page = factories.live(title="村账", authors=[("甲", "云坪县委党校")])
    page.awards.create(tier="first", competition="大赛", year=2025)
    services.add_text(edition, "awards", title="获奖名单", by=editor)
    services.fill(edition, [page.pk], by=editor)
    Edition.objects.filter(pk=edition.pk).update(indexes=["unit"])
    edition.refresh_from_db()
    # After the version was pinned another one is published, with another author of another unit.
    newer = ResourcePage.objects.get(pk=page.pk).specific
    newer.title, newer.authors = "账本", [ResourceAuthor(name="乙", unit_name="雾河县委党校")]
    newer.save_revision()
    factories.publish(newer)
    book = bind(edition)
    awards, index = book.back
    assert isinstance(awards, Matter) and isinstance(index, Index)
    table = awards.document.blocks[-1]
    assert isinstance(table, Table)
    assert [cell.text for cell in table.rows[1]][1:3] == ["村账", "云坪县委党校　　甲"]
    assert [entry.term for entry in index.entries] == ["云坪县委党校"]


def test_the_code_of_a_case_leads_there_by_its_short_address(edition: Edition, client: Client) -> None:
    """The address of the page holds the title in percent signs: six hundred signs in a code of 22 mm."""
    page = edition.selections.first().page.specific
    short = address(page)
    assert len(short) < 60 and short.startswith(settings.WAGTAILADMIN_BASE_URL)
    assert client.get(urlsplit(short).path)["Location"] == page.url


def test_changed_and_withdrawn_since(edition: Edition, editor: Any) -> None:
    first, second = [row.page for row in edition.selections.order_by("item__order")]
    assert not selectors.changed_since(edition) and not selectors.withdrawn_since(edition)
    revise(first, "新的写法。")
    ResourcePage.objects.filter(pk=second.pk).update(withdrawn_at="2026-01-01T00:00:00Z")
    assert [row.page_id for row in selectors.changed_since(edition)] == [first.pk]
    assert [row.page_id for row in selectors.withdrawn_since(edition)] == [second.pk]
    changed = Selection.objects.get(edition=edition, page=first)
    lines = selectors.compare(changed)
    assert ("added", "新的写法。") in [(line.kind, line.text) for line in lines]
    assert any(line.kind == "removed" and "谁都看得见" in line.text for line in lines)
    services.repin(changed.item, by=editor)
    assert not selectors.changed_since(edition)


def test_a_case_changed_in_every_paragraph_is_compared_at_once(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One word replaced throughout: eighty paragraphs took four seconds, a hundred and fifty more than ninety."""
    chance = random.Random(1)
    old = ["".join(chance.choices("党建村民委员会书记纪检监察案例教学课程", k=300)) for _ in range(150)]
    new = [f"{text[:50]}改{text[51:]}" for text in old]
    texts = iter([old, new])
    monkeypatch.setattr(selectors, "passages", lambda _page: [SimpleNamespace(text=text) for text in next(texts)])
    selection = edition.selections.first()
    assert selection is not None
    began = time.process_time()
    lines = selectors.compare(selection)
    assert time.process_time() - began < 5
    assert [line.kind for line in lines] == ["removed", "added"] * 150
    assert [line.text for line in lines[:2]] == [old[0], new[0]]


def test_new_edition_pins_what_is_published_now(edition: Edition, editor: Any) -> None:
    services.add_text(edition, ItemKind.FOREWORD, title="编者按", text="话。", by=editor)
    first, second = [row.page for row in edition.selections.order_by("item__order")]
    newer = revise(first, "新的写法。")
    ResourcePage.objects.filter(pk=second.pk).update(withdrawn_at="2026-01-01T00:00:00Z")
    made, left_out = services.new_edition(edition, name="2026年版", year=2026, by=editor)
    assert left_out == [second.title]
    assert kinds(made) == ["foreword", "case"]
    assert made.selections.get().revision_id == newer.live_revision_id
    assert made.based_on == edition
    with pytest.raises(RefusedError):
        services.new_edition(edition, name="2026年版", year=2026, by=editor)
    assert audit.verify() is None


def test_somebody_elses_change_is_told(edition: Edition, editor: Any) -> None:
    seen = Edition.objects.get(pk=edition.pk).version
    services.change_edition(edition, details={"mark": "内部资料"}, version=seen, by=editor)
    with pytest.raises(ConflictError):
        services.change_edition(edition, details={"mark": "机密"}, version=seen, by=editor)
    assert Edition.objects.get(pk=edition.pk).mark == "内部资料"


def test_pages_are_found_by_code_and_number(editor: Any) -> None:
    first, second = cases(2)
    ResourcePage.objects.filter(pk=first.pk).update(code="LJA-1")
    found = selectors.pages_named(f"{second.pk}，LJA-1 没有的编号 {'9' * 30}")
    assert found == [second.pk, first.pk]
