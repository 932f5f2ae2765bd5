"""What everybody sees: calls, results after the release, objections, certificates, and the audience's ballot."""

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
from caselib.core import clock
from caselib.core.errors import RefusedError

from ..enums import VISIBLE_STATES
from ..forms.acts import ObjectionForm
from ..models import BallotCode, Certificate, Competition, PublicityPeriod
from ..rules import acts, marks, timetable
from ..selectors import calls, copies, jury, outcome
from ..services import publicity, scoring
from .base import actor, attempt, found, roles_of

PAGE_SIZE = 20


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the published calls, the newest first."""
    page = Paginator(calls.public_calls(), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = calls.lines(page.object_list, clock.now())  # type: ignore[arg-type, assignment]
    return render(request, "competitions/index.html", {"page_obj": page, "desks": _desks(request)})


@require_safe
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a call: dates, tracks, rubrics; after the release its results, in publicity the form for objections."""
    competition = found(calls.with_setup(_visible()), slug=slug)
    return render(request, "competitions/call.html", _call_context(request, competition))


@login_required
@require_POST
def object_to(request: HttpRequest, slug: str) -> HttpResponse:
    """File an objection; a form with faults comes back as it was typed."""
    competition = found(calls.with_setup(_visible()), slug=slug)
    form = ObjectionForm(request.POST, competition=competition)
    if form.is_valid():
        data = form.cleaned_data
        filed = attempt(
            request,
            lambda: publicity.file_objection(
                competition, entry=data["entry"], name=data["name"], contact=data["contact"], text=data["text"],
                by=actor(request),
            ),
            _("Your objection is on record. You will be told the answer."),
        )  # fmt: skip
        if filed:
            return redirect("competitions:call", slug=slug)
    context = _call_context(request, competition) | {"objection_form": form}
    return render(request, "competitions/call.html", context, status=422)


@require_safe
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm a certificate to whoever holds it."""
    rows = Certificate.objects.select_related("award__competition", "award__entry__track", "award__entry__unit")
    return render(request, "competitions/certificate.html", {"certificate": found(rows, token=token)})


@require_http_methods(["GET", "HEAD", "POST"])
def vote_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code by hand, for those who cannot scan it."""
    code = request.POST.get("code", "").strip().upper().replace(" ", "").replace("-", "")
    if request.method == "POST":
        if code.isalnum() and BallotCode.objects.filter(code=code).exists():
            return redirect("competitions:vote", code=code)
        messages.error(request, _("There is no ballot with this code. Look at it again, letter by letter."))
    return render(request, "competitions/vote_code.html", {"code": code[:20]})


@require_http_methods(["GET", "HEAD", "POST"])
def vote(request: HttpRequest, code: str) -> HttpResponse:
    """The ballot paper of one code: points for every entry of the round, handed in once."""
    row = found(BallotCode.objects.select_related("round__competition"), code=code)
    entries = jury.on_ballot(row.round)
    now = clock.now()
    refusal = acts.round_open(row.round.state) or timetable.may_judge(row.round.window, now)
    typed = {entry.pk: request.POST.get(f"points-{entry.pk}", "")[:12] for entry in entries}
    problem = ""
    if request.method == "POST" and row.spent_at is None:
        points = {pk: marks.parsed(value) for pk, value in typed.items()}
        if any(value is None for value in points.values()):
            problem = _("Give points between 0 and 100 to every entry on the paper.")
        else:
            try:
                scoring.cast_ballot(row, points={pk: value for pk, value in points.items() if value is not None})
                return redirect("competitions:vote", code=code)
            except RefusedError as error:
                problem = str(error.refusal.message)
    # What the screen in the hall says of them: a number alone tells nobody what to vote on.
    masks = copies.redactors(entries)
    lines = [{"entry": entry, "title": masks[entry.pk](entry.title), "value": typed[entry.pk]} for entry in entries]
    context = {"row": row, "lines": lines, "problem": problem, "refusal": refusal}
    return render(request, "competitions/vote.html", context, status=422 if problem else 200)


def _visible() -> QuerySet[Competition]:
    return Competition.objects.filter(state__in=VISIBLE_STATES)


def _call_context(request: HttpRequest, competition: Competition) -> dict[str, object]:
    now = clock.now()
    period = PublicityPeriod.objects.filter(competition=competition).first()
    ends_on = period.ends_on if period else None
    open_objection = acts.may_object(competition.state, ends_on, clock.today()) is None
    roles = roles_of(request)
    form = None
    if open_objection and request.user.is_authenticated:
        form = ObjectionForm(competition=competition, initial={"name": actor(request).name})
    return {
        "call": competition,
        "now": now,
        "phase": timetable.phase_at(competition.timetable, now),
        "period": period,
        "winners": outcome.winners(competition) if competition.released else [],
        "objections_open": open_objection,
        "objection_form": form,
        "own_objections": (
            competition.objections.filter(filed_by=request.user.pk) if request.user.is_authenticated else []
        ),
        "may_enter": Role.UNIT_CONTACT in roles or Role.AUTHOR in roles,
        "is_office": Role.COMPETITION_OFFICE in roles,
        "is_editor": Role.EDITOR in roles,
    }


def _desks(request: HttpRequest) -> dict[str, bool]:
    roles = roles_of(request)
    return {
        "office": Role.COMPETITION_OFFICE in roles,
        "judge": Role.JUDGE in roles,
        "unit": Role.UNIT_CONTACT in roles,
    }
