"""What authors may bring in, choose and change: their own, looked at, and nothing of others."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.permissions import policy_registry

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core.models import AuditRecord
from caselib.media.models import CaseDocument, CaseImage, VideoFile
from caselib.media.rules import document_refusal
from tests import factories

pytestmark = pytest.mark.django_db

PNG = io.BytesIO()
Image.new("RGB", (8, 8), "white").save(PNG, "PNG")
NOISE = io.BytesIO()
Image.effect_noise((64, 64), 50).save(NOISE, "PNG")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def image(by: User | None, title: str = "图") -> CaseImage:
    file = ImageFile(io.BytesIO(PNG.getvalue()), name="p.png")
    row: CaseImage = CaseImage.objects.create(title=title, uploaded_by_user=by, file=file)
    return row


def html(response: object) -> str:
    """Return what a chooser's window shows."""
    if response.status_code == 302:  # type: ignore[attr-defined]
        return ""
    return str(response.json()["html"])  # type: ignore[attr-defined]


def document(by: User | None, title: str = "附件") -> CaseDocument:
    row = CaseDocument(title=title, uploaded_by_user=by)
    row.file.save("a.txt", ContentFile("附件".encode()))
    return row


def signed_in(*roles: Role) -> tuple[Client, User]:
    user = factories.UserFactory(roles=roles)
    client = Client()
    client.force_login(user)
    return client, user


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.TEACHER, Role.EDITOR])
def test_a_picture_is_uploaded_and_chosen_in_the_editor(role: Role) -> None:
    client, user = signed_in(role)
    data = {"image-chooser-upload-title": "现场", "image-chooser-upload-collection": 1}
    data["image-chooser-upload-file"] = SimpleUploadedFile("p.png", PNG.getvalue(), "image/png")  # type: ignore[assignment]
    assert client.get(reverse("wagtailimages_chooser:choose")).status_code == 200
    response = client.post(reverse("wagtailimages_chooser:create"), data)
    assert response.status_code == 200, response.content.decode()
    assert response.json()["step"] == "chosen"
    assert CaseImage.objects.get(title="现场").uploaded_by_user == user


@pytest.mark.parametrize("kind", ["image", "document"])
def test_an_author_chooses_among_their_own_and_the_editor_among_all(kind: str) -> None:
    make = image if kind == "image" else document
    client, user = signed_in(Role.AUTHOR)
    own, foreign = make(user, "我的"), make(factories.UserFactory(roles=[Role.AUTHOR]), "别人的")
    url = reverse(f"wagtail{kind}s_chooser:choose" if kind == "image" else "wagtaildocs_chooser:choose")
    chosen = f"wagtail{kind}s_chooser:chosen" if kind == "image" else "wagtaildocs_chooser:chosen"
    page = html(client.get(url))
    assert "我的" in page
    assert "别人的" not in page
    assert client.get(reverse(chosen, args=[own.pk])).status_code == 200
    editor, _user = signed_in(Role.EDITOR)
    assert "别人的" in html(editor.get(url))
    policy = policy_registry.get_by_type(type(foreign))
    assert not policy.user_has_permission_for_instance(user, "change", foreign)
    assert policy.user_has_permission_for_instance(user, "change", own)


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.JUDGE, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_others_choose_nothing(client_of: Callable[..., Client], role: Role) -> None:
    image(None, "某图")
    assert "某图" not in html(client_of(role).get(reverse("wagtailimages_chooser:choose")))


def test_a_film_of_somebody_else_is_neither_listed_nor_changed() -> None:
    film = VideoFile.objects.create(title="别人的片", uploaded_by=factories.UserFactory(roles=[Role.AUTHOR]))
    client, user = signed_in(Role.AUTHOR)
    VideoFile.objects.create(title="我的片", uploaded_by=user)
    page = client.get(reverse("films:index")).content.decode()
    assert "我的片" in page
    assert "别人的片" not in page
    for name in ("edit", "delete", "history", "usage"):
        assert client.get(reverse(f"films:{name}", args=[film.pk])).status_code in (302, 403, 404), name
    assert "别人的片" not in html(client.get(reverse("film_chooser:choose")))


def test_a_film_belongs_to_whoever_added_it(film_bytes: bytes) -> None:
    """Else its author could neither find nor choose nor change it."""
    client, user = signed_in(Role.AUTHOR)
    captions = SimpleUploadedFile("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n字幕\n".encode())
    data = {"title": "我的片", "file": SimpleUploadedFile("a.mp4", film_bytes), "captions": captions}
    response = client.post(reverse("films:add"), data)
    assert response.status_code == 302, response.context["form"].errors
    assert VideoFile.objects.get(title="我的片").uploaded_by == user
    assert "我的片" in client.get(reverse("films:index")).content.decode()
    assert "我的片" in html(client.get(reverse("film_chooser:choose")))
    assert AuditRecord.objects.filter(verb="media.captions_set", actor_id=user.pk).exists()


def test_wrong_captions_are_taken_off_by_the_form(film_bytes: bytes) -> None:
    client, user = signed_in(Role.AUTHOR)
    assert "no_captions" not in client.get(reverse("films:add")).content.decode()
    captions = SimpleUploadedFile("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n别的片的字幕\n".encode())
    data = {"title": "我的片", "file": SimpleUploadedFile("a.mp4", film_bytes), "captions": captions}
    client.post(reverse("films:add"), data)
    film = VideoFile.objects.get(title="我的片")
    edit = reverse("films:edit", args=[film.pk])
    assert "去掉现有字幕" in client.get(edit).content.decode()
    client.post(edit, {"title": "我的片", "still": film.still_id or ""})
    assert film.captions.count() == 1, "only who ticks it loses them"
    client.post(edit, {"title": "我的片", "still": film.still_id or "", "no_captions": "on"})
    assert film.captions.count() == 0
    assert AuditRecord.objects.filter(verb="media.captions_removed", actor_id=user.pk).exists()
    assert "no_captions" not in client.get(edit).content.decode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("图.png", SVG),
        ("图.jpg", HTML),
        ("图.png", b""),
        ("图.svg", SVG),
        ("图.gif", PNG.getvalue()),
        ("图.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50),
        ("图.png", NOISE.getvalue()[: len(NOISE.getvalue()) // 2]),
    ],
)
def test_what_is_no_picture_is_refused(name: str, data: bytes) -> None:
    client, _user = signed_in(Role.AUTHOR)
    form = {"title": "x", "collection": 1, "file": SimpleUploadedFile(name, data)}
    assert client.post(reverse("wagtailimages:add"), form).status_code == 200
    assert not CaseImage.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", HTML), ("a.docx", HTML), ("a.doc", HTML), ("a.txt", b"MZ\x00\x01"), ("a.html", HTML), ("a.pdf", b"")],
)
def test_a_document_that_is_something_else_is_refused(name: str, data: bytes) -> None:
    client, _user = signed_in(Role.AUTHOR)
    form = {"title": "x", "collection": 1, "file": SimpleUploadedFile(name, data)}
    assert client.post(reverse("wagtaildocs:add"), form).status_code == 200
    assert not CaseDocument.objects.exists()


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.PDF", b"\xef\xbb\xbf\n%PDF-1.4"),
        ("a.docx", b"PK\x03\x04"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1"),
        ("a.wps", b"\xd0\xcf\x11\xe0"),
        ("a.doc", b"{\\rtf1"),
        ("a.txt", "文字".encode("gb18030")),
        ("a.txt", "文字".encode("utf-16")),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n"),
    ],
)
def test_a_document_that_is_what_it_says_is_taken(name: str, head: bytes) -> None:
    assert document_refusal(name, head) is None
