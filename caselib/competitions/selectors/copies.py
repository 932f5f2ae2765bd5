"""The copies judges read: on the page, as Word, pictures and attachments; masked where the track is blind."""

from __future__ import annotations

import hashlib
import io
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _
from PIL import Image

from caselib.accounts.models import Unit, User
from caselib.resources.models import ResourcePage
from caselib.word import model as word
from caselib.word.guard import UnreadableError
from caselib.word.reader import read_docx
from caselib.word.writer import write_document

from .. import blind
from ..models import BlackOut, Entry, EntryAttachment
from ..redaction import Redactor

logger = logging.getLogger(__name__)

PICTURE_SIDE = 1600
LARGEST_ATTACHMENT = 50 * 1024 * 1024


def redactor(entry: Entry) -> Redactor:
    """Return what masks the names of an entry: nothing but the office's own passages in an open track."""
    return redactors([entry])[entry.pk]


def redactors(entries: Sequence[Entry]) -> dict[int, Redactor]:
    """Return the same for many entries (with ``track``), by id. Three queries."""
    blind_ones = [entry for entry in entries if entry.track.blind]
    accounts = {author["user"] for entry in blind_ones for author in entry.authors if author.get("user")}
    users = {user.pk: user for user in User.objects.filter(pk__in=accounts)}
    unit_ids = {user.unit_id for user in users.values()} | {entry.unit_id for entry in blind_ones}
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=[pk for pk in unit_ids if pk])}
    passages: dict[int, list[str]] = defaultdict(list)
    for entry_id, text in BlackOut.objects.filter(entry__in=entries).values_list("entry_id", "text"):
        passages[entry_id].append(text)
    return {
        entry.pk: Redactor.of([*passages[entry.pk], *(_names(entry, users, units) if entry.track.blind else ())])
        for entry in entries
    }


def _names(entry: Entry, users: Mapping[int, User], units: Mapping[int, Unit]) -> Iterator[str]:
    """Yield every name that could give the entry away: authors and accounts, their units, the entering unit."""
    belongs = {entry.unit_id}
    for author in entry.authors:
        yield from (author.get("name") or "", author.get("unit_name") or "")
        user = users.get(author.get("user") or 0)
        if user is not None:
            yield from (user.name, user.username, user.email, user.phone)
            belongs.add(user.unit_id or 0)
    for pk in belongs & set(units):
        yield from (units[pk].name, units[pk].short_name)


def copy_of(entry: Entry) -> blind.BlindCopy:
    """Return the copy of an entry (with ``track``, ``unit`` and ``bid`` at hand) as its judges read it."""
    mask = redactor(entry)
    if entry.bid is not None:
        return blind.BlindCopy(
            code=entry.code, title=mask(entry.title), track=entry.track.name, abstract="",
            blocks=blind.outline_blocks(entry.bid.outline, mask),
        )  # fmt: skip
    page = pinned(entry)
    return blind.BlindCopy(
        code=entry.code,
        title=mask(page.title),
        track=entry.track.name,
        abstract=mask(page.abstract),
        blocks=blind.copy_blocks(page, mask),
        notes=blind.copy_notes(page, mask),
        files=tuple(_file(entry, place, row) for place, row in enumerate(entry.attachments.select_related("document"))),
        film=getattr(page, "video_file_id", None) is not None,
    )


def pinned(entry: Entry) -> ResourcePage:
    """Return the resource as the pinned revision has it. Raises ValueError for a bid."""
    if entry.revision is None:
        raise ValueError("this entry has no revision")
    return entry.revision.as_object()


def _file(entry: Entry, place: int, row: EntryAttachment) -> blind.CopyFile:
    suffix = row.document.file.name.rpartition(".")[2].lower()
    name = _("Attachment %(n)d") % {"n": place + 1}
    if not entry.track.blind:
        return blind.CopyFile(place, row.title or name, True)
    return blind.CopyFile(place, name, suffix == "docx")


def copy_document(copy: blind.BlindCopy, images: dict[int, bytes] | None = None) -> bytes:
    """Return the copy as a Word file whose properties name nobody."""
    pictures = {place: _image(data) for place, data in (images or {}).items()}
    blocks: list[word.Block] = [word.Heading(1, (word.Run(copy.title),))]
    blocks.append(_line(f"{copy.track} · {copy.code}", "byline"))
    if copy.abstract:
        blocks.append(_line(copy.abstract, "quote"))
    for block in copy.blocks:
        blocks += _word_blocks(block, pictures)
    blocks += [_line(f"[{mark}] {text}") for mark, text in copy.notes]
    document = word.Document(tuple(blocks), images={image.key: image for image in pictures.values()})
    return write_document(document, title=copy.title, properties={"creator": "", "title": copy.code})


