"""The compile job: book, Word file, PDF, check; can be stopped, and begins again where it was killed."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from caselib.core import clock
from caselib.core.jobs import CancelledError, JobContext, job
from caselib.word import pdf
from caselib.word.audit import check_contents
from caselib.word.linter import lint
from caselib.word.oracle import PageOracle
from caselib.word.writer import Compiled, compile_book

from .enums import CompilationState
from .models import Compilation
from .preflight import Finding, as_data, check_edition, check_result
from .printing import Copy, StoredCounts, copy_of


@job("anthologies.compile")
def compile_job(ctx: JobContext, compilation: int) -> dict[str, Any]:
    """Compile; a second run of a finished compilation changes nothing. Page counts already made are used again."""
    row = Compilation.objects.select_related("edition__anthology", "edition__style", "edition__cover_image").get(
        pk=compilation
    )
    if row.state == CompilationState.DONE:
        return _result(row)
    try:
        copy = copy_of(row.edition, lambda done, total, what: ctx.progress(done, total, _("Reading: %s") % what))
        _make(ctx, row, copy)
    except CancelledError:
        Compilation.objects.filter(pk=row.pk).update(state=CompilationState.FAILED, finished_at=clock.now())
        raise
    except Exception:
        Compilation.objects.filter(pk=row.pk).update(state=CompilationState.FAILED, finished_at=clock.now())
        raise
    return _result(row)


def _make(ctx: JobContext, row: Compilation, copy: Copy) -> None:
    row.inputs, row.inputs_sha256 = copy.inputs, copy.sha256
    total = len(copy.book.chapters())

    def progress(done: int, of: int, what: str) -> None:
        text = (
            _("Counting pages: %(done)d of %(total)d") % {"done": done, "total": of}
            if what == "layout"
            else _("Writing: %s") % what
        )
        # The last step of a stage must not look like the end of the job.
        ctx.progress(min(done, of - 1) if of else 0, max(of, 1), text)

    with tempfile.TemporaryDirectory(prefix="caselib-compile-") as folder:
        path = Path(folder) / "book.docx"
        with path.open("wb") as out:
            oracle = PageOracle(StoredCounts()) if pdf.available() else None
            made = compile_book(
                copy.book, out, style=copy.style, oracle=oracle, template=copy.template, progress=progress
            )
        data = path.read_bytes()
        ctx.progress(0, max(total, 1), _("Making the PDF"))
        rendered = pdf.to_pdf(data)
        ctx.check_cancelled()
        _keep(row, path, data, rendered)
    findings = check_edition(row.edition, copy.book, copy.style) + _after(made, data, rendered)
    row.findings = as_data(findings)
    row.entries = [[entry.text, entry.level, entry.page, entry.key] for entry in made.entries]
    row.counted = made.counted
    row.pages = pdf.destinations(rendered)[0] if rendered else 0
    row.state, row.finished_at = CompilationState.DONE, clock.now()
    row.save()


def _after(made: Compiled, data: bytes, rendered: bytes | None) -> list[Finding]:
    wrong = check_contents(made.entries, rendered) if rendered and made.counted else []
    return check_result(made.faults, lint(data), wrong, counted=made.counted, pdf=rendered is not None)


def _keep(row: Compilation, path: Path, data: bytes, rendered: bytes | None) -> None:
    """Store the files under names made of their hashes: the same result is stored once."""
    row.sha256 = hashlib.sha256(data).hexdigest()
    row.docx = f"anthologies/compiled/{row.sha256}.docx"
    if not default_storage.exists(row.docx):
        with path.open("rb") as source:
            row.docx = default_storage.save(row.docx, File(source))
    if rendered:
        row.pdf = f"anthologies/compiled/{row.sha256}.pdf"
        if not default_storage.exists(row.pdf):
            row.pdf = default_storage.save(row.pdf, ContentFile(rendered))


def _result(row: Compilation) -> dict[str, Any]:
    return {"compilation": row.pk, "pages": row.pages, "sha256": row.sha256}
