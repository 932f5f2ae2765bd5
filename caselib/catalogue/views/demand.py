"""The demand board."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core.errors import ConflictError, RefusedError
from caselib.resources.models import ResourcePage

from .. import services
from ..enums import DemandState
from ..forms import AskForm, MeetForm
from ..models import Demand
from ..rules.lists import may_claim

PAGE_SIZE = 30


@login_required
@require_safe
def board(request: SignedInRequest) -> HttpResponse:
    """What was asked for and not found, most wanted first."""
    state = request.GET.get("state", DemandState.OPEN)
    state = state if state in DemandState.values else DemandState.OPEN.value
    found = Demand.objects.filter(state=state).select_related("claimed_by", "met_by")
    url = reverse("catalogue:demand")
    tabs = [
        {"label": label, "url": f"{url}?state={value}", "current": value == state}
        for value, label in DemandState.choices
    ]
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "tabs": tabs, "may_claim": may_claim(request.user.roles, DemandState.OPEN) is None}
    return render(request, "catalogue/demand.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedInRequest) -> HttpResponse:
    """Ask for something that is not there; a search without results leads here with its words."""
    form = AskForm(request.POST or None, initial={"text": request.GET.get("text", "")[:120]})
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_for(form.cleaned_data["text"], details=form.cleaned_data["details"], by=request.user)
            messages.success(request, _("It stands on the board. You are told when somebody takes it on."))
            return redirect("catalogue:demand")
        except RefusedError as error:
            form.add_error("text", str(error))
    return render(
        request, "catalogue/demand_ask.html", {"form": form, "trail": [(_("Wanted"), reverse("catalogue:demand"))]}
    )


@login_required
@require_POST
def act(request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
    """Add a voice, take a wish on, or give it back."""
    demand = _find(pk)
    try:
        if verb == "vote":
            services.ask_for(demand.text, by=request.user)
            messages.success(request, _("Your voice is counted."))
        elif verb == "claim":
            services.claim_demand(demand, by=request.user)
            messages.success(request, _("You have taken this on. Those who asked were told."))
        elif verb == "release":
            services.release_demand(demand, by=request.user)
            messages.success(request, _("It stands on the board again."))
        else:
            raise Http404
    except ConflictError:
        raise
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("catalogue:demand")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meet(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name the published item that meets a wish."""
    demand = _find(pk)
    if demand.claimed_by_id != request.user.pk:
        raise Http404
    form = MeetForm(request.POST or None)
    form.fields["resource"].queryset = ResourcePage.objects.visible_to(Viewer.of(request.user))  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            services.meet_demand(demand, form.cleaned_data["resource"], by=request.user)
            messages.success(request, _("Those who asked were told."))
            return redirect("catalogue:demand")
        except RefusedError as error:
            form.add_error(None, str(error))
    return render(request, "catalogue/demand_meet.html", {"form": form, "demand": demand})


def _find(pk: int) -> Demand:
    demand = Demand.objects.filter(pk=pk).first()
    if demand is None:
        raise Http404
    return demand
