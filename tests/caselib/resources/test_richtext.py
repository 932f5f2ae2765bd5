"""Running text from the editor: what cannot be kept, or leads to nothing, does not come in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import querydict_from_html

from caselib.accounts.enums import Role
from caselib.resources.fields import clean_table
from caselib.resources.models import ResourcePage
from caselib.resources.richtext import cleaned
from tests import factories, streams

LINK = {"type": "LINK", "mutability": "MUTABLE"}


def only(content: str) -> dict[str, Any]:
    (block,) = cleaned(json.loads(content))["blocks"]
    return block


def test_halves_of_characters_go_and_what_follows_keeps_its_look() -> None:
    bold = {"offset": 3, "length": 2, "style": "BOLD"}
    block = only(streams.rich_text("a\ud83db\x00\ud800粗体", style_ranges=[{**bold, "offset": 5}]))
    assert block["text"] == "ab粗体"
    assert block["inlineStyleRanges"] == [{**bold, "offset": 2}]


def test_a_whole_emoji_stays() -> None:
    assert only(streams.rich_text("好😀"))["text"] == "好😀"


def test_a_look_that_loses_characters_gets_shorter() -> None:
    block = only(streams.rich_text("粗\ud800体字", style_ranges=[{"offset": 0, "length": 3, "style": "BOLD"}]))
    assert block["inlineStyleRanges"] == [{"offset": 0, "length": 2, "style": "BOLD"}]


@pytest.mark.parametrize("number", ["abc", 10**30, -1, 1.5, [], "²"])
def test_a_link_to_what_has_no_number_is_text(number: Any) -> None:
    ranges = [{"offset": 0, "length": 1, "key": 0}, {"offset": 1, "length": 1, "key": 1}]
    entities = {"0": {**LINK, "data": {"id": number}}, "1": {**LINK, "data": {"url": "https://内网.example/\ud800"}}}
    content = cleaned(json.loads(streams.rich_text("甲乙", entity_ranges=ranges, entities=entities)))
    assert content["blocks"][0]["entityRanges"] == ranges[1:]
    assert content["entityMap"] == {"1": {**LINK, "data": {"url": "https://内网.example/"}}}


@pytest.mark.parametrize("content", [[], 3, "text", {"blocks": 1}, {}])
def test_what_is_no_running_text_is_refused(content: Any) -> None:
    with pytest.raises(ValueError, match="blocks"):
        cleaned(content)


def test_cells_of_a_table_hold_no_halves_either() -> None:
    table = clean_table({"caption": "表\ud800", "rows": [[{"text": "格\x0b子"}, "\udfff"]]})
    assert table["caption"] == "表"
    assert [cell["text"] for cell in table["rows"][0]] == ["格子", ""]


class Desk:
    """An author who edits a case in the browser."""

    def __init__(self) -> None:
        author = factories.UserFactory(roles=[Role.AUTHOR])
        body = [factories.section("做法", factories.paragraph("网格员走访。"), kind="practice")]
        self.page = factories.draft(by=author, title="海塘", body=body)
        self.client = Client()
        self.client.force_login(author)
        self.address = reverse("wagtailadmin_pages:edit", args=[self.page.pk])

    def save(self, **changed: str) -> int:
        html = self.client.get(self.address).content.decode()
        data = querydict_from_html(html, form_id="page-edit-form").dict()
        for field in ("action-publish", "action-submit"):
            data.pop(field, None)
        data |= streams.posted(self.page.get_latest_revision_as_object()) | changed
        return self.client.post(self.address, data).status_code

    def now(self) -> ResourcePage:
        return ResourcePage.objects.get(pk=self.page.pk).get_latest_revision_as_object()


TEXT = "body-0-value-content-0-value"


@pytest.mark.django_db
def test_half_an_emoji_spoils_neither_preview_nor_comparison_nor_the_next_edit() -> None:
    desk = Desk()
    assert desk.save(**{TEXT: streams.rich_text("每月公布账目。\ud83d")}) == 302
    assert "每月公布账目。" in str(desk.now().body)
    assert "\\ud83d" not in json.dumps(desk.now().latest_revision.content)
    for name, args in (
        ("edit", [desk.page.pk]),
        ("view_draft", [desk.page.pk]),
        ("revisions_compare", [desk.page.pk, "earliest", "latest"]),
    ):
        assert desk.client.get(reverse(f"wagtailadmin_pages:{name}", args=args)).status_code == 200, name


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [(TEXT, "{"), (TEXT, "3"), (TEXT, '{"blocks":[7]}'), ("body-count", "many"), ("body-0-order", "first")],
)
def test_a_form_that_is_none_is_answered_in_words_and_changes_nothing(field: str, value: str) -> None:
    desk = Desk()
    before = desk.now().latest_revision_id
    assert desk.save(**{field: value}) == 400
    assert desk.now().latest_revision_id == before
