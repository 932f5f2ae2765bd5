"""What is printed and how: the book of an edition, its style and template, the page counts that are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, replace

from caselib.core.audit import canonical
from caselib.word.book import Book, Chapter
from caselib.word.freezing import FrozenDataError, dump, load
from caselib.word.model import Block, Heading, Paragraph, Run
from caselib.word.oracle import Measured
from caselib.word.styles import HouseStyle, from_data
from caselib.word.writer import WRITER_VERSION, write_document

from .binding import bind
from .enums import CompilationState
from .models import Compilation, Edition, PageCount
from .storing import read


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything that decides what comes out, and the hashes of it."""

    book: Book
    style: HouseStyle
    template: bytes | None
    inputs: dict[str, str]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(canonical(self.inputs).encode()).hexdigest()


def copy_of(edition: Edition, progress: Callable[[int, int, str], None] | None = None) -> Copy:
    """Return what ``edition`` prints: its frozen copy, or what its outline says now. Raises FrozenDataError."""
    book = frozen_book(edition) if edition.frozen else bind(edition, progress)
    data = edition.frozen_style if edition.frozen else edition.style.data
    template = _template(edition)
    inputs = {
        "book": edition.frozen_sha256 or hashlib.sha256(dump(book)[0].encode()).hexdigest(),
        "style": hashlib.sha256(canonical(data).encode()).hexdigest(),
        "template": hashlib.sha256(template).hexdigest() if template else "",
        "writer": WRITER_VERSION,
    }
    return Copy(book, from_data(data or {}), template, inputs)


def frozen_book(edition: Edition) -> Book:
    """Return the frozen book after checking that neither it nor its images were changed. Raises FrozenDataError."""
    data = _read(edition.frozen_book)
    if hashlib.sha256(data).hexdigest() != edition.frozen_sha256:
        raise FrozenDataError("the frozen book was changed")
    return load(data.decode("utf-8"), _image)


def _image(key: str) -> bytes:
    data = _read(f"anthologies/images/{key}")
    if hashlib.sha1(data, usedforsecurity=False).hexdigest() != key:
        raise FrozenDataError(f"image {key} was changed")
    return data


def _read(name: str) -> bytes:
    try:
        return read(name)
    except OSError as error:
        raise FrozenDataError(f"{name} is missing") from error


def _template(edition: Edition) -> bytes | None:
    if edition.frozen:
        return _read(edition.frozen_template) if edition.frozen_template else None
    if not edition.style.template:
        return None
    with edition.style.template.open("rb") as source:
        return bytes(source.read())


def kept_result(edition: Edition) -> Compilation | None:
    """Return the first whole result of a frozen edition, if its files are still what they were, or None."""
    if not edition.frozen:
        return None
    rows = edition.compilations.filter(state=CompilationState.DONE, counted=True).exclude(pdf="")
    for row in rows.order_by("pk"):
        if row.inputs.get("book") != edition.frozen_sha256:
            continue
        try:
            if hashlib.sha256(read(row.docx)).hexdigest() == row.sha256 and read(row.pdf):
                return row
        except OSError:
            continue
    return None


def single_case(chapter: Chapter, copy: Copy) -> bytes:
    """Return one case of an edition as a .docx of its own, in the style and the template of the edition."""
    head: list[Block] = [Heading(1, (Run(chapter.title),), title=True)]
    head += [Paragraph((Run(line),), "byline") for line in chapter.byline]
    document = replace(chapter.document, blocks=(*head, *chapter.document.blocks))
    properties = {name: copy.book.properties.get(name, "") for name in ("creator", "subject", "created", "modified")}
    return write_document(
        document, style=copy.style, template=copy.template, properties={**properties, "title": chapter.title}
    )


class StoredCounts(MutableMapping[str, Measured]):
    """Page counts in the database, read one by one: a book asks for each of its texts once."""

    def __getitem__(self, key: str) -> Measured:
        row = PageCount.objects.filter(pk=key).first()
        if row is None:
            raise KeyError(key)
        return Measured(row.pages, tuple((name, page) for name, page in row.headings))

    def __setitem__(self, key: str, value: Measured) -> None:
        PageCount.objects.update_or_create(
            pk=key, defaults={"pages": value.pages, "headings": [list(pair) for pair in value.headings]}
        )

    def __delitem__(self, key: str) -> None:
        PageCount.objects.filter(pk=key).delete()

    def __contains__(self, key: object) -> bool:
        return PageCount.objects.filter(pk=key).exists()

    def __iter__(self) -> Iterator[str]:
        return iter(PageCount.objects.values_list("pk", flat=True))

    def __len__(self) -> int:
        return PageCount.objects.count()


__all__ = ["Copy", "StoredCounts", "copy_of", "frozen_book", "kept_result", "single_case"]
