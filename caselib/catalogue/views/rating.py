"""Rating a session: from the QR code on the spot with an account, or with the code of a slip without one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.core.addresses import printed
from caselib.core.errors import RefusedError, require

from .. import services
from ..forms import RatingForm, SlipCodeForm, SlipNumberForm
from ..models import Dispatch, RatingSlip
from ..qr import qr_svg
from ..selectors.dispatch import find_session

SLIPS_A_PAGE = 120


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whoever is signed in for one score a criterion and a comment; everybody else, and all of them where slips
    were handed out, for the code of a slip."""
    session = Dispatch.objects.select_related("line__order", "teacher").filter(rating_token=token).first()
    if session is None:
        raise Http404
    if not request.user.is_authenticated or session.slips.exists():
        return _ask_for_code(request, session)
    return _rate(request, session, None)


@require_http_methods(["GET", "HEAD", "POST"])
def rate_by_slip(request: HttpRequest, code: str) -> HttpResponse:
    """The same for the holder of a slip, without an account. A code nobody has leads back to the field."""
    slip = services.find_slip(code)
    if slip is None:
        return _ask_for_code(request, None, wrong=code)
    return _rate(request, slip.dispatch, slip)


@require_http_methods(["GET", "HEAD", "POST"])
def slip_code(request: HttpRequest) -> HttpResponse:
    """The field for the code, at an address short enough for a blackboard."""
    return _ask_for_code(request, None)


def _ask_for_code(request: HttpRequest, session: Dispatch | None, *, wrong: str = "") -> HttpResponse:
    form = SlipCodeForm(request.POST or ({"code": wrong} if wrong else None))
    if form.is_valid():
        slip = services.find_slip(form.cleaned_data["code"])
        if slip is not None:
            return redirect("catalogue:rate_slip", code=slip.code)
        form.add_error("code", _("No slip has this code. Look at the slip again: it holds no 0, 1, I, L or O."))
    return render(request, "catalogue/rate_code.html", {"form": form, "session": session}, status=404 if wrong else 200)


def _rate(request: HttpRequest, session: Dispatch, slip: RatingSlip | None) -> HttpResponse:
    by = request.user if request.user.is_authenticated else None
    form = RatingForm(request.POST or None)
    context = {"session": session, "form": form, "done": False, "refusal": None}
    if request.method == "POST" and form.is_valid():
        try:
            services.rate_order(session, scores=form.scores(), comment=form.cleaned_data["comment"], by=by, slip=slip)
            context["done"] = True
        except RefusedError as error:
            context["refusal"] = error.refusal
    elif request.method != "POST":
        used = services.has_rated(session, by=by, slip=slip)
        context["refusal"] = used or services.why_not_rate(session, by=by, slip=slip, at=clock.now())
    return render(request, "catalogue/rate.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def slips(request: SignedInRequest, pk: int) -> HttpResponse:
    """The sheet of rating slips to print and cut; more are made on request."""
    session = find_session(Viewer.of(request.user), pk)
    if session is None:
        raise Http404
    require(services.why_not_slips(session, by=request.user))
    people = max(session.line.order.headcount, session.attendance or 0)
    form = SlipNumberForm(request.POST or None, initial={"number": people})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.issue_slips(session, number=form.cleaned_data["number"], by=request.user)
            messages.success(request, _("%(n)d slips are ready to be printed.") % {"n": made})
            return redirect("catalogue:slips", pk=session.pk)
        except RefusedError as error:
            form.add_error(None, str(error))
    page = Paginator(session.slips.all(), SLIPS_A_PAGE).get_page(request.GET.get("page"))
    shown = [(slip, qr_svg(_address(request, slip), label=slip.spaced)) for slip in page]
    context = {
        "session": session,
        "form": form,
        "page_obj": page,
        "slips": shown,
        "short_url": printed(request, reverse("catalogue:slip_code")),
        "trail": [
            (_("Sessions"), reverse("catalogue:sessions")),
            (session.line.title, reverse("catalogue:session", args=[session.pk])),
        ],
    }
    return render(request, "catalogue/slips.html", context)


def _address(request: HttpRequest, slip: RatingSlip) -> str:
    return printed(request, reverse("catalogue:rate_slip", args=[slip.code]))
