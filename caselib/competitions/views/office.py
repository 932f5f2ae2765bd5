"""The office's pages of a call: overview, setup, entries, jury, results and their acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max, Model
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.core import clock
from caselib.core.seen import stamp_of
from caselib.resources import lettering

from ..enums import CALL_TRANSITIONS, VISIBLE_STATES, CallState
from ..forms import setup as forms
from ..forms.acts import AppointForm, ProlongForm
from ..models import (
    AwardRule,
    Competition,
    CompositionRule,
    Conflict,
    Criterion,
    Judge,
    Objection,
    PublicityPeriod,
    Quota,
    Round,
    Rubric,
    Track,
)
from ..rules import acts, timetable
from ..selectors import calls, jury, outcome
from ..services import awards, publicity, results
from ..services import calls as call_services
from ..services import jury as jury_services
from .base import actor, attempt, found, office_view

PAGE_SIZE = 50
PARTS: dict[str, tuple[type[ModelForm], type[Model], str]] = {
    "call": (forms.CallForm, Competition, ""),
    "track": (forms.TrackForm, Track, "competition"),
    "round": (forms.RoundForm, Round, "competition"),
    "quota": (forms.QuotaForm, Quota, "competition"),
    "composition": (forms.CompositionForm, CompositionRule, "competition"),
    "rubric": (forms.RubricForm, Rubric, ""),
    "criterion": (forms.CriterionForm, Criterion, "rubric"),
    "award": (forms.AwardRuleForm, AwardRule, "track"),
}


@office_view
@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """List all calls."""
    page = Paginator(calls.office_calls(), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = calls.lines(page.object_list, clock.now())  # type: ignore[arg-type, assignment]
    return render(request, "competitions/office/index.html", {"page_obj": page})


@office_view
@require_http_methods(["GET", "HEAD", "POST"])
def new_call(request: HttpRequest) -> HttpResponse:
    """Prepare a new call."""
    form = forms.CallForm(request.POST if request.method == "POST" else None, initial={"year": clock.today().year})
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(request, lambda: call_services.create_call(form.instance, by=actor(request)))
    ):
        return redirect("competitions:office_setup", pk=form.instance.pk)
    context = {"form": form, "title": _("New call")}
    return render(request, "competitions/office/form.html", context, status=422 if form.errors else 200)


@office_view
@require_safe
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show where a call stands and what can be done next."""
    call = _call(pk)
    period = PublicityPeriod.objects.filter(competition=call).first()
    unanswered = call.objections.filter(state="open").count()
    context = {
        "call": call,
        "tab": "overview",
        "public": call.state in VISIBLE_STATES,
        "now": clock.now(),
        "phase": timetable.phase_at(call.timetable, clock.now()),
        "period": period,
        "missing": call_services.missing(call) if call.state == CallState.DRAFT else None,
        "next_states": CALL_TRANSITIONS[CallState(call.state)],
        "may_confirm": acts.may_confirm(call.state, unanswered, period.ends_on if period else None, clock.today()),
        "closed": results.all_closed(call),
        "nobody_recommends": call.organiser is None or call.organiser.is_leaf(),
        "prolong_form": ProlongForm(),
        "entries": call.entries.filter(state="accepted").count(),
        "underway": call.entries.filter(state="nominated").count(),
        "judges": call.judges.filter(active=True).count(),
        "undeclared": call.judges.filter(active=True, declared_at__isnull=True).count(),
        "unanswered": unanswered,
    }
    return render(request, "competitions/office/overview.html", context)


