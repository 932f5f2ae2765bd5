"""Rating a session from the QR code on the spot."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from caselib.accounts.requests import SignedInRequest
from caselib.core import clock
from caselib.core.errors import ConflictError, RefusedError

from .. import services
from ..enums import DispatchState
from ..forms import RatingForm
from ..models import Dispatch
from ..rules.orders import may_rate


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: SignedInRequest, token: str) -> HttpResponse:
    """Ask for one score a criterion and a comment; say so when there is nothing to rate (any more)."""
    session = Dispatch.objects.select_related("line__order", "teacher").filter(rating_token=token).first()
    if session is None:
        raise Http404
    form = RatingForm(request.POST or None)
    context = {"session": session, "form": form, "done": False, "refusal": None}
    if request.method == "POST" and form.is_valid():
        try:
            services.rate_order(session, scores=form.scores(), comment=form.cleaned_data["comment"], by=request.user)
            context["done"] = True
        except ConflictError as error:
            context["refusal"] = error.refusal
        except RefusedError as error:
            context["refusal"] = error.refusal
    elif request.method != "POST":
        context["refusal"] = may_rate(
            authenticated=True,
            is_teacher=session.teacher is not None and session.teacher.user_id == request.user.pk,
            state=DispatchState(session.state),
            starts_at=session.starts_at,
            now=clock.now(),
            rated=session.ratings.count(),
            attendance=session.attendance,
        )
    return render(request, "catalogue/rate.html", context)
