"""The copies judges read: on the page, as Word, pictures and attachments; masked where the track is blind."""

from __future__ import annotations

import hashlib
import io
import logging
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _
from PIL import Image

from caselib.accounts.models import Unit, User
from caselib.resources.models import ResourcePage
from caselib.word import model as word
from caselib.word.writer import write_document

from .. import blind, safe_files
from ..models import BlackOut, Entry, EntryAttachment
from ..names import addressed, given_of, of_person, of_unit, stem_of
from ..redaction import Redactor

logger = logging.getLogger(__name__)


def redactor(entry: Entry) -> Redactor:
    """Return what masks the names of an entry: nothing but the office's own passages in an open track."""
    return redactors([entry])[entry.pk]


def redactors(entries: Sequence[Entry]) -> dict[int, Redactor]:
    """Return the same for many entries (with ``track`` and ``competition``), by id. Five queries at most."""
    blind_ones = [entry for entry in entries if entry.track.blind]
    accounts = {author["user"] for entry in blind_ones for author in entry.authors if author.get("user")}
    users = {user.pk: user for user in User.objects.filter(pk__in=accounts)}
    unit_ids = {user.unit_id for user in users.values()} | {entry.unit_id for entry in blind_ones}
    organisers = {entry.competition.organiser_id for entry in blind_ones} - {None}
    rows = Unit.objects.filter(pk__in=[pk for pk in unit_ids | organisers if pk])
    units = {unit.pk: unit for unit in rows}
    above = _above(units)
    passages: dict[int, list[str]] = defaultdict(list)
    for entry_id, text in BlackOut.objects.filter(entry__in=entries).values_list("entry_id", "text"):
        passages[entry_id].append(text)
    return {
        entry.pk: Redactor.of(
            [*passages[entry.pk], *(_names(entry, users, units, above) if entry.track.blind else ())],
            reach=entry.track.blind,
        )
        for entry in entries
    }


def _above(units: Mapping[int, Unit]) -> dict[str, Unit]:
    """Return every unit above one of ``units`` by its path. One query."""
    step = Unit.steplen
    paths = {unit.path[:end] for unit in units.values() for end in range(step, len(unit.path), step)}
    return {unit.path: unit for unit in Unit.objects.filter(path__in=paths)} if paths else {}


def _names(
    entry: Entry, users: Mapping[int, User], units: Mapping[int, Unit], above: Mapping[str, Unit]
) -> Iterator[str]:
    """Yield every form of every name that could give the entry away: authors, accounts, units and those above them.

    Units above are named up to the organiser, which all entries have in common and which is named in every text.
    """
    belongs = {entry.unit_id}
    for author in entry.authors:
        yield from of_person(author.get("name") or "")
        yield from of_unit(author.get("unit_name") or "")
        user = users.get(author.get("user") or 0)
        if user is not None:
            yield from of_person(user.name)
            yield from (user.username, user.email, user.phone)
            belongs.add(user.unit_id or 0)
    for pk in belongs & set(units):
        for unit in (units[pk], *_chain(units[pk], above, entry.competition.organiser_id)):
            yield from of_unit(unit.name)
            yield from of_unit(unit.short_name)


def _chain(unit: Unit, above: Mapping[str, Unit], organiser: int | None) -> Collection[Unit]:
    """Return the units above ``unit`` below the organiser; without one in that branch all but the topmost."""
    step = Unit.steplen
    line = [above[unit.path[:end]] for end in range(step, len(unit.path), step) if unit.path[:end] in above]
    ids = [one.pk for one in line]
    if unit.pk == organiser:
        return ()
    return line[ids.index(organiser) + 1 :] if organiser in ids else line[1:]


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
        film_withheld=_film_withheld(entry, page),
    )


def _film_withheld(entry: Entry, page: ResourcePage) -> str:
    """Return why judges see no film although there is one, or an empty text."""
    film = getattr(page, "video_file", None)
    if film is None or not entry.track.blind:
        return ""
    changed = entry.media.get("film") and film.sha256 and entry.media["film"] != film.sha256
    reason = "changed" if changed else safe_files.outlook(film.file.name)
    return str(safe_files.REASONS[reason]) if reason else ""


