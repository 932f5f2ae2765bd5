"""The office's pages of a round: assigning, progress, live stage, ballots; and the screen in the hall."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from caselib.core import clock
from caselib.core.addresses import printed

from .. import papers
from ..enums import AssignmentState, CallState, RoundState
from ..forms.acts import ProlongForm
from ..models import BallotCode, Entry, Judge, JuryAssignment, Round
from ..selectors import copies, jury, outcome
from ..services import readings, results, scoring
from .base import actor, attempt, found, number, office_view

CODES_A_PAGE = 500


@office_view
@require_safe
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a round: entries with their readings, loads of the judges, what can be done next. No marks are shown."""
    round_ = _round(pk)
    rows = JuryAssignment.objects.filter(round=round_).exclude(state=AssignmentState.REPLACED)
    by_entry: dict[int, list[JuryAssignment]] = {}
    for row in rows.select_related("judge__user").order_by("judge_id"):
        by_entry.setdefault(row.entry_id, []).append(row)
    entries = jury.participants(round_)
    wanted = {rubric.track_id: rubric.readings for rubric in round_.rubrics.all()}
    lines = [{"entry": e, "readings": by_entry.get(e.pk, []), "wanted": wanted.get(e.track_id, 0)} for e in entries]
    loads = jury.loads(round_)
    judges = [
        {"judge": judge, "all": loads.get(judge.pk, {}).get("all", 0), "done": loads.get(judge.pk, {}).get("done", 0)}
        for judge in Judge.objects.filter(competition=round_.competition).select_related("user__unit").order_by("pk")
        if judge.active or judge.pk in loads
    ]
    context = {
        "call": round_.competition,
        "tab": "rounds",
        "round": round_,
        "lines": lines,
        "judges": judges,
        "done": sum(line["done"] for line in loads.values()),
        "total": sum(line["all"] for line in loads.values()),
        "prolong_form": ProlongForm(),
        "may_open": scoring.may_open(round_, clock.now()) if round_.state == RoundState.PREPARED else None,
        "may_reopen": round_.state == RoundState.CLOSED and round_.competition.state == CallState.PUBLISHED,
        "codes": round_.ballot_codes.aggregate(all=Count("pk"), spent=Count("pk", filter=Q(spent_at__isnull=False))),
    }
    return render(request, "competitions/office/round.html", context)


@office_view
@require_POST
def round_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Do one act on a round."""
    round_, by = _round(pk), actor(request)
    reason = request.POST.get("reason", "")[:500]
    verbs: dict[str, tuple[Callable[[], object], str]] = {
        "open": (lambda: scoring.open_round(round_, by=by), _("The round is open; the judges can read.")),
        "close": (
            lambda: results.close_round(round_, waive_disputes=reason, by=by),
            _("The round is closed and reckoned. Nobody but the office sees the figures yet."),
        ),
        "reopen": (
            lambda: results.reopen_round(round_, reason=reason, by=by),
            _("The round is open again; what was reckoned is gone, what was handed in stays."),
        ),
        "further": (
            lambda: readings.order_further_reading(round_, _entry(request, round_), by=by),
            _("A further judge will read the entry."),
        ),
        "stage": (
            lambda: scoring.show_on_stage(
                round_, _entry(request, round_) if request.POST.get("entry") else None, by=by
            ),
            _("The screen and the judges follow."),
        ),
        "codes": (
            lambda: scoring.print_codes(round_, number=number(request.POST.get("number")), by=by),
            _("The codes are ready to be printed."),
        ),
    }
    if act == "assign":
        _assign(request, round_)
    elif act == "fill":
        attempt(request, lambda: _fill(request, round_))
    elif act == "prolong":
        form = ProlongForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            attempt(
                request,
                lambda: results.prolong_round(round_, until=data["until"], reason=data["reason"], by=by),
                _("The deadline is moved."),
            )
        else:
            messages.error(request, _("Give the new date and the reason."))
    elif act in verbs:
        attempt(request, *verbs[act])
    else:
        raise Http404
    return redirect("competitions:office_round", pk=round_.pk)


@office_view
@require_safe
def ballot_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The unspent codes of a round as slips with QR codes, for printing."""
    round_ = _round(pk)
    codes = BallotCode.objects.filter(round=round_, spent_at__isnull=True).order_by("pk")
    page = Paginator(codes, CODES_A_PAGE).get_page(request.GET.get("page"))
    slips = []
    for row in page:
        address = printed(request, reverse("competitions:vote", args=[row.code]))
        slips.append({"code": row.code, "qr": papers.qr_svg(address)})
    context = {"call": round_.competition, "tab": "rounds", "round": round_, "slips": slips, "page_obj": page}
    return render(request, "competitions/office/ballots.html", context)


