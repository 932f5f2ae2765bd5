"""A resource as a Word file and back: which resource and revision a file came from, whose comments it brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wagtail.models import Comment as PageComment

from caselib.accounts.models import User
from caselib.resources.models import ResourcePage
from caselib.resources.text import passages
from caselib.word.model import Block, Comment, Heading, Paragraph

from .marks import RESOURCE, REVISION
from .texts import unspaced


def page_of(properties: Mapping[str, str]) -> ResourcePage | None:
    """Return the resource that a file says it was exported from, None for none. Asks no permission."""
    number = str(properties.get(RESOURCE, ""))
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    return ResourcePage.objects.filter(pk=int(number)).first()


def add_comments(page: ResourcePage, comments: Iterable[Comment], blocks: Sequence[Block], *, by: User) -> int:
    """Put comments that came back in a file on the passages they stand at; those already there are left alone.

    The page must be saved as a revision by the caller. Returns how many were added.
    """
    present = {unspaced(comment.text) for comment in page.wagtail_admin_comments.all()}
    places = [(item.path, unspaced(item.text)) for item in passages(page)]
    added: list[PageComment] = []
    for comment in comments:
        text = f"{comment.author}：{comment.text}" if comment.author and comment.author != str(by) else comment.text
        if unspaced(text) in present or unspaced(comment.text) in present:
            continue
        present.add(unspaced(text))
        added.append(
            PageComment(page=page, user=by, text=text, contentpath=_path(comment, blocks, places), position="")
        )
    if added:
        page.wagtail_admin_comments.add(*added)
    return len(added)


def _path(comment: Comment, blocks: Sequence[Block], places: Sequence[tuple[str, str]]) -> str:
    """The content path of the passage that a comment stands at, the title when the passage is gone."""
    index = comment.paragraph
    target = blocks[index] if 0 <= index < len(blocks) else None
    text = unspaced(target.text) if isinstance(target, Heading | Paragraph) else ""
    for path, passage in places:
        if path and text and (text == passage or passage.endswith(text) or text.endswith(passage)):
            return path
    return "title"


def outgoing_comments(page: ResourcePage, blocks: Sequence[Block]) -> tuple[Comment, ...]:
    """Return the open comments of the latest draft as comments of an exported document, anchored by passage."""
    texts = {item.path: unspaced(item.text) for item in passages(page) if item.path}
    found: list[Comment] = []
    for comment in page.wagtail_admin_comments.all():
        if getattr(comment, "resolved_at", None):
            continue
        index, length = _anchor(texts.get(comment.contentpath) or _nearest(comment.contentpath, texts), blocks)
        found.append(
            Comment(
                str(comment.user), comment.text, index, 0, length, comment.created_at.isoformat(), str(comment.pk or "")
            )
        )
    return tuple(found)


def _nearest(path: str, texts: Mapping[str, str]) -> str:
    """The text of the first passage in the same top block, for a comment on something that is no passage."""
    top = ".".join(path.split(".")[:2])
    return next((text for known, text in texts.items() if top and known.startswith(f"{top}.")), "")


def _anchor(text: str, blocks: Sequence[Block]) -> tuple[int, int]:
    for index, block in enumerate(blocks):
        if (
            isinstance(block, Heading | Paragraph)
            and text
            and (unspaced(block.text) == text or text.endswith(unspaced(block.text)))
        ):
            return index, len(block.text)
    return 0, 0


def export_properties(page: ResourcePage) -> dict[str, Any]:
    """Return the properties that let an exported file find its way home."""
    return {RESOURCE: str(page.pk), REVISION: str(page.latest_revision_id or "")}
