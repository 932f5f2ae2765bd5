"""Teachers, teaching points and routes."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.accounts.enums import Role
from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core.errors import RefusedError, require
from caselib.core.page_cache import LISTS, PAGES, shared
from caselib.resources.enums import PointKind, TeacherSource
from caselib.resources.models import TeachingPoint
from caselib.vocabularies.models import Topic
from caselib.vocabularies.selectors import in_use

from .. import services
from ..columns import POINTS, POINTS_FOR_KEEPERS, TEACHERS
from ..enums import Preference
from ..forms import EvaluationForm
from ..models import PointEvaluation
from ..selectors import places as selectors
from ..services.places import may_evaluate
from ..tables import MAX_EXPORTED, table_of, wants_workbook, workbook_response

PAGE_SIZE = 30


@require_safe
@shared(PAGES, LISTS)
def teachers(request: HttpRequest) -> HttpResponse:
    """The teacher library: source, field, courses, rating, load."""
    viewer = Viewer.of(request.user)
    source, text = request.GET.get("source", ""), request.GET.get("find", "").strip()[:60]
    found = selectors.teachers(viewer, source=source, text=text)
    label = _("Teachers")
    if wants_workbook(request):
        return workbook_response(
            request, found[:MAX_EXPORTED], TEACHERS, label=label, memory="teachers", name="teachers"
        )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    url = reverse("catalogue:teachers")
    tabs = [{"label": _("All"), "url": url, "current": source not in TeacherSource.values}]
    tabs += [
        {"label": label, "url": f"{url}?source={value}", "current": value == source}
        for value, label in TeacherSource.choices
    ]
    context = {
        "page_obj": page,
        "table": table_of(request, page, TEACHERS, label=label, memory="teachers"),
        "tabs": tabs,
        "text": text,
        "source": source,
    }
    return render(request, "catalogue/teachers.html", context)


@require_safe
@shared(PAGES, LISTS)
def points(request: HttpRequest) -> HttpResponse:
    """Teaching points with their standing and what they owe, the routes, and a schematic map."""
    viewer = Viewer.of(request.user)
    kind = request.GET.get("kind", "")
    topic = Topic.objects.filter(code=request.GET.get("topic", "")[:40]).first()
    found = selectors.points(viewer, kind=kind, topic=topic)
    keeps = bool(viewer.roles & {Role.EDITOR, Role.DISPATCHER})
    columns, label = POINTS_FOR_KEEPERS if keeps else POINTS, _("Teaching points")
    if wants_workbook(request):
        rows = selectors.point_rows(list(found[:MAX_EXPORTED]))
        return workbook_response(request, rows, columns, label=label, memory="points", name="points")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = selectors.point_rows(list(page))
    url = reverse("catalogue:points")
    tabs = [{"label": _("All"), "url": url, "current": kind not in PointKind.values}]
    tabs += [
        {"label": label, "url": f"{url}?kind={value}", "current": value == kind} for value, label in PointKind.choices
    ]
    context = {
        "page_obj": page,
        "rows": rows,
        "table": table_of(request, rows, columns, label=label, memory="points"),
        "tabs": tabs,
        "topic": topic,
        "routes": selectors.routes(viewer)[:12],
        "map": selectors.map_of([selectors.place_of(row.point) for row in rows], label=_("Map of the teaching points")),
    }
    return render(request, "catalogue/points.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evaluate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Evaluate a teaching point, and see its evaluations."""
    require(may_evaluate(request.user))
    point = _point(request, pk)
    form = EvaluationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.evaluate_point(point, **form.cleaned_data, by=request.user)
            messages.success(request, _("The evaluation is kept."))
            return redirect("catalogue:evaluate", pk=point.pk)
        except RefusedError as error:
            form.add_error(None, str(error))
    context = {
        "point": point,
        "form": form,
        "evaluations": selectors.evaluations_of(point),
        "preferences": selectors.preferences_of(point),
        "topics": in_use(Topic),
        "choices": Preference.choices,
        "trail": [(_("Teaching points"), reverse("catalogue:points")), (point.title, point.get_url() or "")],
    }
    return render(request, "catalogue/evaluate.html", context)


@login_required
@require_POST
def rectify(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record that what an evaluation asked for was put right."""
    evaluation = PointEvaluation.objects.filter(pk=pk).select_related("point").first()
    if evaluation is None:
        raise Http404
    try:
        services.record_rectification(evaluation, text=request.POST.get("text", ""), by=request.user)
        messages.success(request, _("Recorded."))
    except RefusedError as error:
        messages.error(request, str(error))
        require(may_evaluate(request.user))
    return redirect("catalogue:evaluate", pk=evaluation.point_id)


@login_required
@require_POST
def prefer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Set how a point stands for a theme."""
    require(may_evaluate(request.user))
    point = _point(request, pk)
    raw = request.POST.get("topic", "")
    topic = Topic.objects.filter(pk=int(raw)).first() if raw.isascii() and raw.isdigit() and len(raw) < 19 else None
    preference = request.POST.get("preference", "")
    if topic is None or preference not in ("", *Preference.values):
        messages.error(request, _("Choose a theme and how the point stands for it."))
    else:
        services.prefer_point(point, topic, preference=preference, by=request.user)
        messages.success(request, _("Saved."))
    return redirect("catalogue:evaluate", pk=point.pk)


def _point(request: HttpRequest, pk: int) -> TeachingPoint:
    point = TeachingPoint.objects.visible_to(Viewer.of(request.user)).filter(pk=pk).first()
    if point is None:
        raise Http404
    return point
