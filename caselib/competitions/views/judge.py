"""What a judge does: declare, read beside the rubric, save as typed, hand in, step back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.accounts.enums import Role
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require

from ..enums import AssignmentState, RoundState
from ..forms.acts import DeclarationForm
from ..models import Competition, Judge, JuryAssignment, Score
from ..rules import acts, marks
from ..selectors import copies, jury
from ..services import jury as jury_services
from ..services import readings, scoring
from .base import DOCX, actor, attempt, file_response, found
from .files import attachment_response, film_response


def storable(text: str) -> str:
    """Return ``text`` with NUL made visible: PostgreSQL cannot keep it, and a mark with one is no number."""
    return text.replace("\x00", "\ufffd")


@login_required
@require_safe
def judging(request: HttpRequest) -> HttpResponse:
    """List a judge's calls with progress."""
    require(_judge_only(request))
    open_rounds = Q(assignments__round__state=RoundState.OPEN) & ~Q(assignments__state=AssignmentState.REPLACED)
    seats = jury.seats_of(actor(request)).annotate(
        wanted=Count("assignments", filter=open_rounds),
        done=Count("assignments", filter=open_rounds & Q(assignments__state=AssignmentState.SCORED)),
    )
    waiting_first = sorted(seats, key=lambda seat: seat.declared and seat.done >= seat.wanted)
    return render(request, "competitions/judging.html", {"seats": waiting_first})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare relations, before any title is shown."""
    seat = _seat(request, pk)
    initial = {"names": "\n".join(seat.listed_names), "units": "\n".join(seat.listed_unit_names)}
    form = DeclarationForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        done = _("Declared. Entries you have a relation to will not be given to you.")
        if attempt(
            request,
            lambda: jury_services.declare(seat, names=data["names"], units=data["units"], by=actor(request)),
            done,
        ):
            return redirect("competitions:judge_desk", pk=seat.pk)
    return render(
        request, "competitions/declare.html", {"seat": seat, "form": form}, status=422 if form.errors else 200
    )


@login_required
@require_safe
def judge_desk(request: HttpRequest, pk: int) -> HttpResponse:
    """List what a judge has to read, unscored first to see."""
    seat = _seat(request, pk)
    if acts.may_see_titles(seat.declared) is not None:
        return redirect("competitions:declare", pk=seat.pk)
    desk = list(jury.desk(seat))
    masks = copies.redactors([row.entry for row in desk])
    rows = [{"row": row, "title": masks[row.entry_id](row.entry.title)} for row in desk]
    done = sum(1 for row in desk if row.state == AssignmentState.SCORED)
    context = {"seat": seat, "rows": rows, "done": done, "total": len(rows), "next": _next(seat, None)}
    return render(request, "competitions/judge_desk.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the entry beside the rubric; a POST hands the marks in."""
    row = _reading(request, pk)
    rubric = readings.rubric_of(row.round, row.entry.track)
    score = Score.objects.filter(assignment=row).first()
    refusal = scoring.may_score(row, actor(request), clock.now())
    problem: Refusal | None = None
    typed = dict(score.draft) if score else {}
    comment, status = score.comment if score else "", 200
    if request.method == "POST":
        typed = {c.code: storable(request.POST.get(f"mark-{c.code}", ""))[:20] for c in rubric.criteria.all()}
        comment = storable(request.POST.get("comment", ""))[:5000]
        problem, status = _hand_in(request, row, typed, comment)
        if problem is None:
            messages.success(request, _("Handed in: entry %(code)s.") % {"code": row.entry.code})
            following = _next(row.judge, row)
            if following is not None:
                return redirect("competitions:reading", pk=following.pk)
            return redirect("competitions:judge_desk", pk=row.judge_id)
    lines = [{"criterion": c, "value": typed.get(c.code, "")} for c in rubric.criteria.all()]
    desk = list(jury.desk(row.judge))
    context = {
        "row": row, "copy": copies.copy_of(row.entry), "lines": lines, "comment": comment, "problem": problem,
        "score": score, "version": score.version if score else 0, "refusal": refusal, "rubric": rubric,
        "done": sum(1 for one in desk if one.state == AssignmentState.SCORED), "total": len(desk),
        "next": _next(row.judge, row),
        "unsent": bool(score and score.version and score.draft != score.marks),
        "on_stage": row.round.current_entry_id == row.entry_id,
    }  # fmt: skip
    return render(request, "competitions/reading.html", context, status=status)


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep a draft as it is typed; answers JSON."""
    row = _reading(request, pk)
    marks = {name: value for name, value in request.POST.items() if name.startswith("mark-")}
    typed = {name.removeprefix("mark-"): storable(str(value)) for name, value in marks.items()}
    try:
        score = scoring.save_draft(
            row, typed=typed, comment=storable(request.POST.get("comment", "")), by=actor(request)
        )
    except RefusedError as error:
        return JsonResponse({"code": error.refusal.code, "message": str(error.refusal.message)}, status=error.status)
    local = score.saved_at.astimezone(clock.ZONE)
    return JsonResponse({"saved": f"{local:%H:%M:%S}"})


@login_required
@require_POST
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Step back from an entry."""
    row = _reading(request, pk)
    reason = storable(request.POST.get("reason", ""))
    done = _("You have stepped back; the entry goes to another judge.")
    attempt(request, lambda: jury_services.recuse(row, reason=reason, by=actor(request)), done)
    return redirect("competitions:judge_desk", pk=row.judge_id)


