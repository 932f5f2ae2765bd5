"""A resource as a Word file for editing: text, metadata, open comments, and the number that brings it home."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from caselib.accounts.models import User
from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.resources.models import ResourcePage
from caselib.resources.outbound import document_of
from caselib.word.model import Cell, Document, Paragraph, Run, Table
from caselib.word.writer import write_document

from .marks import METADATA_CAPTION
from .revising import may_revise
from .roundtrip import export_properties, outgoing_comments

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def export(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a resource as Word: the latest draft to those who edit it, the live version to other readers."""
    page = ResourcePage.objects.filter(pk=pk).first() if pk < 2**63 else None
    if page is None:
        raise Http404
    data = export_for(page.specific, by=request.user)
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type=DOCX)
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "", page.title)[:80] or f"{page.pk}"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}.docx"
    response["Cache-Control"] = "private, no-store"
    return response


def export_for(page: ResourcePage, *, by: User) -> bytes | None:
    """Return the .docx of ``page`` as ``by`` may see it, None when ``by`` may not see it at all."""
    viewer = Viewer.of(by)
    if may_revise(page, by) is None:
        return write(page.get_latest_revision_as_object(), viewer, comments=True)
    return write(page, viewer, comments=False) if page.is_visible_to(viewer) else None


def write(page: ResourcePage, viewer: Viewer, *, comments: bool) -> bytes:
    """Return ``page`` as .docx with its metadata behind the text."""
    found = document_of(page, audiences=viewer.audiences)
    blocks = (*found.blocks, metadata_table(page))
    document = Document(
        blocks, found.notes, found.images, outgoing_comments(page, found.blocks) if comments else (), found.properties
    )
    return write_document(document, title=page.title, properties=export_properties(page))


def metadata_table(page: ResourcePage) -> Table:
    """Return what is known about the resource as a table of two columns."""
    rows: list[tuple[str, str]] = [("编号", page.code), ("类型", str(page.kind.label)), ("单位", str(page.unit or ""))]
    rows += [("作者", "、".join(author.name for author in page.authors.all()))]
    for label, axis in (
        ("主题", page.topics),
        ("领域", page.sectors),
        ("岗位", page.positions),
        ("标签", page.free_tags),
    ):
        rows.append((label, "、".join(sorted(term.name for term in axis.all()))))
    rows += [
        ("流通范围", page.get_circulation_display()),
        ("适用对象", page.get_audience_display()),
        ("课时", "" if page.class_hours is None else f"{page.class_hours.normalize():f}"),
        ("写作日期", page.written_on.isoformat() if page.written_on else ""),
        ("来源", page.source_title),
        ("导出日期", clock.today().isoformat()),
    ]
    cells = tuple((_cell(label), _cell(text)) for label, text in rows if text)
    return Table(cells, 2, 0, METADATA_CAPTION)


def _cell(text: str) -> Cell:
    return Cell((Paragraph((Run(text),)),) if text else ())
