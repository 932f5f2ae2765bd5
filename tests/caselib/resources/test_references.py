"""A file or an item is named in a form by its number: only what is open to whoever sends the form becomes part of it."""

from __future__ import annotations

from typing import Any

import lxml.html
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.media.models import VideoFile
from caselib.resources.models import Attachment, ResourcePage
from tests import factories
from tests.caselib.media.test_uploads import document, image, signed_in
from tests.streams import posted

pytestmark = pytest.mark.django_db


def film(by: User | None) -> VideoFile:
    row = VideoFile(title="别人的影片", uploaded_by=by)
    row.file.save("a.mp4", ContentFile(b"\x00\x00\x00\x18ftypmp42"))
    return row


def untouched(client: Client, page: ResourcePage) -> dict[str, Any]:
    """Return what the edit form of ``page`` sends as it stands."""
    response = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    form = lxml.html.fromstring(response.content.decode()).get_element_by_id("page-edit-form")
    # ``form_values`` leaves out hidden fields without a value.
    hidden = {field.name: "" for field in form.inputs if field.get("type") == "hidden" and field.name}
    fields = hidden | dict(form.form_values())
    return {**fields, **posted(page.get_latest_revision_as_object())}


def sent(client: Client, page: ResourcePage, **fields: Any) -> Any:
    names = {name.replace("__", "-"): value for name, value in fields.items()}
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), untouched(client, page) | names)


def row(number: int) -> dict[str, Any]:
    return {
        "attachments__TOTAL_FORMS": "1", "attachments__0__document": number, "attachments__0__title": "件",
        "attachments__0__audience": "learner", "attachments__0__id": "", "attachments__0__ORDER": "1",
    }  # fmt: skip


PICTURE = {"type": "image", "value": {"image": None, "caption": "", "alt": ""}}


@pytest.mark.parametrize("kind", ["cover", "body", "attachment", "permission", "film"])
def test_a_draft_does_not_open_somebody_elses_file(kind: str) -> None:
    """An author named any number in a draft of their own, and could open the file because the draft showed it."""
    client, author = signed_in(Role.AUTHOR)
    other = factories.UserFactory(roles=[Role.AUTHOR])
    if kind == "body":
        mine: Any = image(author)
        section = factories.section("节", {**PICTURE, "value": {**PICTURE["value"], "image": mine.pk}})
        page = factories.draft(by=author, body=[section])
    else:
        page = factories.draft("video" if kind == "film" else "casestudy", by=author)
    file: Any = {"cover": image, "body": image, "film": film}.get(kind, document)(other)
    file.title = "别人的稿件名"
    file.save()
    key = "body__0__value__content__0__value__image"
    fields = {
        "cover": {"cover": file.pk}, "body": {key: file.pk}, "attachment": row(file.pk),
        "permission": {"permission_document": file.pk}, "film": {"video_file": file.pk},
    }[kind]  # fmt: skip
    response = sent(client, page, **fields)
    assert response.status_code == 200
    assert "not-open" in {error.code for error in response.context["form"].non_field_errors().as_data()}
    assert file.title not in response.content.decode()
    assert client.get(file.file.url).status_code == 404


def test_what_stands_in_the_text_already_and_ones_own_is_kept() -> None:
    """A colleague's picture in the draft stays when somebody else of the unit saves it."""
    client, author = signed_in(Role.AUTHOR)
    colleague = factories.UserFactory(roles=[Role.AUTHOR], unit=author.unit)
    theirs, mine, paper = image(colleague), image(author), document(colleague)
    section = factories.section("节", {**PICTURE, "value": {**PICTURE["value"], "image": theirs.pk}})
    page = factories.draft(by=author, body=[section])
    page.attachments = [Attachment(document=paper, title="件")]
    page.save_revision()
    response = sent(client, page, cover=mine.pk, title="改过的题目")
    assert response.status_code == 302, response.context["form"].errors
    saved = ResourcePage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert (saved.title, saved.cover) == ("改过的题目", mine)
    assert [attachment.document for attachment in saved.attachments.all()] == [paper]
    assert saved.body[0].value["content"][0].value["image"] == theirs


def test_the_title_of_a_foreign_draft_is_not_told_by_naming_it() -> None:
    client, author = signed_in(Role.AUTHOR)
    page = factories.draft(by=author)
    foreign, public = factories.draft(title="别人的草稿名"), factories.live(title="公开的案例名")
    fields = {"related__TOTAL_FORMS": "1", "related__0__id": "", "related__0__relation": "", "related__0__ORDER": "1"}
    refused = sent(client, page, **fields, related__0__target=foreign.pk, title="")
    assert "别人的草稿名" not in refused.content.decode()
    assert "公开的案例名" in sent(client, page, **fields, related__0__target=public.pk, title="").content.decode()


def test_the_still_of_a_film_is_ones_own_picture() -> None:
    client, author = signed_in(Role.AUTHOR)
    own, other = film(author), image(factories.UserFactory(), title="别人的图名")
    url = reverse("films:edit", args=[own.pk])
    response = client.post(url, {"title": "影片", "still": other.pk})
    assert response.status_code == 200
    assert "still" in response.context["form"].errors
    assert "别人的图名" not in response.content.decode()
    assert client.post(url, {"title": "影片", "still": image(author).pk}).status_code == 302
