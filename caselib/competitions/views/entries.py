"""The office's pages of entries: the list, one entry with the copy judges read, and the acts on it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ..enums import AwardTier
from ..models import Competition, Entry, EntryAttachment
from ..selectors import copies, similarity
from ..services import entries, results, veiling
from ..services import jury as jury_services
from .base import actor, attempt, file_response, found, number, office_view
from .files import attachment_response, film_response

PAGE_SIZE = 50
RELATED = ("competition", "track", "unit", "bid", "revision", "page")


@office_view
@require_safe
def entry_list(request: HttpRequest, pk: int) -> HttpResponse:
    """List the entries of a call."""
    call = found(Competition.objects.select_related("organiser"), pk=pk)
    rows = call.entries.exclude(state="draft").select_related("track", "unit").order_by("number", "pk")
    state = request.GET.get("state", "")
    if state in dict(Entry._meta.get_field("state").choices or ()):
        rows = rows.filter(state=state)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    states = [(value, label) for value, label in Entry._meta.get_field("state").choices or () if value != "draft"]
    context = {"call": call, "tab": "entries", "page_obj": page, "states": states, "state": state}
    return render(request, "competitions/office/entries.html", context)


@office_view
@require_safe
def entry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one entry: its way, conflicts, and the copy judges read, with passages to black out."""
    entry = found(Entry.objects.exclude(state="draft").select_related(*RELATED), pk=pk)
    copy = copies.copy_of(entry) if entry.revision_id or entry.bid_id else None
    attachments = list(entry.attachments.select_related("document"))
    context = {
        "call": entry.competition,
        "tab": "entries",
        "entry": entry,
        "copy": copy,
        "files": list(zip(attachments, copy.files, strict=True)) if copy else [],
        "clues": copies.clues(entry, copy) if copy and entry.track.blind else [],
        "nominations": entry.nominations.select_related("unit", "by"),
        "black_outs": entry.black_outs.all(),
        "conflicts": entry.conflicts.select_related("judge__user"),
        # A judge who was removed may have left a score that counts.
        "judges": entry.competition.judges.filter(Q(active=True, tracks=entry.track_id) | Q(assignments__entry=entry))
        .select_related("user")
        .distinct(),
        "tiers": AwardTier.choices,
        "award": getattr(entry, "award", None),
        "similar": similarity.shared_with_others(entry),
    }
    return render(request, "competitions/office/entry.html", context)


@office_view
@require_safe
def entry_file(request: HttpRequest, pk: int, place: int) -> HttpResponseBase:
    """An attachment exactly as the judges get it."""
    return attachment_response(request, found(Entry.objects.select_related(*RELATED), pk=pk), place)


@office_view
@require_safe
def entry_film(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The film exactly as the judges get it."""
    return film_response(request, found(Entry.objects.select_related(*RELATED), pk=pk))


@office_view
@require_safe
def entry_picture(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """A picture exactly as the judges get it."""
    entry = found(Entry.objects.select_related(*RELATED), pk=pk)
    data = copies.picture(entry, place)
    if data is None:
        raise Http404
    return file_response(data, f"{entry.code}-{place + 1}.png", "image/png", inline=True)


@office_view
@require_POST
def office_entry_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Exclude an entry, decide what judges read of it, record a conflict, or set its award."""
    entry, by = found(Entry.objects.select_related("competition"), pk=pk), actor(request)
    reason, text = request.POST.get("reason", "")[:500], request.POST.get("text", "")
    verbs: dict[str, tuple[Callable[[], object], str]] = {
        "exclude": (lambda: entries.exclude_entry(entry, reason=reason, by=by), _("Excluded; the unit is told.")),
        "blackout": (lambda: veiling.black_out(entry, text=text, by=by), _("Blacked out.")),
        "lift": (
            lambda: veiling.lift_black_out(found(entry.black_outs.all(), pk=number(request.POST.get("row"))), by=by),
            _("The passage is shown again."),
        ),
        "withhold": (
            lambda: veiling.withhold_attachment(_attachment(request, entry), reason=reason, by=by),
            _("What judges get of the attachment is changed."),
        ),
        "conflict": (
            lambda: jury_services.record_conflict(
                found(entry.competition.judges.all(), pk=number(request.POST.get("judge"))), entry, remark=reason, by=by
            ),
            _("Recorded. The judge does not read this entry."),
        ),
        "award": (
            lambda: _set_award(request, entry, reason),
            _("The award is set."),
        ),
    }
    if act not in verbs:
        raise Http404
    attempt(request, *verbs[act])
    return redirect("competitions:office_entry", pk=entry.pk)


def _set_award(request: HttpRequest, entry: Entry, reason: str) -> None:
    period = results.set_award(entry, tier=request.POST.get("tier", ""), reason=reason, by=actor(request))
    if period is not None:
        text = _("Nobody could object to this award so far: the publicity period lasts until the end of %(day)s now.")
        messages.info(request, text % {"day": date_format(period.ends_on)})


def _attachment(request: HttpRequest, entry: Entry) -> EntryAttachment:
    return found(entry.attachments.all(), pk=number(request.POST.get("row")))
