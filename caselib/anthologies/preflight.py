"""The check before printing, on the book as it will be printed, and the one after, on the file that came out."""

from __future__ import annotations

import errno
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.core import clock
from caselib.resources.enums import SourceKind
from caselib.word.audit import Mismatch
from caselib.word.book import Book, Chapter
from caselib.word.freezing import FrozenDataError
from caselib.word.linter import Lint
from caselib.word.model import Document, Heading, Paragraph, Picture, Table
from caselib.word.outline import numeral
from caselib.word.styles import HouseStyle, StyleDataError
from caselib.word.writer.body import MIN_DPI, Fault
from caselib.word.writer.images import fit, usable_image
from caselib.word.writer.templates import TemplateError

from . import rules
from .enums import ItemKind, Severity
from .models import Edition, OutlineItem

LONG_TITLE = 40
# What is printed as somebody wrote it; the award table and the colophon fill themselves.
_WRITTEN = frozenset({ItemKind.FOREWORD, ItemKind.INTERLUDE, ItemKind.APPENDIX})
# Errors that stop compiling as well as freezing: nobody may print these.
BLOCKING = frozenset({"withdrawn", "not-published", "circulation"})
# What the faces of offices hold beside the signs of GBK: letters of Europe with their marks, figures, signs, what is unseen.
_COMMON = re.compile(
    "[\t\n\r\u0020-\u058f\u1e00-\u22ff\u2460-\u24ff\u25a0-\u25ff\u3000-\u303f\u3200-\u33ff\ufe0e\ufe0f\uff00-\uffef]"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_MENTION = re.compile(r"(?:见|如|详见|参见)\s?(图|表)\s?([0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check. ``code`` is stable; ``where`` is the title it is about; ``key`` names the chapter."""

    code: str
    severity: str
    message: str
    where: str = ""
    key: str = ""


def check_edition(edition: Edition, book: Book, style: HouseStyle | None = None) -> list[Finding]:
    """Return everything an editor should know before printing ``book``, errors first."""
    items = [
        item
        for item in edition.items.select_related("selection__page", "selection__revision")
        if item.kind == ItemKind.CASE
    ]
    findings = [finding for item in items for finding in check_standing(item, edition, clock.today())]
    chapters = book.chapters()
    titles = Counter(chapter.title.strip() for chapter in chapters)
    for chapter in chapters:
        findings += check_chapter(chapter, style)
        if titles[chapter.title.strip()] > 1:
            findings.append(
                _finding("duplicate-title", Severity.WARNING, _("Another case has the same title."), chapter)
            )
    findings += _check_parts(edition)
    rank = list(Severity.values)
    return sorted(findings, key=lambda finding: rank.index(finding.severity))


def not_to_be_printed(edition: Edition) -> list[Finding]:
    """Return what forbids printing ``edition`` at this moment: a case withdrawn, unpublished or more restricted than it."""
    items = edition.items.filter(kind=ItemKind.CASE).select_related("selection__page")
    found = (finding for item in items for finding in check_standing(item, edition, clock.today()))
    return [finding for finding in found if finding.code in BLOCKING]


def check_standing(item: OutlineItem, edition: Edition, today: date) -> Iterator[Finding]:
    """Yield what is wrong with a case as an item of the library: published, open enough, permitted, reviewed in time."""
    page, key, where = item.selection.page, f"case{item.selection.page_id}", item.title
    if page.withdrawn:
        yield Finding(
            "withdrawn", Severity.ERROR, _("It was withdrawn: %s") % (page.withdrawn_reason or "—"), where, key
        )
    elif not page.live:
        yield Finding("not-published", Severity.ERROR, _("It is no longer published."), where, key)
    elif page.live_revision_id != item.selection.revision_id:
        yield Finding(
            "changed",
            Severity.NOTE,
            _("A newer version is published. Compare and take it over, or keep this one."),
            where,
            key,
        )
    if rules.too_open(page.circulation, edition.circulation):
        text = _("Its circulation level (%(case)s) is above that of the edition (%(edition)s).")
        levels = {"case": page.get_circulation_display(), "edition": edition.get_circulation_display()}
        yield Finding("circulation", Severity.ERROR, text % levels, where, key)
    if page.source_kind == SourceKind.REPRINT and not (page.permission.strip() or page.permission_document_id):
        yield Finding("permission", Severity.ERROR, _("It is a reprint without permission on file."), where, key)
    if page.review_due_on and page.review_due_on < today:
        yield Finding(
            "review-overdue", Severity.WARNING, _("Its regular review was due on %s.") % page.review_due_on, where, key
        )


def check_chapter(chapter: Chapter, style: HouseStyle | None) -> Iterator[Finding]:
    """Yield what is wrong with the text of a chapter."""
    if len(chapter.title) > LONG_TITLE:
        text = _("The title has %d characters and will take several lines.") % len(chapter.title)
        yield _finding("long-title", Severity.WARNING, text, chapter)
    missing = "".join(dict.fromkeys(sign for sign in chapter.title if _HAN.match(sign) and not _in_title_face(sign)))
    if missing:
        yield _finding("title-face", Severity.WARNING, _("The title face may lack: %s") % missing, chapter)
    text = "\n".join(_texts(chapter.document))
    rare = "".join(sign for sign in dict.fromkeys(chapter.title + text) if not _in_every_face(sign))[:40]
    if rare:
        yield _finding(
            "rare-characters", Severity.WARNING, _("Faces may lack these rare characters: %s") % rare, chapter
        )
    yield from _check_headings(chapter)
    yield from _check_references(chapter, text)
    yield from _check_pictures(chapter, style or HouseStyle("check", ""))


def _in_every_face(sign: str) -> bool:
    """Whether any office has a face with the sign: Chinese faces hold those of GBK, Latin ones the letters of Europe."""
    if _COMMON.match(sign):
        return True
    try:
        sign.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _in_title_face(sign: str) -> bool:
    """Whether the usual title face (小标宋) has the character: it was drawn for GB 2312."""
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _check_headings(chapter: Chapter) -> Iterator[Finding]:
    level, open_heading = 1, ""
    for block in (*chapter.document.blocks, None):
        if isinstance(block, Heading):
            if open_heading and block.level <= level:
                yield _finding(
                    "empty-section", Severity.WARNING, _("Nothing stands under “%s”.") % open_heading, chapter
                )
            if block.level > level + 1:
                yield _finding(
                    "heading-jump", Severity.WARNING, _("“%s” skips a level of headings.") % block.text[:40], chapter
                )
            level, open_heading = block.level, block.text[:40]
        elif block is None:
            if open_heading:
                yield _finding(
                    "empty-section", Severity.WARNING, _("Nothing stands under “%s”.") % open_heading, chapter
                )
        else:
            open_heading = ""
    if not chapter.document.blocks:
        yield _finding("empty-case", Severity.ERROR, _("It has no text."), chapter)


def _check_references(chapter: Chapter, text: str) -> Iterator[Finding]:
    counts = Counter(
        "表" if isinstance(block, Table) else "图"
        for block in chapter.document.blocks
        if isinstance(block, Table | Picture) and block.caption
    )
    own = "\n".join(block.caption for block in chapter.document.blocks if isinstance(block, Table | Picture))
    for label, number in sorted(set(_MENTION.findall(text))):
        if int(number) > counts[label] and f"{label}{number}" not in own.replace(" ", ""):
            message = _("The text refers to %s, which is not there.") % f"{label}{number}"
            yield _finding("broken-reference", Severity.WARNING, message, chapter)
    calls = {
        run.note
        for block in chapter.document.blocks
        if isinstance(block, Paragraph | Heading)
        for run in block.runs
        if run.note
    }
    for key in sorted(calls - set(chapter.document.notes)):
        yield _finding("broken-reference", Severity.WARNING, _("Footnote “%s” is called but not there.") % key, chapter)


def _check_pictures(chapter: Chapter, style: HouseStyle) -> Iterator[Finding]:
    room = (style.page.text_width_mm, style.page.text_height_mm * 0.72)
    for block in chapter.document.blocks:
        if not isinstance(block, Picture):
            continue
        image = chapter.document.images.get(block.image)
        usable = usable_image(image.data) if image else None
        name = block.caption or block.alt or _("Picture")
        if usable is None:
            yield _finding(
                "broken-image", Severity.WARNING, _("“%s” cannot be read; a box is printed.") % name, chapter
            )
            continue
        width, _height = fit(usable[2], usable[3], wanted_mm=(block.width_mm, block.height_mm), room_mm=room)
        dpi = round(usable[2] / width * 25.4)
        if dpi < MIN_DPI:
            yield _finding(
                "low-resolution",
                Severity.WARNING,
                _("“%(name)s” has %(dpi)d dpi at print size.") % {"name": name, "dpi": dpi},
                chapter,
            )
        if not (block.alt or block.caption):
            yield _finding("no-alternative", Severity.NOTE, _("A picture has no text alternative."), chapter)


def _check_parts(edition: Edition) -> Iterator[Finding]:
    items = list(edition.items.all())
    for item, following in zip(items, [*items[1:], None], strict=True):
        if item.kind == ItemKind.PART and (following is None or following.kind != ItemKind.CASE):
            yield Finding("empty-part", Severity.WARNING, _("No case stands in this part."), str(item))
        if item.kind in _WRITTEN and not item.text.strip():
            yield Finding("empty-text", Severity.WARNING, _("It has no text."), str(item))
    numbers = [item.number for item in items if item.kind == ItemKind.PART and item.number.strip()]
    values = [found.value if (found := numeral(number)) else 0 for number in numbers]
    if all(values) and any(after <= before for before, after in pairwise(values)):
        text = _("The numbers of the parts do not follow one another: %s") % "、".join(numbers)
        yield Finding("part-numbers", Severity.WARNING, text)


def _texts(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if isinstance(block, Table):
            yield from (cell.text for row in block.rows for cell in row)
        elif isinstance(block, Heading | Paragraph):
            yield block.text


def _finding(code: str, severity: Severity, message: str, chapter: Chapter) -> Finding:
    return Finding(code, severity, message, chapter.title, chapter.key)


def check_result(
    faults: Iterable[Fault],
    lints: Sequence[Lint],
    wrong: Sequence[Mismatch],
    *,
    counted: bool,
    pdf: bool,
    lacking: Sequence[str] = (),
    unshown: Sequence[str] = (),
) -> list[Finding]:
    """Return what is to be said about a compiled file: not counted, faults, the linter's lines, wrong page numbers, the
    faces that are ``lacking`` where the PDF was made, and the scripts that no face there shows (``unshown``)."""
    findings = []
    if not counted:
        text = _("LibreOffice did not lay the book out: Word fills in the page numbers when the file is opened.")
        findings.append(Finding("not-counted", Severity.WARNING, text))
    elif not pdf:
        findings.append(Finding("no-pdf", Severity.WARNING, _("The PDF could not be made; the Word file is whole.")))
    if pdf and lacking:
        text = _("The server has no %s: the PDF is set in another face. The Word file names the right one.")
        findings.append(Finding("faces", Severity.WARNING, text % "、".join(lacking)))
    if pdf and unshown:
        text = _(
            "The server has no font for %s: boxes stand in its place in the PDF. The Word file is whole: print it where "
            "there is one."
        )
        findings.append(Finding("scripts", Severity.WARNING, text % "、".join(unshown)))
    for mismatch in wrong:
        text = _("The contents say page %(said)s, it stands on %(printed)s.")
        findings.append(
            Finding(
                "wrong-page",
                Severity.ERROR,
                text % {"said": mismatch.entry.page, "printed": mismatch.printed or "?"},
                mismatch.entry.text,
            )
        )
    for lint in lints:
        findings.append(Finding(f"file-{lint.code}", Severity.ERROR, f"{lint.part}: {lint.detail}"))
    for fault in faults:
        if fault.code in _FAULTS:
            findings.append(
                Finding(
                    fault.code.replace("_", "-"),
                    Severity.WARNING,
                    f"{_FAULTS[fault.code]} {fault.detail}".strip(),
                    fault.where,
                )
            )
    return findings


def failure(error: Exception) -> Finding:
    """Return the line that tells editors why there is no file, and what to do."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        text = _("The disk of the server is full. Nothing was stored. Ask the administrator for room, then try again.")
    elif isinstance(error, FrozenDataError):
        text = _("The frozen copy of this edition is damaged or missing (%s). Restore it from the backup.") % error
    elif isinstance(error, MemoryError):
        text = _("The server ran out of memory. Try again when less is going on, or divide the edition.")
    elif isinstance(error, TemplateError | StyleDataError):
        text = _("The house style cannot be used (%s). Mend it, or choose another one.") % error
    else:
        kind = type(error).__name__
        text = (
            _("The compilation failed (%s). Nothing was stored. Tell the administrator; trying again is safe.") % kind
        )
    return Finding("failed", Severity.ERROR, text)


_FAULTS: Mapping[str, Any] = {
    "broken_image": gettext_lazy("A picture could not be read; a box is printed."),
    "missing_note": gettext_lazy("A footnote is called but not there."),
    "uncalled_note": gettext_lazy("A footnote that nothing calls stands behind the text."),
}


def as_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return ``findings`` as JSON data."""
    return [asdict(finding) | {"severity": str(finding.severity)} for finding in findings]
