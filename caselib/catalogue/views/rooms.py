"""The rooms of the dispatch office."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caselib.accounts.requests import SignedInRequest
from caselib.core.errors import RefusedError, require
from caselib.core.seen import stamp_of

from .. import services
from ..columns import ROOMS
from ..forms import RoomForm
from ..models import Room
from ..rules.rooms import may_keep_rooms
from ..selectors import rooms as selectors
from ..tables import MAX_EXPORTED, table_of, wants_workbook, workbook_response

PAGE_SIZE = 50


@login_required
@require_safe
def rooms(request: SignedInRequest) -> HttpResponse:
    """All rooms with seats and what is planned in them."""
    require(may_keep_rooms(request.user.roles))
    found = selectors.rooms()
    label = _("Rooms")
    if wants_workbook(request):
        rows = selectors.room_rows(list(found[:MAX_EXPORTED]))
        return workbook_response(request, rows, ROOMS, label=label, memory="rooms", name="rooms")
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    table = table_of(request, selectors.room_rows(list(page)), ROOMS, label=label, memory="rooms")
    trail = [(_("Orders"), reverse("catalogue:orders"))]
    return render(request, "catalogue/rooms.html", {"page_obj": page, "table": table, "trail": trail})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a room; what is wrong comes back into the form with everything that was entered."""
    require(may_keep_rooms(request.user.roles))
    found = Room.objects.filter(pk=pk).select_related("unit").first() if pk is not None else None
    if pk is not None and found is None:
        raise Http404
    initial = (
        {
            "name": found.name,
            "seats": found.seats,
            "unit": found.unit_id,
            "active": found.active,
            "seen": stamp_of(found),
        }
        if found
        else {}
    )
    form = RoomForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.keep_room(found, form.details(), seen=form.cleaned_data["seen"], by=request.user)
            messages.success(request, _("Saved."))
            return redirect("catalogue:rooms")
        except RefusedError as error:
            form.add_error(None, str(error))
    context = {
        "room": found,
        "form": form,
        "planned": selectors.planned_in(found)[:30] if found else [],
        "trail": [(_("Rooms"), reverse("catalogue:rooms"))],
    }
    return render(request, "catalogue/room.html", context)