@login_required
@require_safe
def copy_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The copy as a Word file, with pictures."""
    row = _reading(request, pk)
    copy = copies.copy_of(row.entry)
    places = [block.picture for block in copy.blocks if block.kind == "picture"]
    images = {place: data for place in places if (data := copies.picture(row.entry, place)) is not None}
    return file_response(copies.copy_document(copy, images), f"{copy.code}.docx", DOCX)


@login_required
@require_safe
def copy_picture(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """A picture of the copy, without metadata."""
    row = _reading(request, pk)
    data = copies.picture(row.entry, place)
    if data is None:
        raise Http404
    return file_response(data, f"{row.entry.code}-{place + 1}.png", "image/png", inline=True)


@login_required
@require_safe
def copy_file(request: HttpRequest, pk: int, place: int) -> HttpResponseBase:
    """An attachment: as it is in an open track, as a copy cleared of names in a blind one, never the raw file there."""
    row = _reading(request, pk)
    return attachment_response(request, row.entry, place)


@login_required
@require_safe
def copy_film(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The film of an entry under a neutral name; in a blind track without anything but picture and sound."""
    row = _reading(request, pk)
    return film_response(request, row.entry)


def _judge_only(request: HttpRequest) -> Refusal | None:
    if actor(request).has_role(Role.JUDGE):
        return None
    return Refusal("judge-only", _("This desk is for appointed judges."))


def _seat(request: HttpRequest, pk: int) -> Judge:
    require(_judge_only(request))
    rows = Judge.objects.filter(user=actor(request), active=True).select_related("competition")
    return found(rows.exclude(competition__in=Competition.objects.filter(state__in=["draft", "cancelled"])), pk=pk)


def _reading(request: HttpRequest, pk: int) -> JuryAssignment:
    """Return one's own reading in a round that is or was open, after declaring; to anybody else it does not exist."""
    require(_judge_only(request))
    rows = JuryAssignment.objects.filter(
        judge__user=actor(request), judge__active=True, judge__declared_at__isnull=False, entry__state="accepted"
    ).exclude(Q(round__state=RoundState.PREPARED) | Q(state=AssignmentState.REPLACED))
    related = ("round__competition", "entry__track", "entry__unit", "entry__bid", "entry__revision", "judge__user")
    return found(rows.select_related(*related), pk=pk)


def _next(seat: Judge, after: JuryAssignment | None) -> JuryAssignment | None:
    """Return the next unscored reading, going round from ``after``."""
    rows = [row for row in jury.desk(seat) if row.round.state == RoundState.OPEN]
    waiting = [row for row in rows if row.state == AssignmentState.ASSIGNED and (after is None or row.pk != after.pk)]
    if after is not None:
        later = [row for row in waiting if (row.entry.number or 0) > (after.entry.number or 0)]
        waiting = later or waiting
    return waiting[0] if waiting else None


def _hand_in(
    request: HttpRequest, row: JuryAssignment, typed: dict[str, str], comment: str
) -> tuple[Refusal | None, int]:
    """Hand the marks in; return what is wrong and the status of the answer."""
    given = {}
    for code, text in typed.items():
        if not text.strip():
            continue
        mark = marks.parsed(text)
        if mark is None:
            return Refusal("not-a-number", _("“%(text)s” is not a number.") % {"text": text}), 422
        given[code] = mark
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else -1
    try:
        scoring.submit_score(row, given=given, comment=comment, version=seen, by=actor(request))
    except ConflictError as error:
        return error.refusal, 409
    except RefusedError as error:
        return error.refusal, 422
    return None, 200
