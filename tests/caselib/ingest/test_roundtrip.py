"""A resource goes out as Word and comes back as a revision of itself."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.models import Comment as PageComment

from caselib.accounts.enums import Audience, Role
from caselib.accounts.models import User
from caselib.core import jobs
from caselib.core.errors import ConflictError, RefusedError
from caselib.ingest import deciding, services
from caselib.ingest.comparing import changes
from caselib.ingest.exporting import export_for
from caselib.ingest.models import ImportItem
from caselib.ingest.roundtrip import page_of
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage
from caselib.resources.services import save_draft
from caselib.resources.text import passages
from caselib.word.reader.document import read_docx
from tests import factories

pytestmark = pytest.mark.django_db
UserOf = Callable[..., User]
TEXT = "村里把账本挂在墙上，谁家有疑问谁来问，问清楚了再签字。"


def rich_case(by: User) -> ResourcePage:
    body = [
        factories.section(
            "案例背景", factories.paragraph(TEXT), factories.paragraph(f"{TEXT}<b>粗</b>[^1]"), kind="background"
        ),
        factories.section(
            "做法",
            {"type": "lead", "value": {"lead": "先定规矩。", "text": f"<p>{TEXT}</p>"}},
            {"type": "heading", "value": {"level": "2", "text": "（一）公示"}},
            factories.paragraph(TEXT),
            {
                "type": "table",
                "value": {
                    "caption": "户数",
                    "header_rows": 1,
                    "rows": [
                        [{"text": "组", "colspan": 1, "rowspan": 1}, {"text": "户", "colspan": 1, "rowspan": 1}],
                        [{"text": "一组", "colspan": 1, "rowspan": 1}, {"text": "31", "colspan": 1, "rowspan": 1}],
                    ],
                },
            },
            {
                "type": "figures",
                "value": [
                    {
                        "type": "item",
                        "id": "f1",
                        "value": {"label": "办件", "value": "120", "unit": "件", "qualifier": "more_than"},
                    }
                ],
            },
            kind="practice",
        ),
        factories.section("教师提示", factories.paragraph(TEXT), audience=Audience.TEACHER),
        factories.section("评审记录", factories.paragraph("只给评审看的话。"), audience=Audience.REVIEWER),
    ]
    for block in [*body, *(child for section in body for child in section["value"]["content"])]:
        block["id"] = str(uuid.uuid4())
    notes = [{"type": "note", "value": {"key": "1", "text": "据村账本。"}}]
    return factories.draft(
        Kind.CASE,
        title="挂在墙上的账本",
        by=by,
        body=body,
        notes=notes,
        abstract="一段摘要。",
        authors=[("李明", "云岭县委党校")],
    )


def send_back(data: bytes, by: User) -> ImportItem:
    stored = services.receive_upload(SimpleUploadedFile("改.docx", data), by=by)
    jobs.run_pending()
    return ImportItem.objects.get(batch=stored.batch)


def overtaken(owner: User, abstract: str, *, brought_by: User) -> tuple[ResourcePage, ImportItem]:
    """An exported file that comes back after the abstract of its draft was changed."""
    page = rich_case(owner)
    data = export_for(page, by=owner)
    assert data is not None
    page.abstract = abstract
    save_draft(page, by=owner)
    return page, send_back(data, brought_by)


def shape(page: ResourcePage) -> list[tuple[str, str, str, list[str]]]:
    return [
        (s.value["kind"], s.value["heading"], s.value["audience"], [c.block_type for c in s.value["content"]])
        for s in page.body
    ]


def test_an_untouched_file_changes_nothing(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    page = rich_case(author)
    data = export_for(page, by=author)
    assert data is not None
    found = page_of(read_docx(data).properties)
    assert found is not None and found.pk == page.pk
    item = send_back(data, author)
    assert item.batch.page_id == page.pk
    assert changes(page, item, by=author) == []
    before = page.get_latest_revision_as_object()
    again = deciding.accept_item(item, by=author)
    assert again.pk == page.pk and ResourcePage.objects.count() == 1
    after = page.__class__.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert shape(after) == shape(before)
    assert [(i.kind, i.text, i.audience) for i in passages(after)] == [
        (i.kind, i.text, i.audience) for i in passages(before)
    ]
    figures = after.body[1].value["content"][-1].value
    assert [(f["label"], f["value"], f["unit"], f["qualifier"]) for f in figures] == [
        ("办件", "120", "件", "more_than")
    ]
    assert not page.__class__.objects.get(pk=page.pk).live


def test_what_looks_like_a_collection_comes_back_as_the_one_text_it_is(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    cases = [("案例一 门前的账本", "一、案例背景"), ("案例二 夜里的灯", "一、案例背景")]
    body = [
        section
        for name, first in cases
        for section in (
            factories.section(name, factories.paragraph(TEXT)),
            factories.section(first, factories.paragraph(TEXT)),
        )
    ]
    page = factories.draft(Kind.CASE, title="两本账的对照", by=author, body=body)
    data = export_for(page, by=author)
    assert data is not None

    item = send_back(data, author)

    assert item.title == "两本账的对照"
    assert changes(page, item, by=author) == []


def test_edits_are_shown_and_become_a_revision(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    page = rich_case(author)
    stale = export_for(page, by=author)
    assert stale is not None
    page.title = "账本上墙之后"
    save_draft(page, by=author)
    item = send_back(stale, author)
    (shown,) = changes(page, item, by=author)
    assert (shown.kind, shown.before, shown.after) == ("changed", "账本上墙之后", "挂在墙上的账本")
    with pytest.raises(ConflictError):
        deciding.accept_item(item, by=author)
    page.refresh_from_db()
    deciding.accept_item(item, by=author, corrections={"seen": page.latest_revision_id})
    assert ResourcePage.objects.get(pk=page.pk).specific.get_latest_revision_as_object().title == "挂在墙上的账本"


def test_parts_that_were_not_shown_stay(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    page = rich_case(author)
    data = export_for(page, by=author)
    assert data is not None and "只给评审看的话" not in "".join(
        getattr(block, "text", "") for block in read_docx(data).blocks
    )
    deciding.accept_item(send_back(data, author), by=author)
    after = page.__class__.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert after.body[-1].value["audience"] == Audience.REVIEWER and len(after.body) == 4


def test_a_forged_number_revises_nothing_of_others(user_of: UserOf) -> None:
    owner, thief = user_of(Role.AUTHOR), user_of(Role.AUTHOR)
    page = rich_case(owner)
    data = export_for(page, by=owner)
    assert data is not None
    item = send_back(data, thief)
    with pytest.raises(RefusedError):
        deciding.accept_item(item, by=thief)
    assert page.__class__.objects.get(pk=page.pk).revisions.count() == 1
    assert page_of({"caselib.resource": "../../1"}) is None and page_of({"caselib.resource": "9" * 30}) is None


def test_a_forged_number_shows_nothing_of_others(client: Client, user_of: UserOf) -> None:
    owner, thief = user_of(Role.AUTHOR), user_of(Role.AUTHOR)
    _page, item = overtaken(owner, "只有作者知道的新话", brought_by=thief)
    client.force_login(thief)
    answer = client.get(reverse("imports_item", args=[item.pk])).content.decode()
    assert "只有作者知道的新话" not in answer and "您无权编辑的资源" in answer


def test_a_change_that_came_between_is_told_and_must_be_seen(client: Client, user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    page, item = overtaken(author, "同事后来改的摘要", brought_by=author)
    client.force_login(author)
    address = reverse("imports_item", args=[item.pk])
    first = client.get(address)
    assert "同事后来改的摘要" in first.content.decode() and first.context["between"] is not None
    assert not re.search(r">\s*Seen\s*<", first.content.decode()), "what the form carries for itself has no label"
    seen = first.context["form"]["seen"].value()
    page.refresh_from_db()
    page.specific.get_latest_revision_as_object().save_revision(user=author)
    refused = client.post(address, {"title": item.title, "seen": seen}, follow=True)
    assert refused.redirect_chain[-1][0] == address and ImportItem.objects.get(pk=item.pk).page is None
    seen = client.get(address).context["form"]["seen"].value()
    client.post(address, {"title": item.title, "seen": seen})
    assert ImportItem.objects.get(pk=item.pk).page_id == page.pk


def test_comments_travel_out_and_back(user_of: UserOf) -> None:
    author, reviewer = user_of(Role.AUTHOR), user_of(Role.FIRST_REVIEWER)
    page = rich_case(author)
    draft = page.get_latest_revision_as_object()
    path = next(item.path for item in passages(draft) if item.text == TEXT)
    draft.wagtail_admin_comments.add(
        PageComment(page=draft, user=reviewer, text="请补出处", contentpath=path, position="")
    )
    draft.save_revision(user=author)
    page.refresh_from_db()
    data = export_for(page, by=author)
    assert data is not None
    document = read_docx(data)
    (comment,) = document.comments
    assert (comment.author, comment.text) == (str(reviewer), "请补出处")
    assert document.blocks[comment.paragraph].text == TEXT  # type: ignore[union-attr]
    deciding.accept_item(send_back(data, author), by=author)
    after = page.__class__.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert [c.text for c in after.wagtail_admin_comments.all()] == ["请补出处"], "it is there once"


def test_strangers_get_no_file(user_of: UserOf) -> None:
    page = rich_case(user_of(Role.AUTHOR))
    assert export_for(page, by=user_of(Role.TRAINEE)) is None


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.NOTE, Kind.VIDEO, Kind.TEACHER)])
def test_every_kind_goes_out(user_of: UserOf, kind: Kind) -> None:
    author = user_of(Role.AUTHOR)
    page = factories.draft(kind, title="一个资源", by=author)
    data = export_for(page, by=author)
    assert data is not None and read_docx(data).blocks[0].text == "一个资源"  # type: ignore[union-attr]


def test_a_lesson_plan_comes_back_into_its_fields(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    page = factories.draft(
        Kind.LESSON,
        title="一堂课",
        by=author,
        objectives="会算账。\n会公示。",
        board_plan="一张表。",
        process=[
            {"type": "step", "value": {"minutes": 10, "activity": "看账本", "method": "讲授", "material": "账本"}}
        ],
    )
    data = export_for(page, by=author)
    assert data is not None
    deciding.accept_item(send_back(data, author), by=author)
    after = page.__class__.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert (after.objectives, after.board_plan, after.process_minutes) == ("会算账。\n会公示。", "一张表。", 10)
