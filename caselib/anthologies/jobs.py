"""The compile job: book, Word file, PDF, check; can be stopped, and begins again where it was killed."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.translation import gettext as _

from caselib.core import clock
from caselib.core.jobs import CancelledError, JobContext, job
from caselib.resources.lettering import unshown
from caselib.word import pdf
from caselib.word.fonts import lacking
from caselib.word.freezing import dump
from caselib.word.linter import lint
from caselib.word.oracle import PageOracle
from caselib.word.writer import compile_and_render

from .enums import CompilationState
from .models import Compilation
from .preflight import as_data, check_edition, check_result, failure, not_to_be_printed
from .printing import Copy, StoredCounts, copy_of, kept_result
from .storing import keep

# How long LibreOffice may take for some texts or for the whole book before it counts as hanging.
LAYOUT_SECONDS = pdf.SECONDS


@job("anthologies.compile")
def compile_job(ctx: JobContext, compilation: int) -> dict[str, Any]:
    """Compile; a second run of a finished compilation changes nothing. Page counts already made are used again."""
    row = Compilation.objects.select_related("edition__anthology", "edition__style", "edition__cover_image").get(
        pk=compilation
    )
    if row.state == CompilationState.DONE:
        return _result(row)
    try:
        if _forbidden(row):
            return _result(row)
        copy = copy_of(row.edition, lambda done, total, what: ctx.progress(done, total, _("Reading: %s") % what))
        row.inputs, row.inputs_sha256 = copy.inputs, copy.sha256
        earlier = kept_result(row.edition)
        if earlier is not None:
            _take_over(row, earlier)
        else:
            _make(ctx, row, copy)
    except Exception as error:
        row.state, row.finished_at = CompilationState.FAILED, clock.now()
        row.findings = [] if isinstance(error, CancelledError) else as_data([failure(error)])
        row.save(update_fields=["state", "finished_at", "findings", "inputs", "inputs_sha256"])
        raise
    return _result(row)


def _forbidden(row: Compilation) -> bool:
    """End ``row`` without a file if a case may no longer be printed: it was withdrawn or restricted since it was asked for."""
    found = not_to_be_printed(row.edition)
    if found:
        row.state, row.finished_at, row.findings = CompilationState.FAILED, clock.now(), as_data(found)
        row.save()
    return bool(found)


def _take_over(row: Compilation, earlier: Compilation) -> None:
    """Give ``row`` the files of ``earlier``: a frozen edition is compiled once, whatever has been renewed since."""
    for name in ("docx", "sha256", "pdf", "pages", "counted", "entries", "findings", "inputs", "inputs_sha256"):
        setattr(row, name, getattr(earlier, name))
    row.state, row.finished_at = CompilationState.DONE, clock.now()
    row.save()


def _make(ctx: JobContext, row: Compilation, copy: Copy) -> None:
    def progress(done: int, of: int, what: str) -> None:
        if what == "layout":
            text = _("Counting pages: %(done)d of %(total)d") % {"done": done, "total": of}
        else:
            text = _("Making the PDF") if what == "pdf" else _("Writing: %s") % what
        # The last step of a stage must not look like the end of the job; nobody knows how far LibreOffice is with a PDF.
        ctx.progress(min(done, max(of - 1, 0)), of, text)

    oracle = PageOracle(StoredCounts(), seconds=LAYOUT_SECONDS, tick=ctx.check_cancelled) if pdf.available() else None
    data, rendered, made, wrong = compile_and_render(
        copy.book, style=copy.style, oracle=oracle, template=copy.template, progress=progress
    )
    ctx.check_cancelled()
    if _forbidden(row):
        return
    row.sha256 = hashlib.sha256(data).hexdigest()
    row.docx = keep(f"anthologies/compiled/{row.sha256}.docx", data)
    row.pdf = keep(f"anthologies/compiled/{hashlib.sha256(rendered).hexdigest()}.pdf", rendered) if rendered else ""
    found = check_edition(row.edition, copy.book, copy.style)
    faces = lacking(copy.style.faces()) if rendered else []
    scripts = unshown([dump(copy.book)[0]]) if rendered else []
    found += check_result(
        made.faults, lint(data), wrong,
        counted=made.counted, pdf=rendered is not None, lacking=faces, unshown=scripts,
    )  # fmt: skip
    row.findings = as_data(found)
    row.entries = [[entry.text, entry.level, entry.page, entry.key] for entry in made.entries]
    row.counted = made.counted
    row.pages = pdf.destinations(rendered)[0] if rendered else 0
    row.state, row.finished_at = CompilationState.DONE, clock.now()
    row.save()


def _result(row: Compilation) -> dict[str, Any]:
    return {"compilation": row.pk, "pages": row.pages, "sha256": row.sha256}
