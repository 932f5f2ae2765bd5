"""Import and export of a whole vocabulary, with a dry run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from caselib.accounts.models import User
from caselib.core import audit
from caselib.core.errors import Refusal, RefusedError

from . import services
from .exchange import formats
from .exchange.records import Change, TermRecord, compare
from .models import Term
from .selectors import in_use


def records(model: type[Term]) -> list[TermRecord]:
    """Return the terms in use as records, parents before children. One query."""
    terms = in_use(model).select_related("parent")
    return [
        TermRecord(term.code, term.name, term.parent.code if term.parent else "", tuple(term.synonyms), term.scope_note)
        for term in sorted(terms, key=lambda term: term.level)
    ]


def export(model: type[Term], syntax: str) -> str:
    """Return the vocabulary as the text of a file: ``csv``, or a key of ``formats.FORMATS``."""
    if syntax == "csv":
        return formats.to_csv(records(model))
    return formats.to_skos(records(model), model.axis, str(model._meta.verbose_name), syntax)


def read(text: str, syntax: str) -> list[TermRecord]:
    """Return the records of a file's text. Raises formats.UnreadableError."""
    return formats.from_csv(text) if syntax == "csv" else formats.from_skos(text, syntax)


def planned(model: type[Term], wanted: Sequence[TermRecord]) -> list[Change]:
    """Return what must be done to bring the vocabulary to what ``wanted`` says. Two queries."""
    known = {record.code: record for record in records(model)}
    retired = set(model.objects.filter(retired_at__isnull=False).values_list("code", flat=True))
    return compare(known, wanted, retired=retired)


@transaction.atomic
def import_records(
    model: type[Term], wanted: Sequence[TermRecord], *, by: User | None, dry_run: bool = False
) -> list[Change]:
    """Bring the vocabulary to what ``wanted`` says and return the report; with ``dry_run`` nothing stays changed.

    A dry run does everything and takes it back, so that it says what the run would do and not what was guessed.
    Refused records are left out and named in the report. Effects in order: the verbs of ``services`` for each change,
    audit row ``vocabularies.imported``.
    """
    report = [_apply(model, change, by) for change in planned(model, wanted)]
    if dry_run:
        transaction.set_rollback(True)
        return report
    _record(model, report, by)
    return report


def import_one_by_one(
    model: type[Term], wanted: Sequence[TermRecord], *, by: User | None, progress: Callable[[int, int], None]
) -> list[Change]:
    """Do as ``import_records`` for a file of thousands of terms: each change for itself, so that nobody waits for the rest.

    What was done stays when ``progress`` raises or the process dies; begun again, the rest is done. Effects in order: the
    verbs of ``services`` for each change, audit row ``vocabularies.imported`` of what was done, also where it ends early.
    """
    changes, report = planned(model, wanted), []
    try:
        for done, change in enumerate(changes):
            progress(done, len(changes))
            report.append(_apply(model, change, by))
    finally:
        _record(model, report, by)
    return report


def _record(model: type[Term], report: Sequence[Change], by: User | None) -> None:
    acts = Counter(change.act for change in report)
    audit.record("vocabularies.imported", None, by=by, axis=model.axis, acts=dict(acts))


def _apply(model: type[Term], change: Change, by: User | None) -> Change:
    record = change.record
    try:
        with transaction.atomic():
            if change.act == "create":
                services.create_term(
                    model, record.name, by=by, parent=_parent(model, record), code=record.code,
                    synonyms=record.synonyms, scope_note=record.scope_note,
                )  # fmt: skip
            elif change.act == "rename":
                services.rename_term(model.objects.get(code=record.code), record.name, by=by)
            elif change.act == "move":
                services.move_term(model.objects.get(code=record.code), _parent(model, record), by=by)
            elif change.act == "describe":
                term = model.objects.get(code=record.code)
                services.describe_term(term, synonyms=record.synonyms, scope_note=record.scope_note, by=by)
    except RefusedError as error:
        return Change("refuse", record, str(error))
    return change


def _parent(model: type[Term], record: TermRecord) -> Term | None:
    """Return the broader term of ``record``. Raises RefusedError where it was refused itself a moment ago."""
    if not record.parent:
        return None
    parent = model.objects.filter(code=record.parent).first()
    if parent is None:
        raise RefusedError(Refusal("unknown-parent", _("The broader term was left out, so this one is as well.")))
    return parent
