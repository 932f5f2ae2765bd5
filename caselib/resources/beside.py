"""What a page shows beside its running text: names, sources, captions. Reviewers read it too, and the checks run over it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from caselib.media import vtt

from .enums import Audience
from .models import ResourcePage
from .text import Passage, passages

KIND = "beside"
# Short fields of any type that a reader meets outside the running text; those a type lacks are passed over.
FIELDS = (
    *("source_title", "source_by", "permission", "seo_title", "search_description", "learners", "contact", "agency"),
    *("edition", "publisher", "isbn"),
)


def reviewed(page: ResourcePage) -> list[Passage]:
    """Return the passages of ``page`` (specific, live or draft) with what stands beside them, numbered on."""
    text = passages(page)
    learner = max(page.audience, Audience.LEARNER.value, key=list(Audience.values).index)
    for heading, words, path in _beside(page):
        for line in words.splitlines():
            if line.strip():
                text.append(Passage(len(text), line.strip(), KIND, heading, learner, path))
    return text


def _beside(page: ResourcePage) -> Iterator[tuple[str, str, str]]:
    """Yield (heading, text, content path)."""
    authors = [
        f"{author.name}（{author.unit_name}）" if author.unit_name else author.name for author in page.authors.all()
    ]
    yield _("Authors"), "\n".join(authors), "authors"
    for name in FIELDS:
        value = getattr(page, name, None)
        if isinstance(value, str):
            yield str(page._meta.get_field(name).verbose_name), value, name
    yield _("Free tags"), "、".join(row.tag.name for row in page.free_taggings.all()), "free_tags"
    yield _("Attachments"), "\n".join(str(row) for row in page.attachments.all()), "attachments"
    yield _("Media coverage and honours"), "\n".join(row.text for row in page.coverage.all()), "coverage"
    for relation, field in (("stops", "remark"), ("updates", "text")):
        rows = getattr(page, relation, None)
        if rows is not None:
            heading = str(rows.model._meta.verbose_name_plural)
            yield heading, "\n".join(getattr(row, field) for row in rows.all()), relation
    yield from _of_body(page)
    yield from _captions(page)


def _of_body(page: ResourcePage) -> Iterator[tuple[str, str, str]]:
    """Yield the credits of pictures, which the running text leaves out."""
    for block in getattr(page, "body", None) or []:
        for child in block.value.get("content") or []:
            image = child.value.get("image") if child.block_type == "image" else None
            if image is not None and image.credit:
                yield _("Credit of a picture"), image.credit, f"body.{block.id}.content.{child.id}"
    if page.cover is not None and page.cover.credit:
        yield _("Credit of a picture"), page.cover.credit, "cover"


def _captions(page: ResourcePage) -> Iterator[tuple[str, str, str]]:
    film: Any = getattr(page, "video_file", None)
    for track in film.captions.all() if film else ():
        try:
            lines = [cue.text for cue in vtt.parse(track.vtt)]
        except vtt.CaptionError:
            lines = [track.vtt]
        yield _("Captions: %s") % track.label, "\n".join(lines), "video_file"
