"""What a unit does: see its quota and what is missing, hand in, recommend, withdraw, bid, report milestones."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.core import clock
from caselib.core.errors import Refusal, RefusedError, require
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage

from ..enums import VISIBLE_STATES, Act, BidState, EntryState
from ..forms.acts import BidDraftForm, BidForm
from ..models import Bid, Commission, Competition, Entry, Milestone, Need, Track
from ..rules import acts, timetable
from ..selectors import calls, explained, units
from ..services import bidding, entries
from .base import actor, attempt, found, number, roles_of, unit_of

PAGE_SIZE = 30


@login_required
@require_safe
def unit_desk(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a unit its quota, its entries with what is missing, and what waits for its recommendation."""
    user = actor(request)
    require(_participant(user))
    competition = found(calls.with_setup(_shown()), slug=slug)
    now = clock.now()
    tracks = list(competition.tracks.all())
    unit = found(Unit.objects.all(), pk=unit_of(request))
    rooms, whole = units.track_rooms(competition, unit, tracks)
    own = list(units.entries_of(competition, unit))
    problems = units.missing_in_drafts(competition, own)
    rows = [
        {
            "entry": e,
            "problems": problems.get(e.pk, []),
            "may_withdraw": entries.may_withdraw(e, user, now, competition),
        }
        for e in own
    ]
    context = {
        "call": competition,
        "phase": timetable.phase_at(competition.timetable, now),
        "rooms": rooms,
        "whole": whole,
        "rows": rows,
        "explained": explained.explain(competition, own),
        "waiting": units.waiting_at(competition, unit),
        "sent_on": units.sent_on(competition, unit),
        "may_enter": timetable.may(Act.ENTER, competition.timetable, now),
        "may_recommend": timetable.may(Act.NOMINATE, competition.timetable, now),
        "is_contact": user.has_role(Role.UNIT_CONTACT),
    }
    return render(request, "competitions/unit_desk.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a resource for a track: put it on the list of drafts, or hand it in at once."""
    user = actor(request)
    require(_participant(user))
    track = found(Track.objects.select_related("competition").filter(competition__state__in=VISIBLE_STATES), pk=pk)
    if request.method == "POST":
        chosen = number(request.POST.get("page"))
        # A colleague, or a first click, has put it there since the list was shown.
        standing = Entry.objects.filter(competition=track.competition, unit=unit_of(request), state__in=units.STANDING)
        if standing.filter(page=chosen).exists():
            messages.info(request, _("It is already entered in this call."))
            return redirect("competitions:unit_desk", slug=track.competition.slug)
        page = found(units.enterable(user, track), pk=chosen)
        done = _("Handed in.") if "submit" in request.POST else _("Kept as a draft.")
        service = entries.submit_entry if "submit" in request.POST else entries.draft_entry
        if attempt(request, lambda: service(page, track, by=user), done):
            return redirect("competitions:unit_desk", slug=track.competition.slug)
        return redirect("competitions:enter", pk=track.pk)
    pages = Paginator(units.enterable(user, track), PAGE_SIZE).get_page(request.GET.get("page"))
    reasons = units.eligibilities(list(pages), track)
    rows = [{"page": page, "refusals": reasons[page.pk]} for page in pages]
    context = {
        "track": track,
        "call": track.competition,
        "page_obj": pages,
        "rows": rows,
        "refusal": timetable.may(Act.ENTER, track.competition.timetable, clock.now()),
        "quota": units.quota_refusal(track.competition, user.unit, track) if user.unit else None,
        "is_contact": user.has_role(Role.UNIT_CONTACT),
    }
    return render(request, "competitions/enter.html", context)


@login_required
@require_POST
def entry_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Hand in a draft, recommend, decline or withdraw an entry."""
    user = actor(request)
    entry = found(Entry.objects.select_related("competition", "track", "page").filter(page__isnull=False), pk=pk)
    require(_concerned(entry, user))
    reason = request.POST.get("reason", "")[:500]
    page, track = entry.page, entry.track
    if act == "submit" and entry.state == EntryState.DRAFT and page is not None:
        attempt(request, lambda: entries.submit_entry(page, track, by=user), _("Handed in."))
    elif act == "recommend":
        attempt(request, lambda: entries.recommend_entry(entry, by=user, remark=reason), _("Recommended."))
    elif act == "decline":
        attempt(
            request,
            lambda: entries.decline_entry(entry, reason=reason, by=user),
            _("Not recommended; the unit is told."),
        )
    elif act == "withdraw":
        attempt(request, lambda: entries.withdraw_entry(entry, reason=reason, by=user), _("Withdrawn."))
    else:
        messages.error(request, _("This is not possible any more. Look at the present state."))
    return redirect("competitions:unit_desk", slug=entry.competition.slug)


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """List the course needs."""
    page = Paginator(calls.open_needs(), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "competitions/needs.html",
        {"page_obj": page, "now": clock.now(), "is_office": Role.COMPETITION_OFFICE in roles_of(request)},
    )


@require_safe
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a need; contact persons see the form for a bid, or their own bid."""
    return _need_page(request, found(calls.open_needs(), pk=pk), None)


@login_required
@require_POST
def bid(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in a bid, or keep it as a draft; a form with faults comes back as it was typed."""
    user = actor(request)
    wanted = found(calls.open_needs(), pk=pk)
    require(bidding.may_bid(wanted, user, clock.now()))
    draft = request.POST.get("act") == "draft"
    form = (BidDraftForm if draft else BidForm)(request.POST, instance=Bid(need=wanted, unit=user.unit))
    if user.unit is not None and form.is_valid():
        verb = bidding.save_draft if draft else bidding.submit_bid
        try:
            verb(form.instance, seen=form.cleaned_data["seen"], by=user)
        except RefusedError as error:
            form.add_error(None, str(error.refusal.message))
            form.data = request.POST.copy()
            form.data["seen"] = bidding.draft_mark(bidding.bid_of(wanted, unit_of(request)))
        else:
            messages.success(request, _("The draft is saved.") if draft else _("Your bid is handed in."))
            return redirect("competitions:need", pk=wanted.pk)
    return _need_page(request, wanted, form)


@login_required
@require_POST
def bid_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an own bid before the deadline."""
    user = actor(request)
    row = found(Bid.objects.filter(unit_id=unit_of(request)), pk=pk)
    attempt(request, lambda: bidding.withdraw_bid(row, by=user), _("Withdrawn."))
    return redirect("competitions:need", pk=row.need_id)


@login_required
@require_safe
def commission(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a commission with its milestones to the unit and to the office."""
    user = actor(request)
    row = found(_commissions(user), pk=pk)
    own = row.bid.unit_id == user.unit_id
    context = {
        "commission": row,
        "milestones": row.milestones.all(),
        "is_contact": own and user.has_role(Role.UNIT_CONTACT),
        "is_office": user.has_role(Role.COMPETITION_OFFICE),
        "pages": _handed_in(row),
    }
    return render(request, "competitions/commission.html", context)


@login_required
@require_POST
def milestone(request: HttpRequest, pk: int) -> HttpResponse:
    """Report a milestone (the unit), or accept or return it (the office)."""
    user = actor(request)
    row = found(Milestone.objects.filter(commission__in=_commissions(user)).select_related("commission"), pk=pk)
    text = request.POST.get("text", "")
    if "report" in request.POST:
        page = ResourcePage.objects.filter(pk=number(request.POST.get("page")), unit_id=unit_of(request)).first()
        attempt(request, lambda: bidding.report_milestone(row, report=text, page=page, by=user), _("Reported."))
    else:
        accepted = "accept" in request.POST
        attempt(request, lambda: bidding.judge_milestone(row, accepted=accepted, answer=text, by=user), _("Answered."))
    return redirect("competitions:commission", pk=row.commission_id)


def _participant(user: User) -> Refusal | None:
    if user.unit_id is None:
        return Refusal("no-unit", _("Your account belongs to no unit yet. Ask the system administrator to set it."))
    if not user.has_role(Role.UNIT_CONTACT, Role.AUTHOR, Role.TEACHER):
        return Refusal("not-taking-part", _("Authors and contact persons of units take part in competitions."))
    return None


def _concerned(entry: Entry, user: User) -> Refusal | None:
    """Refuse entries of units that are neither the user's own nor below it."""
    if user.unit_id in units.chain_for(entry.competition, entry.unit) or entry.created_by_id == user.pk:
        return None
    return Refusal("other-unit", _("This entry belongs to another unit."))


def _shown() -> QuerySet[Competition]:
    return Competition.objects.filter(state__in=VISIBLE_STATES)


def _commissions(user: User) -> QuerySet[Commission]:
    rows = Commission.objects.select_related("need", "bid__unit", "page")
    return rows if user.has_role(Role.COMPETITION_OFFICE) else rows.filter(bid__unit_id=user.unit_id or 0)


def _handed_in(row: Commission) -> QuerySet[ResourcePage]:
    """Return what a unit may hand in for a commission, the latest first: anything it wrote but portraits of teachers."""
    pages = ResourcePage.objects.filter(unit_id=row.bid.unit_id, withdrawn_at=None)
    return pages.exclude(content_type__model=Kind.TEACHER).order_by("-latest_revision_created_at")[:100]


def _need_page(request: HttpRequest, wanted: Need, form: BidForm | None) -> HttpResponse:
    user = request.user
    own = None
    refusal: Refusal | None = None
    if user.is_authenticated:
        own = bidding.bid_of(wanted, unit_of(request))
        refusal = bidding.may_bid(wanted, actor(request), clock.now())
        if form is None and refusal is None and (own is None or own.state == BidState.DRAFT):
            form = BidForm(instance=own, initial={"seen": bidding.draft_mark(own)})
    office = user.is_authenticated and actor(request).has_role(Role.COMPETITION_OFFICE)
    context = {
        "need": wanted,
        "now": clock.now(),
        "form": form,
        "own": own,
        "refusal": refusal,
        "is_office": office,
        "received": wanted.bids.filter(state=BidState.SUBMITTED).count() if office else 0,
        "commission": Commission.objects.filter(need=wanted).select_related("bid__unit").first(),
        "may_withdraw": acts.contact_only(actor(request).roles, actor(request).unit_id, own.unit_id) is None
        if own
        else False,
    }
    return render(request, "competitions/need.html", context, status=422 if form is not None and form.errors else 200)