@office_view
@require_POST
def call_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Do one act on a call: publish, cancel, prolong, propose, release, publicity, confirm."""
    call, by = _call(pk), actor(request)
    reason = request.POST.get("reason", "")[:500]
    verbs: dict[str, tuple[Callable[[], object], str]] = {
        "publish": (
            lambda: call_services.publish_call(call, by=by),
            _("The call is published; its rules are fixed now."),
        ),
        "cancel": (lambda: call_services.cancel_call(call, reason=reason, by=by), _("The call is cancelled.")),
        "propose": (lambda: results.propose_awards(call, by=by), _("The award proposal is made.")),
        "release": (lambda: results.release_results(call, reason=reason, by=by), _("All results are released.")),
        "publicity": (lambda: publicity.open_publicity(call, by=by), _("The publicity period has begun.")),
        "confirm": (
            lambda: awards.confirm_awards(call, by=by),
            _("The awards are confirmed and the certificates issued."),
        ),
    }
    if act == "prolong":
        form = ProlongForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Give the new date and the reason."))
        else:
            data = form.cleaned_data
            date = request.POST.get("date", "")
            attempt(
                request,
                lambda: call_services.prolong(call, date=date, until=data["until"], reason=data["reason"], by=by),
                _("The deadline is moved."),
            )
    elif act in verbs:
        attempt(request, *verbs[act])
    else:
        raise Http404
    target = "office_results" if act in ("propose", "release", "publicity", "confirm") else "office_call"
    return redirect(f"competitions:{target}", pk=call.pk)


@office_view
@require_safe
def setup(request: HttpRequest, pk: int) -> HttpResponse:
    """Show tracks, rounds, rubrics, quotas and award rules, each with its form."""
    call = found(calls.with_setup(Competition.objects.all()), pk=pk)
    context = {"call": call, "tab": "setup", "fixed": acts.setup_open(call.state)}
    return render(request, "competitions/office/setup.html", context)


@office_view
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, pk: int, kind: str, owner: int, row: int) -> HttpResponse:
    """Add (``row`` 0) or change one part of a call in preparation. ``owner`` is the track or rubric it belongs to."""
    call = _call(pk)
    if kind not in PARTS:
        raise Http404
    form_class, model, parent = PARTS[kind]
    try:
        instance = _part(call, model, parent, owner, row)
    except Http404:
        if request.method != "POST":
            raise
        messages.error(request, str(call_services.removed().message))
        return redirect("competitions:office_setup", pk=call.pk)
    form = form_class(request.POST if request.method == "POST" else None, instance=instance)
    seen = request.POST.get("seen", "") if request.method == "POST" else stamp_of(instance)
    if (
        request.method == "POST"
        and form.is_valid()
        and _unique(form)
        and attempt(request, lambda: call_services.save_part(form.instance, seen=seen, by=actor(request)), _("Saved."))
    ):
        return redirect("competitions:office_setup", pk=call.pk)
    context = {
        "seen": seen,
        "call": call,
        "tab": "setup",
        "form": form,
        "title": model._meta.verbose_name,
        "fixed": acts.setup_open(call.state),
    }
    return render(request, "competitions/office/form.html", context, status=422 if form.errors else 200)


@office_view
@require_POST
def part_remove(request: HttpRequest, pk: int, kind: str, row: int) -> HttpResponse:
    """Delete a part of a call in preparation."""
    call = _call(pk)
    if kind not in PARTS or kind in ("call", "rubric"):
        raise Http404
    instance = _part(call, PARTS[kind][1], PARTS[kind][2], 0, row)
    attempt(request, lambda: call_services.remove_part(instance, by=actor(request)), _("Removed."))
    return redirect("competitions:office_setup", pk=call.pk)


@office_view
@require_http_methods(["GET", "HEAD", "POST"])
def office_jury(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the jury with declarations, conflicts and loads; a POST appoints a judge."""
    call = _call(pk)
    form = AppointForm(request.POST if request.method == "POST" else None, competition=call)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = attempt(
            request,
            lambda: jury_services.appoint_judge(
                call, data["user"], tracks=data["tracks"], by=actor(request),
                topics=[t.pk for t in data["topics"]], sectors=[s.pk for s in data["sectors"]],
            ),
            _("Appointed; the judge is asked to declare relations."),
        )  # fmt: skip
        if done:
            return redirect("competitions:office_jury", pk=call.pk)
    judges = list(call.judges.select_related("user__unit").prefetch_related("tracks"))
    meant = jury.units_meant({name for judge in judges for name in judge.listed_unit_names})
    conflicts = (
        Conflict.objects.filter(judge__competition=call)
        .select_related("judge__user", "entry")
        .order_by("judge", "entry")
    )
    context = {
        "call": call,
        "tab": "jury",
        "form": form,
        "judges": judges,
        "unknown_units": sorted(name for name, ids in meant.items() if not ids),
        "conflicts": Paginator(conflicts, 200).get_page(request.GET.get("page")),
    }
    return render(request, "competitions/office/jury.html", context, status=422 if form.errors else 200)


