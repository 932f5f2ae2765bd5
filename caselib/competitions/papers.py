"""What leaves the office on paper: winners list, fairness report, certificates; spreadsheets guarded against formulas."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import groupby

import segno
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from caselib.core import clock
from caselib.core.workbooks import table_workbook
from caselib.word import model as word
from caselib.word.styles import FANG, KAI, SONG, XIAOBIAO, HouseStyle, Look, PageSetup
from caselib.word.writer import OFFICIAL, made_at, measure, write_document

from .enums import CallState
from .models import Award, Certificate, Competition
from .selectors.fairness import Fairness, RoundReport

# A sheet to be framed: lying A4, the name and the award large, number and address small below the QR code.
CERTIFICATE = HouseStyle(
    key="certificate",
    name="certificate",
    page=PageSetup(
        width_mm=297, height_mm=210, top_mm=24, bottom_mm=14, inside_mm=36, outside_mm=36, grid_pt=0, mirrored=False
    ),
    title=Look(XIAOBIAO, 44, align="center", line_pt=60, before_pt=0, after_pt=18, color="9B2C22", tracking_pt=8),
    body=Look(KAI, 24, indent_chars=2, line_pt=44),
    # Who is honoured stands at the edge, as an address does.
    quote=Look(KAI, 24, align="left", line_pt=44),
    byline=Look(FANG, 18, align="right", line_pt=26),
    caption=Look(SONG, 10.5, align="center", line_pt=15, before_pt=0, after_pt=0),
    header_rule=False,
    running_titles=False,
)
QR_SCALE = 12
# Sizes of the text, in points, and how high a line of each is: the largest that leaves everything on one sheet is taken.
_SIZES = ((24, 44), (22, 40), (20, 36), (18, 31), (16, 27), (14, 23), (12, 19), (10.5, 15), (9, 12))
_QR_MM = 26


def line(text: str, role: word.ParagraphRole = "body") -> word.Paragraph:
    return word.Paragraph((word.Run(text),), role=role)


def heading(text: str, level: int = 2) -> word.Heading:
    return word.Heading(level, (word.Run(text),))


def table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> word.Table:
    """Return a table with one header row."""
    cells = [tuple(word.Cell((line(str(value)),)) for value in row) for row in (head, *rows)]
    return word.Table(tuple(cells), len(head), 1, caption)


def _winner_heads() -> tuple[str, ...]:
    return (
        _("Entry no."),
        _("Track"),
        _("Prize"),
        _("Final rank"),
        _("Score"),
        _("Title"),
        _("Authors"),
        _("Unit"),
        _("Certificate"),
    )


def _winner_rows(awards: Sequence[Award]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for award in awards:
        entry = award.entry
        standing = getattr(entry, "standing", None)
        certificate = getattr(award, "certificate", None)
        rows.append(
            (
                entry.code,
                entry.track.name,
                str(award.get_tier_display()),
                standing.rank if standing else "",
                standing.overall if standing else "",
                entry.title,
                entry.author_names,
                entry.unit.name,
                certificate.number if certificate else "",
            )
        )
    return rows


def winners_docx(competition: Competition, awards: Sequence[Award]) -> bytes:
    """Return the list of winners as Word: a heading a track, below it a table for each award, at the end who issues it.

    Until the awards are confirmed they are proposed ones, and the list says until when and how one may object.
    """
    final = competition.state == CallState.CONFIRMED
    named = _("List of winners of “%(title)s”") if final else _("Proposed awards of “%(title)s”")
    blocks: list[word.Block] = [heading(named % {"title": competition.title}, 1)]
    period = getattr(competition, "publicity", None)
    if period is not None and not final:
        text = _("Publicity from %(from)s until the end of %(until)s (%(n)s working days)") % {
            "from": date_format(period.starts_on), "until": date_format(period.ends_on), "n": period.workdays,
        }  # fmt: skip
        rule = _("Objections are filed under your own name with their grounds; each is answered on record.")
        blocks.append(line(_("%(period)s. %(rule)s") % {"period": text, "rule": rule}))
    heads = (_("Final rank"), _("Title"), _("Authors"), _("Unit"))
    for track, in_track in groupby(awards, key=lambda award: award.entry.track):
        blocks.append(heading(track.name))
        for tier, group in groupby(in_track, key=lambda award: str(award.get_tier_display())):
            rows = [_winner_line(award) for award in group]
            text = ngettext("%(tier)s (%(n)d entry)", "%(tier)s (%(n)d entries)", len(rows))
            blocks.append(heading(text % {"tier": tier, "n": len(rows)}, 3))
            blocks.append(table(heads, rows))
    issued = (award.certificate.issued_on for award in awards if final and hasattr(award, "certificate"))
    day = next(issued, period.starts_on if period is not None and not final else clock.today())
    blocks += [line(part, "signature") for part in (competition.issuer, date_format(day)) if part]
    return _office_paper(blocks, competition)


def _office_paper(blocks: list[word.Block], competition: Competition) -> bytes:
    properties = {"creator": str(competition.organiser or ""), **made_at(clock.now())}
    return write_document(word.Document(tuple(blocks)), style=OFFICIAL, title=competition.title, properties=properties)


def _winner_line(award: Award) -> tuple[str, str, str, str]:
    standing = getattr(award.entry, "standing", None)
    rank = str(standing.rank) if standing else ""
    return rank, award.entry.title, award.entry.author_names, award.entry.unit.name


def winners_xlsx(competition: Competition, awards: Sequence[Award]) -> bytes:
    """Return the list of winners as a workbook in which no cell is a formula.

    It is the office's own, with the scores; what is published is the Word list.
    """
    return table_workbook(_("Winners"), _winner_heads(), _winner_rows(awards))


def fairness_docx(competition: Competition, fairness: Fairness) -> bytes:
    """Return the fairness report as Word."""
    blocks: list[word.Block] = [heading(_("Fairness report: %(title)s") % {"title": competition.title}, 1)]
    blocks.append(heading(_("Judges and conflicts of interest")))
    text = _("%(judges)d judges were appointed, %(declared)d declared their relations, %(removed)d were removed.")
    values = {"judges": fairness.judges, "declared": fairness.declared, "removed": fairness.removed}
    blocks.append(line(text % values))
    if fairness.conflicts:
        blocks.append(table((_("Conflict avoided"), _("Pairs")), fairness.conflicts))
    if fairness.held:
        text = _(
            "The results were released although judges of an earlier round were known by then to have a relation to "
            "%(codes)s. Reason: %(reason)s"
        )
        blocks.append(line(text % {"codes": "、".join(fairness.held.codes), "reason": fairness.held.reason}))
    for part in fairness.rounds:
        blocks += _round_blocks(part)
    blocks.append(heading(_("Check against the audit chain")))
    if fairness.agrees:
        blocks.append(line(_("The audit chain is whole, and all scores and places follow from it to the last digit.")))
    else:
        blocks += [line(fairness.chain_fault)] if fairness.chain_fault else []
        blocks += [line(difference) for difference in fairness.differences]
    return _office_paper(blocks, competition)


def _round_blocks(part: RoundReport) -> list[word.Block]:
    blocks: list[word.Block] = [heading(f"{part.round} · {part.track}")]
    text = _(
        "%(entries)s entries, each read by %(readings)s judges (%(wanted)s wanted). Judges read %(loads)s entries each. "
        "Judges differed widely on %(disputed)s entries; %(further)s further readings were given."
    )
    values = {
        "entries": part.entries, "readings": part.reading_span, "wanted": part.wanted, "loads": part.load_span,
        "disputed": len(part.disputed), "further": part.further,
    }  # fmt: skip
    blocks.append(line(text % values))
    rows = [(j.name, j.load, j.scored, _signed(j.severity), _signed(j.drift)) for j in part.judges]
    blocks.append(
        table(
            (
                _("Judge"),
                pgettext("competitions", "Entries assigned"),
                _("Scored"),
                _("Severity of the judge"),
                _("Drift"),
            ),
            rows,
        )
    )
    if part.silence:
        blocks.append(line(part.silence))
    elif part.moved:
        head = (_("Entry"), _("Final rank"), _("Score"), _("Adjusted place"), _("Adjusted score"), _("90 % interval"))
        moved = [
            (m.code, m.rank, m.official, m.adjusted_rank, f"{m.adjusted:.2f}", f"{m.low:.2f}–{m.high:.2f}")
            for m in part.moved
        ]
        blocks.append(table(head, moved, _("Places that would change under the adjusted score")))
    else:
        blocks.append(line(_("No place would change under the adjusted score.")))
    return blocks


def _signed(value: float | None) -> str:
    return "—" if value is None else f"{value:+.2f}"


def qr_png(text: str) -> bytes:
    """Return ``text`` as a QR code in PNG."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=QR_SCALE, border=2)
    return out.getvalue()


