"""Verbs on entries: hand in, recommend, withdraw, exclude."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Revision

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.accounts.services import notify
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.resources.content import digest
from caselib.resources.models import ResourcePage

from ..blind import pictures_of
from ..enums import STANDING_STATES, Act, CallState, EntryState, TrackKind
from ..models import Competition, Entry, EntryAttachment, Nomination, Track
from ..rules import acts, timetable
from ..selectors import units
from . import chain
from .calls import locked


@transaction.atomic
def draft_entry(page: ResourcePage, track: Track, *, by: User, at: datetime | None = None) -> Entry:
    """Put a resource on the unit's list of drafts for a track; nothing is pinned yet and what is missing is shown.

    The unit that owns the resource is the entering unit. Effects in order: entry, audit ``entry_drafted``.
    """
    moment = at or clock.now()
    competition = locked(track.competition)
    require(_takes_resources(competition, track))
    require(timetable.may(Act.ENTER, competition.timetable, moment))
    unit = _entering_unit(page, by)
    known = units.candidate(page, competition)
    if known.entered_already:
        raise RefusedError(Refusal("entered-already", _("It is already entered in this call.")))
    entry = Entry.objects.create(
        competition=competition, track=track, page=page, unit=unit, title=page.title, created_by=by, created_at=moment
    )
    chain.write(competition, "entry_drafted", entry, by=by, at=moment, page=page.pk, track=track.pk)
    return entry


@transaction.atomic
def submit_entry(page: ResourcePage, track: Track, *, by: User, at: datetime | None = None) -> Entry:
    """Hand in ``page`` in ``track``: its live revision and attachments are pinned and the unit recommends it.

    Raises RefusedError when it is early, late, over quota, not eligible, or ``by`` is not the unit's contact.
    Effects in order: entry pinned, attachments pinned, first recommendation, received if no unit above must recommend
    it, audit ``entry_submitted``.
    """
    moment = at or clock.now()
    competition = locked(track.competition)
    require(_takes_resources(competition, track))
    require(timetable.may(Act.ENTER, competition.timetable, moment))
    page = ResourcePage.objects.select_related("unit", "live_revision").get(pk=page.pk)
    unit = _entering_unit(page, by)
    require(acts.contact_only(by.roles, by.unit_id, unit.pk))
    entry = Entry.objects.filter(competition=competition, page=page, state=EntryState.DRAFT).first()
    problems = units.eligibility(page, track, besides=entry.pk if entry else None)
    if problems:
        raise RefusedError(Refusal(problems[0].code, " ".join(str(problem.message) for problem in problems)))
    require(units.quota_refusal(competition, unit, track))
    entry = _pin(
        entry or Entry(competition=competition, page=page, created_by=by, created_at=moment), page, track, unit
    )
    entry.state, entry.submitted_at = EntryState.NOMINATED, moment
    entry.save()
    attachments = _pin_attachments(entry, page)
    chain.write(
        competition, "entry_submitted", entry, by=by, at=moment,
        page=page.pk, revision=entry.revision_id, sha256=entry.sha256, track=track.pk, unit=unit.pk, attachments=attachments,
    )  # fmt: skip
    _nominate(entry, unit, by, moment, "")
    return entry


@transaction.atomic
def recommend_entry(entry: Entry, *, by: User, remark: str = "", at: datetime | None = None) -> Entry:
    """Send an entry from below on, as the contact of the unit whose turn it is.

    Raises RefusedError outside the phase, over the unit's quota, or when it is another unit's turn. Effects in order:
    recommendation, received when the chain is complete, audit ``entry_recommended``.
    """
    moment = at or clock.now()
    competition = locked(entry.competition)
    entry = _locked(entry)
    require(timetable.may(Act.NOMINATE, competition.timetable, moment))
    unit = _own_turn(competition, entry, by)
    require(units.quota_refusal(competition, unit, entry.track))
    _nominate(entry, unit, by, moment, remark)
    return entry


@transaction.atomic
def decline_entry(entry: Entry, *, reason: str, by: User, at: datetime | None = None) -> None:
    """Do not send an entry from below on; its unit is told why and its quota is free again.

    Effects in order: entry declined, recommendations fall, audit ``entry_declined``, notice.
    """
    moment = at or clock.now()
    competition = locked(entry.competition)
    entry = _locked(entry)
    require(timetable.may(Act.NOMINATE, competition.timetable, moment))
    unit = _own_turn(competition, entry, by)
    _need_reason(reason)
    _leave(entry, EntryState.DECLINED, reason)
    chain.write(competition, "entry_declined", entry, by=by, at=moment, unit=unit.pk, reason=reason)
    _tell(entry, gettext_lazy("Not recommended: %(title)s"), reason, moment)


@transaction.atomic
def withdraw_entry(entry: Entry, *, reason: str = "", by: User, at: datetime | None = None) -> None:
    """Withdraw an own entry before the deadline. Effects in order: entry, recommendations, audit ``entry_withdrawn``."""
    moment = at or clock.now()
    competition = locked(entry.competition)
    entry = _locked(entry)
    require(may_withdraw(entry, by, moment))
    _leave(entry, EntryState.WITHDRAWN, reason)
    chain.write(competition, "entry_withdrawn", entry, by=by, at=moment, reason=reason)


def may_withdraw(entry: Entry, by: User, moment: datetime, competition: Competition | None = None) -> Refusal | None:
    """Refuse withdrawing by others than the unit's contact (or, for a draft, its maker), and after the deadline.

    ``competition`` saves a query a row where its rounds are prefetched.
    """
    if (refusal := acts.may_move_entry(entry.state, EntryState.WITHDRAWN)) is not None:
        return refusal
    own_draft = entry.state == EntryState.DRAFT and entry.created_by_id == by.pk
    if not own_draft and (refusal := acts.contact_only(by.roles, by.unit_id, entry.unit_id)) is not None:
        return refusal
    if entry.state == EntryState.DRAFT:
        return None
    return timetable.may(Act.WITHDRAW, (competition or entry.competition).timetable, moment)


@transaction.atomic
def exclude_entry(entry: Entry, *, reason: str, by: User, at: datetime | None = None) -> None:
    """Take an entry out of the competition, with a reason, until the awards are confirmed.

    Effects in order: entry excluded, its proposed award removed, audit ``entry_excluded`` and ``entry_left``, notice.
    """
    moment = at or clock.now()
    require(acts.office_only(by.roles))
    competition = locked(entry.competition)
    entry = _locked(entry)
    require(acts.may_move_entry(entry.state, EntryState.EXCLUDED))
    if competition.state == CallState.CONFIRMED:
        raise RefusedError(Refusal("confirmed", _("The awards are confirmed. Revoke the certificate instead.")))
    _need_reason(reason)
    award = getattr(entry, "award", None)
    tier = award.tier if award else ""
    if award:
        award.delete()
    _leave(entry, EntryState.EXCLUDED, reason)
    chain.write(competition, "entry_excluded", entry, by=by, at=moment, reason=reason, award=tier)
    chain.write(competition, "entry_left", entry, by=by, at=moment, entry=entry.pk)
    _tell(entry, gettext_lazy("Excluded from the competition: %(title)s"), reason, moment)


def tell_of_withdrawal(page: ResourcePage, reason: str, *, at: datetime) -> None:
    """Tell the office that a resource which stands in a call was withdrawn from the library. Effect: notices.

    The entry stays, since only the office excludes one, on record; no award of it is released or confirmed meanwhile.
    """
    rows = Entry.objects.filter(page_id=page.pk, state__in=STANDING_STATES)
    office = User.objects.filter(groups__name=Role.COMPETITION_OFFICE, is_active=True).distinct()
    for entry in rows.exclude(competition__state=CallState.CANCELLED).select_related("competition"):
        notify(
            office,
            subject=gettext_lazy("Withdrawn: %(title)s"),
            body=gettext_lazy("This entry of “%(call)s” was withdrawn from the library: %(reason)s"),
            words={"title": entry.title, "call": entry.competition.title, "reason": reason},
            url=reverse("competitions:office_entry", args=[entry.pk]),
            at=at,
        )


def _takes_resources(competition: Competition, track: Track) -> Refusal | None:
    if competition.state == CallState.PUBLISHED and track.kind != TrackKind.BID:
        return None
    return Refusal("not-open", _("This call takes no entries now."))


def _locked(entry: Entry) -> Entry:
    rows = Entry.objects.select_for_update(of=("self",), no_key=True).select_related("track", "unit", "competition")
    return rows.get(pk=entry.pk)


def _entering_unit(page: ResourcePage, by: User) -> Unit:
    if page.unit is None:
        raise RefusedError(Refusal("no-unit", _("The resource belongs to no unit.")))
    if by.unit_id != page.unit_id and not page.is_owned_or_authored_by(by):
        raise RefusedError(Refusal("other-unit", _("Only resources of your own unit can be entered.")))
    return page.unit


def _pin(entry: Entry, page: ResourcePage, track: Track, unit: Unit) -> Entry:
    revision = _live_revision(page)
    pinned = revision.as_object()
    entry.track, entry.unit, entry.title = track, unit, pinned.title[:255]
    entry.revision, entry.sha256 = revision, digest(revision)
    entry.media = _media_hashes(pinned)
    entry.authors = [
        {"name": author.name, "unit_name": author.unit_name, "user": author.user_id} for author in pinned.authors.all()
    ]
    return entry


def _pin_attachments(entry: Entry, page: ResourcePage) -> list[dict[str, object]]:
    entry.attachments.all().delete()
    found = []
    for attachment in _live_revision(page).as_object().attachments.all():
        sha256 = _file_hash(attachment.document.file)
        EntryAttachment.objects.create(
            entry=entry,
            document=attachment.document,
            title=attachment.title or attachment.document.title,
            sha256=sha256,
            file=_own_copy(attachment.document.file, sha256),
        )
        found.append({"document": attachment.document_id, "sha256": sha256})
    return found


def _live_revision(page: ResourcePage) -> Revision:
    """Return the public revision. Raises RefusedError if the page went offline a moment ago."""
    if page.live_revision is None:
        raise RefusedError(
            Refusal("not-published", _("Only a published resource can be entered: have it reviewed first."))
        )
    return page.live_revision


def _file_hash(file: FieldFile) -> str:
    """Return the sha256 of a stored file, or an empty string if storage has lost it (the office then sees that)."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""