@office_view
@require_safe
def screen(request: HttpRequest, pk: int) -> HttpResponse:
    """The screen in the hall: what is on stage and how many have scored; scores only after the release."""
    round_ = _round(pk)
    state = _screen_state(round_)
    if request.GET.get("format") == "json":
        return JsonResponse(state)
    results_of = outcome.results_of(round_) if round_.competition.released else {}
    names = dict(round_.competition.tracks.values_list("pk", "name"))
    context = {
        "round": round_,
        "call": round_.competition,
        "state": state,
        "results": [(names[track], rows) for track, rows in sorted(results_of.items())],
    }
    return render(request, "competitions/office/screen.html", context)


def _screen_state(round_: Round) -> dict[str, object]:
    entry = round_.current_entry
    rows = round_.assignments.exclude(state=AssignmentState.REPLACED).filter(entry__state="accepted")
    here = rows.filter(entry=entry) if entry else rows
    counts = here.aggregate(all=Count("pk"), done=Count("pk", filter=Q(state=AssignmentState.SCORED)))
    spent = round_.ballot_codes.filter(spent_at__isnull=False).count()
    # Judges look at this screen too: in a blind track the title is the one they read.
    mask = copies.redactor(entry) if entry else str
    return {
        "entry": entry.code if entry else "",
        "title": mask(entry.title) if entry else "",
        "track": entry.track.name if entry else "",
        "scored": counts["done"],
        "wanted": counts["all"],
        "ballots": spent,
        "closed": round_.state == RoundState.CLOSED,
        "released": round_.competition.released,
    }


def _round(pk: int) -> Round:
    return found(
        Round.objects.select_related("competition__organiser", "current_entry__track", "current_entry__competition"),
        pk=pk,
    )


def _entry(request: HttpRequest, round_: Round) -> Entry:
    return found(
        Entry.objects.filter(competition=round_.competition).select_related("track"),
        pk=number(request.POST.get("entry")),
    )


def _assign(request: HttpRequest, round_: Round) -> None:
    """Assign the round and say for each track what came of it."""
    seed = number(request.POST.get("seed"))
    answers: dict[int, object] = {}
    if not attempt(request, lambda: answers.update(readings.assign_round(round_, seed=seed, by=actor(request)))):
        return
    names = dict(round_.competition.tracks.values_list("pk", "name"))
    refused = False
    for track, answer in answers.items():
        refusal = getattr(answer, "refusal", None)
        if refusal is not None:
            refused = True
            codes = Entry.objects.filter(pk__in=getattr(answer, "entries", ())[:20]).order_by("number")
            listed = "、".join(entry.code for entry in codes)
            who = _judges_meant(round_, track, answer)
            messages.error(request, f"{names[track]}：{refusal.message} {listed}{who}".strip())
    if not refused:
        count = sum(len(getattr(answer, "pairs", ())) for answer in answers.values())
        text = ngettext("%(n)d reading is assigned.", "%(n)d readings are assigned.", count) % {"n": count}
        messages.success(request, text) if count else messages.error(request, _("There is no entry to assign yet."))


def _judges_meant(round_: Round, track: int, answer: object) -> str:
    """Return whom the office has to ask: judges who have not declared yet do not count, and those named are meant."""
    seated = Judge.objects.filter(competition=round_.competition, active=True, tracks=track).select_related("user")
    meant = getattr(answer, "judges", ())
    if meant:
        return "、".join(str(judge) for judge in seated.filter(pk__in=meant).order_by("pk"))
    silent = [str(judge) for judge in seated.filter(declared_at__isnull=True).order_by("pk")]
    text = _("Appointed, but without a declaration yet: %(names)s.")
    return text % {"names": "、".join(silent)} if silent else ""


def _fill(request: HttpRequest, round_: Round) -> None:
    given, lacking = readings.fill_gaps(round_, by=actor(request))
    messages.success(
        request,
        _("%(given)d readings were given, %(lacking)d are still missing.") % {"given": given, "lacking": lacking},
    )