@office_view
@require_POST
def judge_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a judge; open readings go to others."""
    judge = found(Judge.objects.all(), pk=pk)
    reason, void = request.POST.get("reason", ""), "void" in request.POST
    attempt(
        request,
        lambda: jury_services.remove_judge(judge, reason=reason, void_scores=void, by=actor(request)),
        _("Removed; open readings were given to other judges where any was free."),
    )
    return redirect("competitions:office_jury", pk=judge.competition_id)


@office_view
@require_safe
def office_results(request: HttpRequest, pk: int) -> HttpResponse:
    """Show results by round and track, the proposal, objections, and the steps to the certificate."""
    call = _call(pk)
    tracks = {track.pk: track for track in call.tracks.all()}
    rounds = [
        {"round": round_, "tracks": [(tracks[pk], rows) for pk, rows in sorted(outcome.results_of(round_).items())]}
        for round_ in call.rounds.filter(state="closed").order_by("order")
    ]
    period = PublicityPeriod.objects.filter(competition=call).first()
    unanswered = call.objections.filter(state="open").count()
    winners = outcome.winners(call)
    context = {
        "call": call,
        "tab": "results",
        "rounds": rounds,
        "winners": winners,
        "unshown": lettering.unshown(map(awards.text_of, winners)) if call.state == CallState.PUBLICITY else [],
        "proposal": outcome.proposal(call) if results.all_closed(call) is None and not call.released else None,
        "closed": results.all_closed(call),
        "partial": results.partial_before(call) if call.state == CallState.PUBLISHED else [],
        "period": period,
        "objections": call.objections.select_related("entry", "filed_by", "answered_by"),
        "still_awarded": outcome.upheld_and_awarded(call) if call.state == CallState.PUBLICITY else [],
        "may_confirm": acts.may_confirm(call.state, unanswered, period.ends_on if period else None, clock.today()),
    }
    return render(request, "competitions/office/results.html", context)


@office_view
@require_POST
def objection_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer an objection on record."""
    objection = found(Objection.objects.all(), pk=pk)
    upheld, answer = "uphold" in request.POST, request.POST.get("answer", "")
    attempt(
        request,
        lambda: publicity.answer_objection(objection, upheld=upheld, answer=answer, by=actor(request)),
        _("Answered on record."),
    )
    return redirect("competitions:office_results", pk=objection.competition_id)


def _call(pk: int) -> Competition:
    return found(Competition.objects.select_related("organiser"), pk=pk)


def _part(call: Competition, model: type[Model], parent: str, owner: int, row: int) -> Any:
    """Return the part ``row`` of ``call``, or a new one under its owner. Raises Http404 for parts of other calls."""
    if model is Competition:
        return call
    if row:
        instance: Any = found(model._default_manager.all(), pk=row)
        if call_services.owner_of(instance).pk != call.pk:
            raise Http404
        return instance
    if model is Round:
        # The next place: with the first one suggested, a second round was refused as being there already.
        return Round(competition=call, order=(call.rounds.aggregate(last=Max("order"))["last"] or 0) + 1)
    if parent == "competition":
        return model(competition=call)
    if parent == "track":
        return model(track=found(call.tracks.all(), pk=owner))
    if parent == "rubric":
        return model(rubric=found(Rubric.objects.filter(track__competition=call), pk=owner))
    raise Http404


def _unique(form: ModelForm) -> bool:
    """Whether the part can stand beside the others; the owner is not in the form, so the form cannot see it itself."""
    refusal = call_services.beside_others(form.instance)
    if refusal is not None:
        form.add_error(None, str(refusal.message))
    return refusal is None
