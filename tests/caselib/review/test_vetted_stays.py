"""What was read stays as it was read: the row, its children and its files, while it is live and while it is being read."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from wagtail.models import Page, Revision

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import guards
from caselib.core.errors import ConflictError, RefusedError
from caselib.media.models import CaptionTrack, CaseDocument, CaseImage, VideoFile
from caselib.media.services import set_captions
from caselib.resources.content import digest
from caselib.resources.enums import Kind
from caselib.resources.models import Attachment, CaseStudy, ResourceAuthor, ResourcePage, TextOpening
from caselib.review.vetting import faults_of
from caselib.vocabularies.models import Topic
from tests import factories
from tests.caselib.review.desk import Desk, topic, verdict
from tests.conftest import require_service

pytestmark = pytest.mark.django_db
SRT = "1\n00:00:01,000 --> 00:00:02,500\n第一句\n"


def picture(color: str = "red") -> ContentFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), color).save(out, "PNG")
    return ContentFile(out.getvalue(), name=f"{color}.png")


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def image(**kwargs: Any) -> CaseImage:
    return CaseImage.objects.create(title="照片", file=picture(), **kwargs)


def document() -> CaseDocument:
    return CaseDocument.objects.create(title="附件", file=ContentFile(b"%PDF-1.4 one", name="a.pdf"))


def with_files() -> dict[str, Any]:
    shown = image()
    body = [
        factories.section(
            "做法",
            factories.paragraph("村里把账本挂在墙上。"),
            {"type": "image", "value": {"image": shown.pk, "caption": "现场", "alt": "", "credit": ""}},
        )
    ]
    return {"body": body, "cover": image()}


def illustrated() -> tuple[Desk, CaseImage, CaseDocument]:
    """Return a submitted case with an image in its text and an attachment."""
    author = factories.UserFactory(roles=[Role.AUTHOR])
    page = factories.draft(Kind.CASE, by=author, tags={"topics": [topic()]}, **with_files())
    attached = document()
    page.attachments = [Attachment(document=attached, title="材料")]
    page.save_revision(user=author)
    desk = Desk(page, author)
    from caselib.review.services.submission import submit_for_review

    submit_for_review(page, by=author)
    shown = CaseImage.objects.get(pk=next(iter(page.body[0].value["content"][1].value.bound_blocks.values())).value.pk)
    return desk, shown, attached


# Everything that code could do to the rows of a live page without a review.
CHANGES: dict[str, Callable[[ResourcePage], Any]] = {
    "title": lambda page: Page.objects.filter(pk=page.pk).update(title="偷换"),
    "slug": lambda page: Page.objects.filter(pk=page.pk).update(slug="tou-huan"),
    "abstract": lambda page: ResourcePage.objects.filter(pk=page.pk).update(abstract="偷换"),
    "circulation": lambda page: ResourcePage.objects.filter(pk=page.pk).update(circulation="restricted"),
    "audience": lambda page: ResourcePage.objects.filter(pk=page.pk).update(audience="teacher"),
    "body": lambda page: CaseStudy.objects.filter(pk=page.pk).update(body="[]"),
    "body in bulk": lambda page: CaseStudy.objects.bulk_update([_with(page, place="别处")], ["place"]),
    "the object's save": lambda page: _with(page, abstract="偷换").save(),
    "an author added": lambda page: ResourceAuthor.objects.create(page=page, name="冒名"),
    "an author renamed": lambda page: ResourceAuthor.objects.filter(page=page).update(name="冒名"),
    "authors removed": lambda page: ResourceAuthor.objects.filter(page=page).delete(),
    "an attachment": lambda page: Attachment.objects.create(page=page, document=document()),
    "a topic": lambda page: page.topic_taggings.model.objects.create(
        content_object_id=page.pk, tag=Topic.objects.exclude(taggings__content_object=page).first()
    ),
    "topics removed": lambda page: page.topic_taggings.model.objects.filter(content_object_id=page.pk).delete(),
    "the page deleted": lambda page: page.delete(),
}


def _with(page: ResourcePage, **values: Any) -> ResourcePage:
    for name, value in values.items():
        setattr(page, name, value)
    return page


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_a_live_text_beside_its_review(change: str) -> None:
    page = Desk.open().publish()
    assert faults_of(page) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        CHANGES[change](page)
    fresh = ResourcePage.objects.get(pk=page.pk).specific
    assert faults_of(fresh) == []
    assert not TextOpening.objects.exists()


@pytest.mark.parametrize("change", sorted(set(CHANGES) - {"the page deleted", "an author added", "a topic"}))
def test_a_change_that_went_past_the_database_is_found_and_named(change: str) -> None:
    page = Desk.open().publish()
    TextOpening.objects.create(page_id=page.pk)  # as somebody with the database in hand would
    CHANGES[change](page)
    found = faults_of(ResourcePage.objects.get(pk=page.pk).specific)
    assert {fault.code for fault in found} == {"row"}, found
    with pytest.raises(CommandError):
        call_command("vetting_verify")


def test_the_command_finds_a_lost_guard() -> None:
    call_command("vetting_verify")
    with connection.cursor() as cursor:
        where = " ON resources_casestudy" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER resources_text_casestudy{where}")
    with pytest.raises(CommandError):
        call_command("vetting_verify")
    assert guards.install() == ["resources_text_casestudy"]
    call_command("vetting_verify")


def test_a_migration_that_rebuilds_a_table_does_not_lose_its_guards() -> None:
    """SQLite drops triggers with the old table; PostgreSQL keeps them. Either way none is missing after a migrate."""
    assert guards.missing() == []
    assert {guard.table for guard in guards.registered()} >= {"wagtailcore_page", "core_auditrecord", "review_decision"}


FILE_CHANGES: dict[str, Callable[[CaseImage, CaseDocument], Any]] = {
    "image bytes": lambda shown, attached: _replace(shown, picture("blue")),
    "image words": lambda shown, attached: CaseImage.objects.filter(pk=shown.pk).update(credit="别人"),
    "image gone": lambda shown, attached: CaseImage.objects.filter(pk=shown.pk).delete(),
    "document bytes": lambda shown, attached: _replace(attached, ContentFile(b"%PDF-1.4 two", name="b.pdf")),
    "document words": lambda shown, attached: CaseDocument.objects.filter(pk=attached.pk).update(title="偷换"),
}


def _replace(owner: CaseImage | CaseDocument, file: ContentFile) -> None:
    owner.file = file
    owner.save()


@pytest.mark.parametrize("when", ["being read", "live"])
@pytest.mark.parametrize("change", FILE_CHANGES)
def test_a_file_of_a_text_that_is_read_or_live_is_never_replaced(change: str, when: str) -> None:
    desk, shown, attached = illustrated()
    desk.decide()
    if when == "live":
        desk.publish()
    with pytest.raises((IntegrityError, RefusedError)), transaction.atomic():
        FILE_CHANGES[change](shown, attached)
    assert desk.publish().live
    assert faults_of(desk.now(), bytes_too=True) == []


def test_other_bytes_under_the_same_name_on_the_disk_are_found() -> None:
    desk, shown, _attached = illustrated()
    page = desk.publish()
    with open(shown.file.path, "wb") as file:
        file.write(picture("blue").read())
    assert [fault.code for fault in faults_of(page, bytes_too=True)] == ["bytes"]


def test_the_fingerprint_covers_the_bytes_and_words_of_files() -> None:
    page = factories.draft(Kind.CASE, tags={"topics": [topic()]}, **with_files())
    revision = page.get_latest_revision()
    before = digest(revision)
    shown = page.cover
    for change in (
        lambda: CaseImage.objects.filter(pk=shown.pk).update(credit="新华社"),
        lambda: CaseImage.objects.filter(pk=shown.pk).update(file_hash="f" * 40),
        lambda: CaseImage.objects.filter(pk=shown.pk).update(title="改名"),
    ):
        change()
        after = digest(revision)
        assert after != before
        before = after


def test_a_decision_on_a_text_whose_image_changed_before_the_guard_is_refused() -> None:
    desk, shown, _attached = illustrated()
    with connection.cursor() as cursor:
        where = " ON media_caseimage" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER resources_file_image{where}")
    CaseImage.objects.filter(pk=shown.pk).update(credit="偷换")
    with pytest.raises(ConflictError):
        desk.decide()


def test_the_image_form_says_why_and_keeps_what_was_typed() -> None:
    desk, shown, _attached = illustrated()
    desk.publish()
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    url = reverse("wagtailimages:edit", args=[shown.pk])
    data = {"title": "换上的新题名", "credit": "", "description": "", "tags": "", "collection": shown.collection_id}
    response = client.post(url, data)
    assert response.status_code == 200
    html = response.content.decode()
    assert "换上的新题名" in html
    assert str(next(iter(response.context["form"].errors.values()))[0]) in html
    assert CaseImage.objects.get(pk=shown.pk).title == "照片"
    # What is not shown to readers may change: where the image is filed.
    assert client.post(url, data | {"title": "照片", "tags": "现场"}).status_code == 302
    assert client.post(reverse("wagtailimages:delete", args=[shown.pk])).status_code == 403
    assert CaseImage.objects.filter(pk=shown.pk).exists()


def film_desk() -> tuple[Desk, VideoFile]:
    film = VideoFile.objects.create(
        title="短片", file=ContentFile(b"\0\0\0\x18ftypmp42", name="f.mp4"), sha256="a" * 64
    )
    set_captions(film, SRT, by=None)
    desk = Desk.open(kind=Kind.VIDEO, video_file=film)
    return desk, film


@pytest.mark.parametrize("live", [False, True])
def test_captions_of_a_vetted_film_change_only_as_a_new_film(live: bool) -> None:
    desk, film = film_desk()
    if live:
        desk.publish()
    track = film.captions.get()
    with pytest.raises(RefusedError):
        set_captions(film, SRT.replace("第一句", "偷换"), by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaptionTrack.objects.filter(pk=track.pk).update(vtt="WEBVTT")
    with pytest.raises(IntegrityError), transaction.atomic():
        CaptionTrack.objects.create(video=film, language="en", vtt="WEBVTT")
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    response = client.post(
        reverse("films:edit", args=[film.pk]),
        {"title": "短片", "captions": ContentFile(SRT.replace("第一句", "改过的一句").encode(), name="c.srt")},
    )
    assert response.status_code == 302
    assert "第一句" in film.captions.get().vtt
    version = VideoFile.objects.exclude(pk=film.pk).get()
    assert "改过的一句" in version.captions.get().vtt
    assert version.file.name != film.file.name and version.file.read() == film.file.read()
    assert version.sha256 == film.sha256
    if live:
        assert faults_of(desk.now()) == []


def test_a_broken_film_for_a_vetted_one_is_refused_and_leaves_nothing_behind() -> None:
    require_service(shutil.which("ffprobe") is not None, "ffprobe is not installed")
    _desk, film = film_desk()
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    stored = set(Path(film.file.storage.path("films")).iterdir())
    broken = ContentFile(b"\0\0\0\x18ftypmp42" + bytes(60), name="new.mp4")
    response = client.post(reverse("films:edit", args=[film.pk]), {"title": "换过的片名", "file": broken})
    assert response.status_code == 200
    assert response.context["form"].errors["file"]
    assert "换过的片名" in response.content.decode()
    assert list(VideoFile.objects.values_list("pk", "title")) == [(film.pk, "短片")]
    assert set(Path(film.file.storage.path("films")).iterdir()) == stored


def test_another_file_for_a_vetted_film_is_a_new_film_and_stored_once(film_bytes: bytes) -> None:
    _desk, film = film_desk()
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    stored = set(Path(film.file.storage.path("films")).iterdir())
    other = ContentFile(film_bytes, name="new.mp4")
    response = client.post(reverse("films:edit", args=[film.pk]), {"title": "短片", "file": other})
    assert response.status_code == 302
    version = VideoFile.objects.exclude(pk=film.pk).get()
    assert hashlib.sha256(version.file.read()).hexdigest() == version.sha256 and len(film_bytes) == version.file.size
    assert "第一句" in version.captions.get().vtt
    film.refresh_from_db()
    assert film.sha256 == "a" * 64
    assert set(Path(film.file.storage.path("films")).iterdir()) - stored == {Path(version.file.path)}


def test_reviewers_can_open_the_images_of_what_they_read() -> None:
    desk, _shown, attached = illustrated()
    client = Client()
    reader = desk.reader()
    assert reader.unit_id != desk.page.unit_id
    client.force_login(reader)
    assert client.get(attached.url).status_code == 200
    other = Client()
    other.force_login(User.objects.get(pk=factories.UserFactory(roles=[Role.AUTHOR]).pk))
    assert other.get(attached.url).status_code == 404


def test_a_void_pass_is_never_brought_back_to_life() -> None:
    desk = Desk.open()
    decision = desk.decide()
    desk.decide("return")
    decision.refresh_from_db()
    assert decision.voided_at
    with pytest.raises(IntegrityError), transaction.atomic():
        type(decision).objects.filter(pk=decision.pk).update(voided_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(decision.seat).objects.filter(pk=decision.seat_id).update(reviewer=desk.author)


def test_a_revision_under_review_is_not_handed_to_another_page() -> None:
    desk, other = Desk.open(), Desk.open()
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(pk=desk.state.revision_id).update(object_id=str(other.page.pk))
    assert verdict(desk.state)
