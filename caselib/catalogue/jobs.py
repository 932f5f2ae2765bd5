"""What the worker does for the catalogue: printing the whole library, reminding of sessions."""

from __future__ import annotations

import io
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.core.jobs import JobContext, job, periodic
from caselib.word.oracle import PageOracle
from caselib.word.writer import compile_book

from .printing import GROUPINGS, PrintedEntry, catalogue_book
from .selectors.printing import BATCH, library_batch, library_ids
from .services.reminders import remind_of_sessions

FOLDER = "printed"


@periodic(300)
def send_reminders() -> int:
    """Remind of the sessions that begin within a day, in the library's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return remind_of_sessions()


def stored_name(job_id: object) -> str:
    """Return where the file of a job stands in private storage (no media object, so no file address opens it)."""
    return f"{FOLDER}/{job_id}.docx"


@job("catalogue.print_library")
def print_library(
    ctx: JobContext, *, group: str, user_id: int, base_url: str, language: str = "zh-hans"
) -> dict[str, Any]:
    """Write the catalogue of everything the user may read as a Word file; running it again writes the same file anew."""
    user = User.objects.get(pk=user_id)
    viewer = Viewer.of(user)
    with translation.override(language if language in dict(settings.LANGUAGES) else "zh-hans"):
        ids = library_ids(viewer)
        entries: list[PrintedEntry] = []
        for start in range(0, len(ids), BATCH):
            entries += library_batch(ids[start : start + BATCH], viewer)
            ctx.progress(len(entries), len(ids) * 2, _("Reading the library"))
        book = catalogue_book(
            entries,
            title=_("Catalogue of the library"),
            subtitle=f"{clock.today():%Y-%m}",
            lines=(str(user.unit or ""),),
            group=group if group in GROUPINGS else "kind",
            address=lambda pk: f"{base_url}{reverse('catalogue:resource', args=[pk])}",
        )
        out = io.BytesIO()
        compiled = compile_book(
            book, out, oracle=PageOracle(), progress=lambda done, total, what: ctx.progress(done, total, what)
        )
    name = stored_name(ctx.job.pk)
    if default_storage.exists(name):
        default_storage.delete(name)
    default_storage.save(name, ContentFile(out.getvalue()))
    return {
        "entries": len(entries),
        "faults": len(getattr(compiled, "faults", ())),
        "url": reverse("catalogue:library_file", args=[ctx.job.pk]),
    }
