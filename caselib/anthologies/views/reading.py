"""The shelf, an edition as readers see it, results with their pages as images, and downloads."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from caselib.accounts.viewers import Viewer
from caselib.core.errors import ConflictError, Refusal
from caselib.media.serving import serve
from caselib.resources.covers import CoverText, cover_svg
from caselib.word import pdf
from caselib.word.freezing import FrozenDataError

from .. import rules, selectors, services
from ..enums import CompilationState, ItemKind
from ..models import Compilation, Edition
from ..printing import copy_of, single_case
from ..storing import keep
from .base import DOCX, LARGEST, actor, download, edition_or_404, editor_view, item_or_404

PAGES_A_SCREEN = 12
PAGE_DPI = 70


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The shelf: anthologies with the editions this reader may open."""
    viewer = Viewer.of(request.user)
    page = Paginator(selectors.shelf(viewer), 20).get_page(request.GET.get("page"))
    shelf = [(row, cover_svg(CoverText(row.title, kind=_("Case collection"), unit=row.publisher))) for row in page]
    context = {"page_obj": page, "shelf": shelf, "editor": rules.may_edit(viewer.roles) is None}
    return render(request, "anthologies/index.html", context)


@require_safe
def edition(request: HttpRequest, pk: int) -> HttpResponse:
    """An edition: what is in it, its pages, what can be downloaded."""
    viewer = Viewer.of(request.user)
    found = edition_or_404(pk, viewer)
    result = selectors.latest_result(found)
    context = {
        "edition": found,
        "items": selectors.outline(found),
        "result": result,
        "editor": rules.may_edit(viewer.roles) is None,
        "numbers": range(1, min(result.pages, PAGES_A_SCREEN) + 1) if result else (),
        "CASE": ItemKind.CASE,
    }
    return render(request, "anthologies/edition.html", context)


@editor_view
@require_safe
def result(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A compilation: progress while it runs, then its check, contents and pages to leaf through."""
    row = _result_or_404(pk, Viewer.of(request.user))
    numbers = Paginator(range(1, row.pages + 1), PAGES_A_SCREEN).get_page(request.GET.get("page"))
    context = {
        "result": row,
        "edition": row.edition,
        "page_obj": numbers,
        "running": row.state == CompilationState.WAITING,
        "findings": selectors.linked(row.edition, row.findings),
    }
    return render(request, "anthologies/result.html", context)


@editor_view
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Stop a compilation."""
    row = _result_or_404(pk, Viewer.of(request.user))
    services.cancel_compilation(row, by=actor(request))
    return redirect("anthologies:result", pk=row.pk)


def _result_or_404(pk: int, viewer: Viewer) -> Compilation:
    rows = Compilation.objects.select_related("edition__anthology", "job")
    row = (
        rows.filter(pk=pk, edition__in=selectors.readable_editions(viewer).values("pk")).first()
        if pk <= LARGEST
        else None
    )
    if row is None:
        raise Http404
    return row


def _done_or_404(pk: int, viewer: Viewer) -> Compilation:
    """Return a finished compilation. Readers get the newest of a frozen edition, not what was tried before."""
    row = _result_or_404(pk, viewer)
    if row.state != CompilationState.DONE:
        raise Http404
    if rules.may_edit(viewer.roles) is not None and row != selectors.latest_result(row.edition):
        raise Http404
    return row


@require_safe
def page_image(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Send a page of a result as PNG; it is drawn once."""
    row = _done_or_404(pk, Viewer.of(request.user))
    if not row.pdf or not 1 <= number <= row.pages:
        raise Http404
    name = f"anthologies/pages/{row.sha256}-{number}.png"
    if not default_storage.exists(name):
        try:
            keep(name, pdf.page_image(default_storage.path(row.pdf), number - 1, dpi=PAGE_DPI))
        except (IndexError, OSError) as error:
            raise Http404 from error
    return serve(request, name)


@require_safe
def file(request: HttpRequest, pk: int, form: str) -> HttpResponseBase:
    """Send a result as Word, as PDF, or all of it as a zip with every case as a file of its own."""
    row = _done_or_404(pk, Viewer.of(request.user))
    stem = file_stem(str(row.edition))
    if form == "docx":
        return serve(request, row.docx, filename=f"{stem}.docx", inline=False)
    if form == "pdf" and row.pdf:
        return serve(request, row.pdf, filename=f"{stem}.pdf", inline=False)
    if form == "zip":
        return serve(request, _zip(row, stem), filename=f"{stem}.zip", inline=False)
    raise Http404


def _zip(row: Compilation, stem: str) -> str:
    """Return the stored zip of a result, made the first time it is asked for.

    Raises ConflictError if the edition no longer says what was compiled: its cases would not be those of the book.
    """
    name = f"anthologies/compiled/{row.sha256}-{row.inputs_sha256[:16]}.zip"
    if default_storage.exists(name):
        return name
    copy = _copy_or_404(row.edition)
    # What decides the text; a file of a frozen edition stays though the writer was renewed since.
    if any(copy.inputs[key] != row.inputs.get(key) for key in ("book", "style", "template")):
        text = _(
            "This edition was changed after it was compiled. Compile it again to get all cases as they stand in it."
        )
        raise ConflictError(Refusal("changed-since", text))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for stored, suffix in ((row.docx, "docx"), (row.pdf, "pdf")):
            if stored:
                with default_storage.open(stored, "rb") as source:
                    archive.writestr(zipfile.ZipInfo(f"{stem}.{suffix}", (1980, 1, 1, 0, 0, 0)), source.read())
        for place, chapter in enumerate(copy.book.chapters(), 1):
            info = zipfile.ZipInfo(f"{_('Cases')}/{place:03d} {file_stem(chapter.title)}.docx", (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, single_case(chapter, copy))
    return keep(name, out.getvalue())


def _copy_or_404(found: Edition) -> Any:
    try:
        return copy_of(found)
    except FrozenDataError as error:
        raise Http404 from error


@require_safe
def case(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Send one case of an edition as Word."""
    found = edition_or_404(pk, Viewer.of(request.user))
    row = item_or_404(found, item)
    if row.kind != ItemKind.CASE:
        raise Http404
    copy = _copy_or_404(found)
    chapter = next((c for c in copy.book.chapters() if c.key == f"case{row.selection.page_id}"), None)
    if chapter is None:
        raise Http404
    return download(single_case(chapter, copy), f"{file_stem(chapter.title)}.docx", DOCX)


def file_stem(title: str) -> str:
    """Return ``title`` as a file name that every system takes."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f\ud800-\udfff]', "", title).strip(". ")[:80] or "file"
