"""What the worker does for the catalogue: printing lists and the whole library, reminding of sessions."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.core.jobs import JobContext, job, periodic
from caselib.word.book import Book
from caselib.word.oracle import PageOracle
from caselib.word.writer import compile_book

from .printing import STYLE, PrintedEntry, catalogue_book
from .selectors.lists import readable_lists
from .selectors.printing import BATCH, entries_of_list, library_batch, library_ids
from .services.reminders import remind_of_sessions

FOLDER = "printed"


@periodic(300)
def send_reminders() -> int:
    """Remind of the sessions that begin within a day."""
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
    with _in(language):
        ids = library_ids(viewer)
        entries: list[PrintedEntry] = []
        for start in range(0, len(ids), BATCH):
            entries += library_batch(ids[start : start + BATCH], viewer)
            ctx.progress(len(entries), len(ids) * 2, _("Reading the library"))
        book = catalogue_book(
            entries,
            title=_("Catalogue of the library"),
            subtitle=date_format(clock.today(), "YEAR_MONTH_FORMAT"),
            lines=(str(user.unit or ""),),
            group=group,
            address=_short_addresses(base_url),
        )
        return _kept(ctx, book, len(entries))


@job("catalogue.print_list")
def print_list(
    ctx: JobContext, *, list_id: int, group: str, user_id: int, base_url: str, language: str = "zh-hans"
) -> dict[str, Any]:
    """Write what the user sees on a list as a Word file; running it again writes the same file anew."""
    viewer = Viewer.of(User.objects.get(pk=user_id))
    found = readable_lists(viewer).get(pk=list_id)
    with _in(language):
        entries = entries_of_list(found, viewer)
        book = catalogue_book(
            entries,
            title=found.title,
            subtitle=found.get_kind_display(),
            lines=(str(found.unit or ""), date_format(clock.today()), found.code),
            group=group,
            address=_short_addresses(base_url),
        )
        return _kept(ctx, book, len(entries))


def _in(language: str) -> translation.override:
    return translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)


def _short_addresses(base_url: str) -> Callable[[int], str]:
    return lambda pk: f"{base_url}{reverse('catalogue:resource', args=[pk])}"


def _kept(ctx: JobContext, book: Book, entries: int) -> dict[str, Any]:
    """Compile ``book`` with counted pages, keep the file and return what the job's page shows."""
    out = io.BytesIO()
    compiled = compile_book(
        book, out, style=STYLE, oracle=PageOracle(), progress=lambda done, total, what: ctx.progress(done, total, what)
    )
    name = stored_name(ctx.job.pk)
    if default_storage.exists(name):
        default_storage.delete(name)
    default_storage.save(name, ContentFile(out.getvalue()))
    return {
        "entries": entries,
        "faults": len(getattr(compiled, "faults", ())),
        "title": book.title,
        "url": reverse("catalogue:printed_file", args=[ctx.job.pk]),
    }
