"""The dispatch office: planning sessions, the board of a week, delivery, results, calendar feeds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.accounts.enums import Role
from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.core.addresses import printed
from caselib.core.errors import ConflictError, RefusedError, require

from .. import services
from ..calendar import sessions_ics
from ..columns import SESSIONS
from ..enums import DispatchState
from ..forms import DeliveryForm, DispatchForm, ReasonForm
from ..models import CalendarFeed, Dispatch, OrderLine, OrderRequest
from ..qr import qr_svg
from ..rules.orders import may_dispatch, may_see_order
from ..selectors import dispatch as selectors
from ..selectors.orders import find_order
from ..tables import wants_workbook, workbook_response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dispatch(request: SignedInRequest, pk: int, line: int) -> HttpResponse:
    """Plan the session of one line; a clash comes back into the form with everything that was entered."""
    require(may_dispatch(request.user.roles))
    order = find_order(Viewer.of(request.user), pk)
    chosen = next((row for row in order.lines.all() if row.pk == line), None) if order else None
    if order is None or chosen is None:
        raise Http404
    form = DispatchForm(request.POST or None, initial=_proposal(order, chosen))
    if request.method == "POST" and form.is_valid():
        try:
            session = services.dispatch_order(
                order, line=chosen, plan=form.plan(), by=request.user, version=form.cleaned_data["version"]
            )
            messages.success(request, _("The session is planned; unit and teacher were told."))
            if not order.starts_on <= clock.day_of(session.starts_at) <= order.ends_on:
                messages.warning(
                    request, _("It lies outside the days that the unit asked for. Make sure that the unit agrees.")
                )
            return redirect("catalogue:order", pk=order.pk)
        except ConflictError:
            raise
        except RefusedError as error:
            form.add_error(None, str(error))
    trail = [(_("Orders"), reverse("catalogue:orders")), (order.number, reverse("catalogue:order", args=[order.pk]))]
    context = {
        "order": order,
        "line": chosen,
        "form": form,
        "trail": trail,
        "busy": selectors.between(Viewer.of(request.user), order.starts_on, order.ends_on),
    }
    return render(request, "catalogue/dispatch.html", context)


def _proposal(order: OrderRequest, line: OrderLine) -> dict[str, object]:
    """Return what the form of a session begins with: the session as it is planned, else what was asked for."""
    proposal: dict[str, object] = {"version": order.version}
    planned = next((row for row in line.dispatches.all() if row.state == DispatchState.PLANNED), None)
    if planned is not None:
        targets = {"teacher": planned.teacher_id, "room": planned.room_id, "site": planned.site_id}
        times = {"starts_at": planned.starts_at, "ends_at": planned.ends_at}
        return {**proposal, **targets, **times, "place": planned.place}
    proposal |= {
        "place": order.place if line.kind != "teachingpoint" else "",
        "starts_at": datetime.combine(order.starts_on, time(9), tzinfo=clock.ZONE),
        "ends_at": datetime.combine(order.starts_on, time(11), tzinfo=clock.ZONE),
    }
    if line.kind == "course":
        proposal["teacher"] = line.resource.specific.lecturer_id
    elif line.kind == "teacher":
        proposal["teacher"] = line.resource_id
    elif line.kind == "teachingpoint":
        proposal["site"] = line.resource_id
    return proposal


@login_required
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """The sessions of a week."""
    viewer = Viewer.of(request.user)
    monday = _monday(request.GET.get("week", ""))
    days = selectors.week(viewer, monday)
    if wants_workbook(request):
        rows = list(dict.fromkeys(session for day in days for session in day.sessions))
        name = f"sessions-{monday}"
        return workbook_response(request, rows, SESSIONS, label=_("Sessions"), memory="sessions", name=name)
    feed, _made = CalendarFeed.objects.get_or_create(user=request.user)
    context = {
        "days": days,
        "nearest": None if any(day.sessions for day in days) else selectors.nearest(viewer, monday),
        "is_office": Role.DISPATCHER in viewer.roles,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "previous": monday - timedelta(days=7),
        "next": monday + timedelta(days=7),
        "today": clock.today(),
        "feed": request.build_absolute_uri(reverse("catalogue:calendar", args=[feed.token])),
    }
    return render(request, "catalogue/sessions.html", context)


@login_required
@require_safe
def session_results(request: SignedInRequest, pk: int) -> HttpResponse:
    """A session, its rating code, and what listeners said, for unit, teacher, authors and dispatch office."""
    session = _session(request, pk)
    viewer = Viewer.of(request.user)
    rate_url = printed(request, reverse("catalogue:rate", args=[session.rating_token]))
    context = {
        "session": session,
        "results": selectors.results_of(session),
        "rate_url": rate_url,
        "qr": qr_svg(rate_url, label=_("QR code for rating")),
        "may_record": session.state == DispatchState.PLANNED
        and session.starts_at <= clock.now()
        and _records(request, session),
        "may_cancel": session.state == DispatchState.PLANNED and request.user.has_role(Role.DISPATCHER),
        "may_see_order": may_see_order(viewer, session.line.order.unit_id),
        "by_slips": session.slips.exists(),
        "may_issue": services.why_not_slips(session, by=request.user) is None,
        "trail": [(_("Sessions"), reverse("catalogue:sessions"))],
    }
    return render(request, "catalogue/session.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deliver(request: SignedInRequest, pk: int) -> HttpResponse:
    """Record that a session took place."""
    session = _session(request, pk)
    if not _records(request, session):
        raise Http404
    form = DeliveryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.record_delivery(session, **form.cleaned_data, by=request.user)
            messages.success(request, _("Recorded. Show the rating code to those present."))
            return redirect("catalogue:session", pk=session.pk)
        except RefusedError as error:
            form.add_error(None, str(error))
    return render(request, "catalogue/deliver.html", {"session": session, "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a planned session back, with a reason."""
    require(may_dispatch(request.user.roles))
    session = _session(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_session(session, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("The session was taken back; its order waits again."))
        except RefusedError as error:
            messages.error(request, str(error))
        return redirect("catalogue:order", pk=session.line.order_id)
    context = {"order": session.line.order, "form": form, "act": "session", "title": _("Cancel the session")}
    return render(request, "catalogue/order_reason.html", context)


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar feed of the person to whom the secret address belongs."""
    feed = CalendarFeed.objects.select_related("user").filter(token=token, user__is_active=True).first()
    if feed is None:
        raise Http404
    base = request.build_absolute_uri("/").rstrip("/")
    body = sessions_ics(selectors.calendar_of(feed.user), name=_("Sessions of the library"), base_url=base)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = 'inline; filename="sessions.ics"'
    return response


@login_required
@require_POST
def renew_calendar(request: SignedInRequest) -> HttpResponse:
    """Give the reader a new calendar address; the old one stops working."""
    CalendarFeed.objects.filter(user=request.user).delete()
    CalendarFeed.objects.create(user=request.user)
    messages.success(request, _("The calendar has a new address. Enter it in your calendar program."))
    return redirect("catalogue:sessions")


def _records(request: SignedInRequest, session: Dispatch) -> bool:
    is_teacher = session.teacher is not None and session.teacher.user_id == request.user.pk
    return is_teacher or request.user.has_role(Role.DISPATCHER)


def _session(request: SignedInRequest, pk: int) -> Dispatch:
    viewer = Viewer.of(request.user)
    session = selectors.find_session(viewer, pk) or selectors.sessions_of_author(request.user).filter(pk=pk).first()
    if session is None:
        raise Http404
    return session


def _monday(raw: str) -> date:
    try:
        day = date.fromisoformat(raw[:10])
    except ValueError:
        day = clock.today()
    if not date(2000, 1, 1) <= day <= date(2100, 1, 1):
        day = clock.today()
    return day - timedelta(days=day.weekday())
