"""Verbs on what blind judges read: black out a passage, lift it again, withhold an attachment, hand it out again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caselib.accounts.models import User
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require

from ..models import BlackOut, Entry, EntryAttachment
from ..rules import acts
from . import chain


@transaction.atomic
def black_out(entry: Entry, *, text: str, by: User, at: datetime | None = None) -> BlackOut:
    """Black out a passage in the copy that judges read. Effects in order: passage, audit ``passage_blacked_out``."""
    require(acts.office_only(by.roles))
    passage = " ".join(text.split())[:500]
    if len(passage) < 2:
        raise RefusedError(Refusal("passage-short", _("Give at least two characters of the passage.")))
    moment = at or clock.now()
    row = BlackOut.objects.create(entry=entry, text=passage, by=by, at=moment)
    chain.write(entry.competition, "passage_blacked_out", entry, by=by, at=moment, length=len(passage))
    return row


@transaction.atomic
def lift_black_out(row: BlackOut, *, by: User, at: datetime | None = None) -> None:
    """Show a passage again that was blacked out by mistake. Effects in order: audit ``black_out_lifted``, passage removed."""
    require(acts.office_only(by.roles))
    row = _locked_passage(row)
    chain.write(row.entry.competition, "black_out_lifted", row.entry, by=by, at=at or clock.now(), length=len(row.text))
    row.delete()


@transaction.atomic
def withhold_attachment(row: EntryAttachment, *, reason: str, by: User, at: datetime | None = None) -> None:
    """Keep an attachment from blind judges, or with an empty ``reason`` let them open its copy again.

    Effects in order: attachment, audit ``attachment_withheld`` or ``attachment_given``.
    """
    require(acts.office_only(by.roles))
    row = EntryAttachment.objects.select_for_update(of=("self",)).select_related("entry__competition").get(pk=row.pk)
    row.withheld = reason.strip()[:300]
    row.save(update_fields=["withheld"])
    verb = "attachment_withheld" if row.withheld else "attachment_given"
    chain.write(row.entry.competition, verb, row.entry, by=by, at=at or clock.now(), file=row.pk, reason=row.withheld)


def _locked_passage(row: BlackOut) -> BlackOut:
    """Return the passage, locked. Raises ConflictError when somebody has lifted it meanwhile."""
    rows = BlackOut.objects.select_for_update(of=("self",)).select_related("entry__competition")
    found = rows.filter(pk=row.pk).first()
    if found is None:
        raise ConflictError(Refusal("lifted", _("Somebody has lifted this passage meanwhile.")))
    return found