def _own_copy(source: FieldFile, sha256: str) -> str:
    """Copy a file to where nobody replaces it, under its hash, and return that name; empty if it cannot be read.

    A name that exists holds the same bytes already, whoever entered them, so the copy outlives a rollback harmlessly.
    """
    if not sha256:
        return ""
    name = f"entries/{sha256}.{(source.name or '').rpartition('.')[2].lower()[:10]}"
    if not default_storage.exists(name):
        with source.open("rb") as opened:
            name = default_storage.save(name, opened)
    return name


def _media_hashes(page: ResourcePage) -> dict[str, object]:
    """Return the sha256 of the film and of the pictures of a page, so that a file put in their place is noticed."""
    film = getattr(page, "video_file", None)
    return {
        "film": film.sha256 if film is not None else "",
        "pictures": [_file_hash(image.file) for image in pictures_of(page)],
    }


def _own_turn(competition: Competition, entry: Entry, by: User) -> Unit:
    require(acts.may_move_entry(entry.state, EntryState.DECLINED))
    turn = units.next_unit(competition, entry)
    if turn is None:
        raise ConflictError(Refusal("already-received", _("The entry has already been received.")))
    require(acts.contact_only(by.roles, by.unit_id, turn))
    return Unit.objects.get(pk=turn)