def pinned(entry: Entry) -> ResourcePage:
    """Return the resource as the pinned revision has it. Raises ValueError for a bid."""
    if entry.revision is None:
        raise ValueError("this entry has no revision")
    return entry.revision.as_object()


def _file(entry: Entry, place: int, row: EntryAttachment) -> blind.CopyFile:
    name = _("Attachment %(n)d") % {"n": place + 1}
    if not entry.track.blind:
        return blind.CopyFile(place, row.title or name)
    reason = "office" if row.withheld else safe_files.outlook(row.stored.name or "")
    return blind.CopyFile(place, name, str(safe_files.REASONS[reason]) if reason else "")


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
        with images[place].file.open("rb") as file:
            data = file.read()
        if not _as_pinned(entry, place, data):
            return None
        return safe_files.clean_picture(io.BytesIO(data))
    except (OSError, ValueError, Image.DecompressionBombError):
        logger.warning("picture %d of entry %d cannot be read", place, entry.pk)
        return None


def _as_pinned(entry: Entry, place: int, data: bytes) -> bool:
    """Whether a picture is still the one that was handed in; entries from before hashes were kept pass."""
    pinned_hashes = entry.media.get("pictures", [])
    return place >= len(pinned_hashes) or hashlib.sha256(data).hexdigest() == pinned_hashes[place]


def attachment_row(entry: Entry, place: int) -> EntryAttachment | None:
    rows = list(entry.attachments.select_related("document"))
    return rows[place] if 0 <= place < len(rows) else None


def attachment(entry: Entry, row: EntryAttachment, place: int) -> tuple[str, safe_files.SafeFile]:
    """Return the copy of an attachment that blind judges may open, as (name, file). Raises WithheldError."""
    if row.withheld:
        raise safe_files.WithheldError("office")
    try:
        with row.stored.open("rb") as file:
            data = file.read(safe_files.LARGEST + 1)
    except OSError as error:
        raise safe_files.WithheldError("unreadable") from error
    if row.sha256 and hashlib.sha256(data).hexdigest() != row.sha256:
        raise safe_files.WithheldError("changed" if len(data) <= safe_files.LARGEST else "kind")
    made = safe_files.safe_copy(data, row.stored.name or "", redactor(entry))
    return f"{entry.code}-{place + 1}.{made.suffix}", made


def film_copy(source: FieldFile, sha256: str, *, pinned_hash: str) -> str:
    """Return the storage name of a film without its metadata, made on first demand. Raises WithheldError.

    The name is the hash of what it was made from, so one copy serves every judge, and a film that was replaced after
    the entry was handed in is withheld.
    """
    if pinned_hash and sha256 and pinned_hash != sha256:
        raise safe_files.WithheldError("changed")
    suffix = (source.name or "").rpartition(".")[2].lower()
    name = f"blind/{hashlib.sha256(f'{source.name}:{sha256}'.encode()).hexdigest()[:40]}.{suffix}"
    if default_storage.exists(name):
        return name
    target = Path(default_storage.path(name))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / f"film.{suffix}"
        safe_files.clean_film(Path(default_storage.path(source.name or "")), made)
        made.replace(target)
    return name


def clues(entry: Entry, copy: blind.BlindCopy) -> list[tuple[str, int]]:
    """Return words of the copy that may still give somebody away, with how often each stands there, for the office.

    Bare places and given names are everyday words too (和平, 建国), and a family name with a title (沈老师) may mean somebody
    else, so nobody but the office decides on them.
    """
    units = {author.get("unit_name") or "" for author in entry.authors} | {entry.unit.name}
    stems = {*map(stem_of, units), *(given_of(author.get("name") or "") for author in entry.authors)} - {""}
    cells = (cell.text for block in copy.blocks for row in block.rows for cell in row)
    notes = (text for _mark, text in copy.notes)
    running = (f"{block.lead}{block.text}" for block in copy.blocks)
    text = "\n".join([copy.title, copy.abstract, *running, *cells, *notes])
    stems |= {way for author in entry.authors for way in addressed(author.get("name") or "", text)}
    return sorted((stem, text.count(stem)) for stem in stems if stem in text)