def qr_svg(text: str) -> str:
    """Return ``text`` as a QR code in SVG for use inside a page (no inline style)."""
    return segno.make(text, error="m").svg_inline(scale=4, border=2, omitsize=False)


def certificates_zip(rows: Iterable[tuple[Certificate, str]]) -> bytes:
    """Return the certificates, each with the address of its page, as Word files in one archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for certificate, address in rows:
            archive.writestr(f"{certificate.number}.docx", certificate_docx(certificate, address))
    return out.getvalue()


def certificate_docx(certificate: Certificate, address: str) -> bytes:
    """Return a certificate as Word; ``address`` is the full address of its public page, printed as QR and text.

    It is in the language of the library, whatever language the office reads its pages in.
    """
    with override(settings.LANGUAGE_CODE):
        return _certificate(certificate, address)


def _certificate(certificate: Certificate, address: str) -> bytes:
    data = qr_png(address)
    key = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    size = segno.make(address, error="m").symbol_size(scale=QR_SCALE, border=2)
    image = word.ImageData(key, data, "image/png", "qr.png", int(size[0]), int(size[1]))
    issuer = certificate.award.competition.issuer
    blocks: list[word.Block] = [heading(_("Certificate of honour"), 1)]
    parts = [part.strip("\u3000 ") for part in certificate.text.splitlines() if part.strip()]
    blocks += [line(part, "quote" if at == 0 and part[-1] in "：:" else "body") for at, part in enumerate(parts)]
    # Who signs, and below it when: the seal goes over both.
    blocks += [line(part, "byline") for part in (issuer, date_format(certificate.issued_on)) if part]
    alt = _("Address of the verification page as a QR code")
    blocks.append(word.Picture(key, alt=alt, width_mm=_QR_MM, height_mm=_QR_MM))
    blocks.append(line(_("Number: %(number)s") % {"number": certificate.number}, "caption"))
    blocks.append(line(_("Verify at %(address)s") % {"address": address}, "caption"))
    noon = datetime.combine(certificate.issued_on, time(12), clock.ZONE)
    return write_document(
        word.Document(tuple(blocks), images={key: image}),
        style=certificate_style(parts),
        title=certificate.number,
        properties={"creator": issuer, **made_at(noon)},
        folio=False,
    )


def certificate_style(parts: Sequence[str]) -> HouseStyle:
    """Return the style of a certificate in the largest size in which the paragraphs ``parts`` leave it on one sheet."""
    style = CERTIFICATE
    fixed = [style.title, style.byline, style.byline, style.caption, style.caption]
    points = 72 / 25.4
    # Beside the QR code and what stands above it, a margin for faces that are set wider.
    room = (style.page.text_height_mm - _QR_MM) * points - 16
    room -= sum(look.line_pt + look.before_pt + look.after_pt for look in fixed)
    made = style
    for size, height in _SIZES:
        width = style.page.text_width_mm * points / size - 0.5
        rows = sum(len(measure.lines(f"\u3000\u3000{part}", width)) for part in parts)
        look = replace(style.body, size_pt=size, line_pt=height)
        # What is left over is divided below the title and the paragraphs: a short text does not hang at the top.
        spare = max(0.0, min(room - rows * height - 32, 108.0)) / (len(parts) + 1)
        title = replace(style.title, after_pt=style.title.after_pt + spare)
        quote = replace(style.quote, size_pt=size, line_pt=height, after_pt=spare)
        made = replace(style, title=title, body=replace(look, after_pt=spare), quote=quote)
        if rows * height <= room:
            break
    return made