def _nominate(entry: Entry, unit: Unit, by: User, moment: datetime, remark: str) -> None:
    Nomination.objects.create(entry=entry, unit=unit, by=by, at=moment, remark=remark[:300])
    if units.next_unit(entry.competition, entry) is None:
        _receive(entry, moment)
    chain.write(
        entry.competition,
        "entry_recommended",
        entry,
        by=by,
        at=moment,
        unit=unit.pk,
        state=entry.state,
        number=entry.number,
    )


def _receive(entry: Entry, moment: datetime) -> None:
    last = Entry.objects.filter(competition=entry.competition).aggregate(last=Max("number"))["last"]
    entry.number, entry.state, entry.accepted_at = (last or 0) + 1, EntryState.ACCEPTED, moment
    entry.save(update_fields=["number", "state", "accepted_at"])


def _leave(entry: Entry, state: EntryState, reason: str) -> None:
    entry.state, entry.reason = state, reason[:500]
    entry.save(update_fields=["state", "reason"])
    entry.nominations.filter(stands=True).update(stands=False)


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise RefusedError(Refusal("reason-missing", _("Write down the reason; the unit will read it.")))


def _tell(entry: Entry, subject: Promise, reason: str, moment: datetime) -> None:
    contacts = User.objects.filter(unit_id=entry.unit_id, groups__name=Role.UNIT_CONTACT, is_active=True).distinct()
    url = reverse("competitions:unit_desk", args=[entry.competition.slug])
    notify(contacts, subject=subject, quoted=reason, words={"title": entry.title}, url=url, at=moment)