def _word_blocks(block: blind.CopyBlock, pictures: dict[int, word.ImageData]) -> list[word.Block]:
    if block.kind in ("heading", "label"):
        return [word.Heading(max(2, block.level), (word.Run(block.text),))]
    if block.kind == "lead":
        return [word.Paragraph((word.Run(block.text),), role="lead", lead=block.lead)]
    if block.kind == "quote":
        return [_line(block.text, "quote"), *([_line(block.lead)] if block.lead else [])]
    if block.kind == "picture":
        image = pictures.get(block.picture)
        return [word.Picture(image.key, caption=block.text)] if image else [_line(block.text, "caption")]
    if block.kind == "table":
        rows = tuple(
            tuple(word.Cell((_line(cell.text),), cell.colspan, cell.rowspan) for cell in row) for row in block.rows
        )
        columns = max((sum(cell.colspan for cell in row) for row in block.rows), default=1)
        head = sum(1 for row in block.rows if row and all(cell.head for cell in row))
        return [word.Table(rows, columns, head, block.text)]
    return [_line(block.text)]


def _line(text: str, role: word.ParagraphRole = "body") -> word.Paragraph:
    return word.Paragraph((word.Run(text),), role=role)


def _image(data: bytes) -> word.ImageData:
    key = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    with Image.open(io.BytesIO(data)) as picture:
        return word.ImageData(key, data, "image/png", width_px=picture.width, height_px=picture.height)


def picture(entry: Entry, place: int) -> bytes | None:
    """Return a picture of the copy as a fresh PNG: no metadata, no file name, at most 1600 pixels a side."""
    if entry.revision is None:
        return None
    images = blind.pictures_of(pinned(entry))
    if not 0 <= place < len(images):
        return None
    try:
        with images[place].file.open("rb") as file, Image.open(file) as source:
            clean = Image.new("RGB", source.size, "white")
            rgba = source.convert("RGBA")
            clean.paste(rgba, mask=rgba.getchannel("A"))
            clean.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
            out = io.BytesIO()
            clean.save(out, "PNG")
            return out.getvalue()
    except (OSError, ValueError, Image.DecompressionBombError):
        logger.warning("picture %d of entry %d cannot be read", place, entry.pk)
        return None


def attachment(entry: Entry, place: int) -> tuple[str, bytes] | None:
    """Return a redacted Word copy of an attachment in a blind track as (name, bytes); None if there can be none."""
    rows = list(entry.attachments.select_related("document"))
    if not 0 <= place < len(rows) or not rows[place].document.file.name.lower().endswith(".docx"):
        return None
    try:
        with rows[place].document.file.open("rb") as file:
            source = read_docx(file.read(LARGEST_ATTACHMENT))
    except (OSError, UnreadableError):
        return None
    return f"{entry.code}-{place + 1}.docx", write_document(masked(source, redactor(entry)), properties={"creator": ""})


def masked(document: word.Document, mask: Redactor) -> word.Document:
    """Return ``document`` with names masked; links, notes' addresses, comments, properties and pictures are dropped."""
    notes = {
        key: word.Note(note.key, (word.Run(mask(word.plain_text(note.runs))),)) for key, note in document.notes.items()
    }
    return word.Document(tuple(b for block in document.blocks for b in _masked_block(block, mask)), notes=notes)


def _masked_block(block: word.Block, mask: Redactor) -> list[word.Block]:
    if isinstance(block, word.Heading):
        return [word.Heading(block.level, _masked_runs(block.runs, mask), block.number)]
    if isinstance(block, word.Paragraph):
        if block.role == "byline":
            return []
        return [word.Paragraph(_masked_runs(block.runs, mask), block.role, mask(block.number), mask(block.lead))]
    if isinstance(block, word.Table):
        rows = tuple(
            tuple(
                word.Cell(
                    tuple(
                        word.Paragraph(_masked_runs(p.runs, mask), p.role, p.number, mask(p.lead)) for p in cell.blocks
                    ),
                    cell.colspan,
                    cell.rowspan,
                )
                for cell in row
            )
            for row in block.rows
        )
        return [word.Table(rows, block.columns, block.header_rows, mask(block.caption))]
    return [_line(f"〔{_('picture left out')}〕")]


def _masked_runs(runs: tuple[word.Run, ...], mask: Redactor) -> tuple[word.Run, ...]:
    """Mask the joined text, because a name may be cut across runs; note calls stay behind it."""
    text = mask(word.plain_text(runs))
    calls = tuple(word.Run("", note=run.note) for run in runs if run.note)
    return (word.Run(text), *calls)
