"""The pages: an editor's walk from an empty anthology to pages and downloads, and what readers may open."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from caselib.accounts.enums import Role
from caselib.anthologies import services
from caselib.anthologies.binding import bind
from caselib.anthologies.enums import ItemKind
from caselib.anthologies.models import Anthology, Compilation, Edition, PrintStyle
from caselib.core import jobs
from caselib.resources.models import ResourcePage
from caselib.word import pdf
from tests.caselib.anthologies.conftest import cases
from tests.conftest import require_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(editor: Any) -> Client:
    made = Client()
    made.force_login(editor)
    return made


def post(client: Client, edition: Edition, act: str, **data: Any) -> Any:
    return client.post(reverse("anthologies:act", args=[edition.pk, act]), data, follow=True)


def test_an_editor_walks_from_nothing_to_the_downloads(client: Client) -> None:
    require_service(pdf.available(), "LibreOffice is not installed")
    pages = cases(2, title="清账记")
    ResourcePage.objects.filter(pk=pages[1].pk).update(code="LJA-7")
    client.post(reverse("anthologies:new"), {"title": "选本", "subtitle": "", "publisher": "县委党校"})
    style = PrintStyle.objects.get(key="book")
    details = {
        "name": "2025年版",
        "year": 2025,
        "circulation": "public",
        "audience": "learner",
        "style": style.pk,
        "contents_depth": 2,
        "indexes": ["unit"],
        "print_codes": "on",
    }
    url = reverse("anthologies:new_edition", args=[Anthology.objects.get().pk])
    assert client.post(url, details).status_code == 302
    edition = Edition.objects.get()
    post(client, edition, "fill", codes=f"LJA-7 {pages[0].pk}")
    post(client, edition, "add", kind="foreword", title="编者按", text="选稿三问。")
    post(client, edition, "arrange", axis="unit")
    assert list(edition.items.values_list("kind", flat=True)) == ["foreword", "part", "case", "part", "case"]
    ids = list(edition.items.values_list("pk", flat=True))
    moved = [ids[0], *ids[3:], *ids[1:3]]
    post(client, edition, "order", ids=",".join(map(str, moved)))
    assert list(edition.items.values_list("pk", flat=True)) == moved
    assert client.get(reverse("anthologies:preflight", args=[edition.pk])).status_code == 200
    post(client, edition, "freeze")
    post(client, edition, "compile")
    jobs.run_pending()
    result = Compilation.objects.get()
    assert result.state == "done"
    shown = client.get(reverse("anthologies:result", args=[result.pk])).content.decode()
    assert result.sha256 in shown and reverse("anthologies:page_image", args=[result.pk, 1]) in shown
    image = client.get(reverse("anthologies:page_image", args=[result.pk, 1]))
    assert b"".join(image.streaming_content)[:4] == b"\x89PNG"
    reader = Client()
    assert "选本" in reader.get(reverse("anthologies:index")).content.decode()
    assert reader.get(reverse("anthologies:edition", args=[edition.pk])).status_code == 200
    got = reader.get(reverse("anthologies:file", args=[result.pk, "zip"]))
    names = zipfile.ZipFile(io.BytesIO(b"".join(got.streaming_content))).namelist()
    assert len(names) == 4 and sum(name.endswith(".docx") for name in names) == 3
    item = edition.items.filter(kind="case").first()
    assert reader.get(reverse("anthologies:case", args=[edition.pk, item.pk])).content[:2] == b"PK"


def picture(kind: str = "JPEG", width: int = 40) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (width, 30), (155, 44, 34)).save(out, kind)
    return SimpleUploadedFile(f"cover.{kind.lower()}", out.getvalue(), f"image/{kind.lower()}")


def details(edition: Edition, **changed: Any) -> dict[str, Any]:
    return {
        "name": edition.name,
        "year": edition.year,
        "circulation": edition.circulation,
        "audience": edition.audience,
        "style": edition.style_id,
        "contents_depth": 2,
        "seen": Edition.objects.get(pk=edition.pk).version,
        **changed,
    }


def test_a_picture_goes_on_the_cover_and_off_again(client: Client, edition: Edition) -> None:
    url = reverse("anthologies:edit", args=[edition.pk])
    assert client.post(url, details(edition, cover_upload=picture())).status_code == 302
    edition.refresh_from_db()
    assert edition.cover_image is not None
    book = bind(edition)
    assert book.cover is not None and book.cover.image is not None and book.cover.image.data[:2] == b"\xff\xd8"
    # What is no picture is refused in words, and the one that is there stays.
    for broken in (
        SimpleUploadedFile("a.jpg", b"\xff\xd8\xff not a picture", "image/jpeg"),
        SimpleUploadedFile("a.svg", b"<svg/>", "image/svg+xml"),
        picture("GIF"),
    ):
        answer = client.post(url, details(edition, cover_upload=broken))
        assert answer.status_code == 200 and "errorlist" in answer.content.decode()
    kept = edition.cover_image
    edition.refresh_from_db()
    assert edition.cover_image == kept
    assert client.post(url, details(edition, cover_remove="on")).status_code == 302
    edition.refresh_from_db()
    assert edition.cover_image is None and bind(edition).cover.image is None  # type: ignore[union-attr]


def test_what_the_check_finds_leads_to_the_place_to_mend(client: Client, edition: Edition) -> None:
    selection = edition.selections.select_related("page").get(item__order=1)
    ResourcePage.objects.filter(pk=selection.page_id).update(review_due_on="2001-01-01")
    shown = client.get(reverse("anthologies:preflight", args=[edition.pk])).content.decode()
    assert f"{reverse('anthologies:edit', args=[edition.pk])}#item-{selection.item_id}" in shown
    assert f'href="{selection.page.url}"' in shown


def test_a_second_editor_hears_that_the_order_was_changed(client: Client, edition: Edition, client_of: Any) -> None:
    ids = list(edition.items.values_list("pk", flat=True))
    seen = Edition.objects.get(pk=edition.pk).version
    order = {"ids": ",".join(map(str, ids[::-1])), "seen": seen}
    url = reverse("anthologies:act", args=[edition.pk, "order"])
    assert client.post(url, order).status_code == 302
    assert client_of(Role.EDITOR).post(url, {**order, "ids": ",".join(map(str, ids))}).status_code == 409
    assert list(edition.items.values_list("pk", flat=True)) == ids[::-1]


def test_a_foreword_that_a_colleague_changed_is_not_written_over(
    client: Client, edition: Edition, editor: Any, client_of: Any
) -> None:
    foreword = services.add_text(edition, ItemKind.FOREWORD, title="编者按", text="初稿。", by=editor)
    shown = client.get(reverse("anthologies:edit", args=[edition.pk])).content.decode()
    seen = re.search(rf'value="([0-9a-f]{{16}})"[^>]*id="item-{foreword.pk}-seen"', shown)
    assert seen
    url = reverse("anthologies:item_act", args=[edition.pk, foreword.pk, "change"])
    data = {"title": "编者按", "text": "甲的三千字。", "seen": seen.group(1)}
    assert client.post(url, data).status_code == 302
    assert client_of(Role.EDITOR).post(url, {**data, "text": "乙。"}).status_code == 409
    refused = client.post(url, {**data, "title": "长" * 301}, follow=True).content.decode()
    assert "未保存" in refused
    assert edition.items.get(pk=foreword.pk).text == "甲的三千字。"
    remove = reverse("anthologies:item_act", args=[edition.pk, foreword.pk, "remove"])
    for editing in (client, client_of(Role.EDITOR)):
        assert editing.post(remove).status_code == 302, "taken out twice it is out"
    told = client.post(url, {**data, "text": "甲的五千字。"})
    assert told.status_code == 409 and "移出编目" in told.content.decode()


def test_readers_see_frozen_editions_of_their_level_and_nothing_once_a_case_is_withdrawn(
    edition: Edition, editor: Any, client_of: Any
) -> None:
    url = reverse("anthologies:edition", args=[edition.pk])
    anonymous, trainee = Client(), client_of(Role.TRAINEE)
    assert trainee.get(url).status_code == 404
    services.freeze(edition, by=editor)
    assert trainee.get(url).status_code == 200
    assert anonymous.get(url).status_code == 404
    ResourcePage.objects.filter(pk=edition.selections.first().page_id).update(withdrawn_at="2026-01-01T00:00:00Z")
    assert trainee.get(url).status_code == 404
    assert edition.anthology.title not in trainee.get(reverse("anthologies:index")).content.decode()


@pytest.mark.parametrize("ids", ["", "1,1,1", "x" * 1000, "99999999999999999999", "\x00"])
def test_a_forged_order_is_a_conflict_and_changes_nothing(client: Client, edition: Edition, ids: str) -> None:
    before = list(edition.items.values_list("pk", flat=True))
    response = client.post(reverse("anthologies:act", args=[edition.pk, "order"]), {"ids": ids})
    assert response.status_code in (400, 409)
    assert list(edition.items.values_list("pk", flat=True)) == before


def test_hostile_input_is_answered_and_never_breaks(client: Client, edition: Edition) -> None:
    for act, data in (
        ("fill", {"codes": "\u202e ' \" <b>"}),
        ("fill", {"page": ["1e9", "-1", "9" * 40]}),
        ("fill", {"competition": "|x"}),
        ("add", {"kind": "case"}),
        ("add", {"kind": "part", "title": "x" * 999}),
        ("arrange", {"axis": "no"}),
        ("copy", {"year": "9999999"}),
    ):
        assert client.post(reverse("anthologies:act", args=[edition.pk, act]), data).status_code in (302, 400), act
    assert client.post(reverse("anthologies:act", args=[edition.pk, "nothing"])).status_code == 404
    assert client.get(f"/anthologies/editions/{10**30}/").status_code == 404
    assert client.get(reverse("anthologies:edit", args=[edition.pk]), {"find": '" OR ('}).status_code == 200


def test_a_house_style_is_checked_field_by_field_kept_and_exported(client: Client) -> None:
    url = reverse("anthologies:style", args=["plain"])
    exported = client.get(reverse("anthologies:style_export", args=["plain"])).json()
    for broken in (
        "{",
        "[]",
        '{"key": 1}',
        '{"key": "a", "name": "b", "page": {"width_mm": 1}}',
        '{"key":"a","name":"b","folio":"x"}',
        "[" * 50_000,
    ):
        response = client.post(url, {"name": "简", "content": broken})
        assert response.status_code == 200 and "errorlist" in response.content.decode()
    exported["body"]["size_pt"] = 11.0
    assert client.post(url, {"name": "我室", "content": json.dumps(exported), "copy": "1"}).status_code == 302
    made = PrintStyle.objects.get(name="我室")
    assert made.data["body"]["size_pt"] == 11.0 and PrintStyle.objects.get(key="plain").data["body"]["size_pt"] == 12.0


def test_a_second_editor_of_a_house_style_is_told(client: Client) -> None:
    url = reverse("anthologies:style", args=["plain"])
    seen = client.get(url).context["form"]["seen"].value()
    content = json.dumps(PrintStyle.objects.get(key="plain").data)
    assert client.post(url, {"name": "甲的", "content": content, "seen": seen}).status_code == 302
    response = client.post(url, {"name": "乙的", "content": content, "seen": seen})
    assert response.status_code == 409 and "版式" in response.content.decode()
    assert PrintStyle.objects.get(key="plain").name == "甲的"
    copied = client.post(url, {"name": "乙的", "content": content, "seen": seen, "copy": "1"})
    assert copied.status_code == 302 and PrintStyle.objects.filter(name="乙的").exists()


def test_a_word_template_is_put_on_a_style_and_taken_off_again(client: Client) -> None:
    template = io.BytesIO()
    docx.Document().save(template)
    url = reverse("anthologies:style", args=["plain"])
    data = {"name": "简洁", "content": json.dumps(PrintStyle.objects.get(key="plain").data)}
    assert "template_remove" not in client.get(url).content.decode()
    uploaded = SimpleUploadedFile("unit.docx", template.getvalue())
    assert client.post(url, {**data, "template": uploaded}).status_code == 302
    assert PrintStyle.objects.get(key="plain").template
    assert client.post(url, data).status_code == 302
    assert PrintStyle.objects.get(key="plain").template
    assert client.post(url, {**data, "template_remove": "on"}).status_code == 302
    assert not PrintStyle.objects.get(key="plain").template


def test_the_title_of_a_collection_can_be_mended(client: Client, edition: Edition) -> None:
    url = reverse("anthologies:change", args=[edition.anthology_id])
    assert edition.anthology.title in client.get(url).content.decode()
    client.post(url, {"title": "云坪案例选编", "subtitle": "教学用书", "publisher": "云坪县委党校"})
    assert bind(Edition.objects.get(pk=edition.pk)).title == "云坪案例选编"


def test_no_zip_mixes_a_book_with_cases_it_does_not_hold(client: Client, edition: Edition, editor: Any) -> None:
    """The cases of the zip were those of the outline when it was asked for, beside a book compiled earlier."""
    row = services.compile_edition(edition, editor)
    jobs.run_pending()
    services.fill(edition, [page.pk for page in cases(1, title="后来添的案例")], by=editor)
    url = reverse("anthologies:file", args=[row.pk, "zip"])
    assert client.get(url).status_code == 409
    again = services.compile_edition(edition, editor)
    jobs.run_pending()
    assert client.get(reverse("anthologies:file", args=[again.pk, "zip"])).status_code == 200


@pytest.mark.parametrize("size", [1, 30])
def test_queries_do_not_grow_with_what_is_shown(
    client: Client, editor: Any, size: int, django_assert_max_num_queries: Any
) -> None:
    anthology = services.create_anthology("选本", by=editor)
    edition = services.create_edition(anthology, name="一", year=2025, by=editor)
    if size > 1:
        for number in range(size):
            services.create_edition(
                services.create_anthology(f"选本{number}", by=editor), name="一", year=2025, by=editor
            )
            services.add_text(edition, "appendix", title=f"附录{number}", by=editor)
    services.fill(edition, [page.pk for page in cases(1 if size == 1 else 8)], by=editor)
    with django_assert_max_num_queries(14):
        client.get(reverse("anthologies:index"))
    with django_assert_max_num_queries(26):
        client.get(reverse("anthologies:edit", args=[edition.pk]))
    with django_assert_max_num_queries(14):
        client.get(reverse("anthologies:edition", args=[edition.pk]))
