"""The basket and the orders of a unit."""

from __future__ import annotations

import uuid
from dataclasses import fields

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
from caselib.core import clock
from caselib.core.errors import ConflictError, RefusedError
from caselib.core.numbers import row_number
from caselib.resources.models import ResourcePage

from .. import services
from ..columns import ORDERS
from ..enums import OPEN_STATES, OrderState
from ..forms import ChangeForm, OrderForm, ReasonForm
from ..models import OrderRequest
from ..rules.orders import may_change, may_order
from ..selectors import orders as selectors
from ..tables import MAX_EXPORTED, table_of, wants_workbook, workbook_response

PAGE_SIZE = 30
DETAILS = [field.name for field in fields(services.OrderDetails)]


@login_required
@require_safe
def basket(request: SignedInRequest) -> HttpResponse:
    """What the reader means to order."""
    viewer = Viewer.of(request.user)
    cards, gone = selectors.basket(request.user, viewer)
    return render(request, "catalogue/basket.html", {"cards": cards, "gone": gone, "refusal": may_order(viewer)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put an item into the basket. The page asks first, so that public pages need no form of a person."""
    page = _readable(request, pk)
    if request.method == "POST":
        try:
            services.add_to_basket(page, by=request.user)
            messages.success(request, _("“%(title)s” lies in the basket.") % {"title": page.title})
        except RefusedError as error:
            messages.error(request, str(error))
        return redirect("catalogue:basket")
    viewer = Viewer.of(request.user)
    refusal = may_order(viewer)
    why_not = str(refusal.message) if refusal else selectors.refusal_for(page, viewer)
    # What was withdrawn keeps its title to itself, as its tombstone does.
    title = page.title if page.is_visible_to(viewer) else _("This item is no longer open")
    return render(request, "catalogue/basket_add.html", {"page": page, "title": title, "why_not": why_not})


@login_required
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take an item out of the basket."""
    services.remove_from_basket(pk, by=request.user)
    return redirect("catalogue:basket")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_order(request: SignedInRequest) -> HttpResponse:
    """Place the order of what lies in the basket; ``like`` names an order of the unit whose details are offered again."""
    viewer = Viewer.of(request.user)
    initial = {"contact": f"{request.user} {request.user.phone}".strip()}
    like = selectors.find_order(viewer, row_number(request.GET.get("like", "")) or 0)
    if like is not None and like.unit_id == viewer.unit_id:
        initial |= {name: getattr(like, name) for name in DETAILS}
    form = OrderForm(request.POST or None, initial=initial)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            order = _place(request, form)
            messages.success(
                request, _("Order %(number)s was placed. The dispatch office will answer.") % {"number": order.number}
            )
            return redirect("catalogue:order", pk=order.pk)
        except ConflictError:
            raise
        except RefusedError as error:
            refused = str(error)
            if error.refusal.code == "sent_before":
                form = OrderForm({**request.POST.dict(), "submission": str(uuid.uuid4())})
    cards, gone = selectors.basket(request.user, viewer)
    context = {"form": form, "cards": cards, "gone": gone, "refusal": may_order(viewer), "refused": refused}
    return render(request, "catalogue/order_form.html", context)


def _place(request: SignedInRequest, form: OrderForm) -> OrderRequest:
    return services.order_basket(details=form.details(), by=request.user, submission=form.cleaned_data["submission"])


@login_required
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The unit's orders, or all for the dispatch office, by state and text."""
    viewer = Viewer.of(request.user)
    state = request.GET.get("state", "")
    state = state if state in OrderState.values else ""
    text = request.GET.get("find", "").strip()[:100]
    found = selectors.search_orders(viewer, state=state, text=text)
    label = _("Orders")
    if wants_workbook(request):
        return workbook_response(
            request, found[:MAX_EXPORTED], ORDERS, label=label, memory="orders", name=f"orders-{clock.today()}"
        )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    url = reverse("catalogue:orders")
    tabs = [{"label": _("All"), "url": url, "current": not state}]
    tabs += [
        {"label": label, "url": f"{url}?state={value}", "current": state == value}
        for value, label in OrderState.choices
    ]
    context = {
        "page_obj": page,
        "table": table_of(request, page, ORDERS, label=label, memory="orders"),
        "tabs": tabs,
        "text": text,
        "state": state,
        "is_office": Role.DISPATCHER in viewer.roles,
    }
    return render(request, "catalogue/orders.html", context)


@login_required
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order; an order of another unit does not exist."""
    viewer = Viewer.of(request.user)
    found = _order(viewer, pk)
    context = {
        "order": found,
        "lines": [(line, list(line.dispatches.all())) for line in found.lines.all()],
        "is_office": Role.DISPATCHER in viewer.roles,
        "open": found.state in OPEN_STATES,
        "changeable": may_change(viewer, found.unit_id, found.state) is None,
        "again": found.state in (OrderState.REFUSED, OrderState.CANCELLED) and found.unit_id == viewer.unit_id,
        "reason_form": ReasonForm(initial={"version": found.version}),
        "trail": [(_("Orders"), reverse("catalogue:orders"))],
    }
    return render(request, "catalogue/order.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def order_act(request: SignedInRequest, pk: int, act: str) -> HttpResponse:
    """Change, accept, refuse, cancel, remind or order again; refusing and cancelling ask for a reason on a page of their own."""
    viewer = Viewer.of(request.user)
    found = _order(viewer, pk)
    if act == "change":
        return _change(request, found)
    if act == "again" and request.method == "POST":
        return _again(request, found)
    if act not in ("confirm", "refuse", "cancel", "remind") or (
        act in ("confirm", "refuse") and Role.DISPATCHER not in viewer.roles
    ):
        raise Http404
    if act in ("confirm", "remind"):
        if request.method != "POST":
            return redirect("catalogue:order", pk=found.pk)
        version = _version(request.POST.get("version", ""))
        try:
            if act == "confirm":
                services.confirm_order(found, by=request.user, version=version)
                messages.success(request, _("The order is accepted. Plan its sessions now."))
            else:
                services.remind(found, by=request.user)
                messages.success(request, _("The dispatch office was reminded."))
        except ConflictError:
            raise
        except RefusedError as error:
            messages.error(request, str(error))
        return redirect("catalogue:order", pk=found.pk)
    return _with_reason(request, found, act)


def _change(request: SignedInRequest, found: OrderRequest) -> HttpResponse:
    refusal = may_change(Viewer.of(request.user), found.unit_id, found.state)
    if refusal is not None:
        messages.error(request, str(refusal.message))
        return redirect("catalogue:order", pk=found.pk)
    form = ChangeForm(request.POST or None, initial={name: getattr(found, name) for name in (*DETAILS, "version")})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_order(found, details=form.details(), by=request.user, version=form.cleaned_data["version"])
            messages.success(request, _("The order was changed, and the dispatch office was told."))
            return redirect("catalogue:order", pk=found.pk)
        except ConflictError:
            raise
        except RefusedError as error:
            form.add_error(None, str(error))
    trail = [(_("Orders"), reverse("catalogue:orders")), (found.number, reverse("catalogue:order", args=[found.pk]))]
    return render(request, "catalogue/order_change.html", {"order": found, "form": form, "trail": trail})


def _again(request: SignedInRequest, found: OrderRequest) -> HttpResponse:
    """Lay what was ordered into the basket once more, say what cannot be, and offer what was written for it."""
    for line in found.lines.all():
        try:
            services.add_to_basket(line.resource, by=request.user)
        except RefusedError as error:
            messages.error(request, _("%(title)s: %(reason)s") % {"title": line.title, "reason": error})
    return redirect(f"{reverse('catalogue:order_new')}?like={found.pk}")


def _with_reason(request: SignedInRequest, found: OrderRequest, act: str) -> HttpResponse:
    form = ReasonForm(request.POST or None, initial={"version": found.version})
    verb = services.refuse_order if act == "refuse" else services.cancel_order
    if request.method == "POST" and form.is_valid():
        try:
            verb(found, reason=form.cleaned_data["reason"], by=request.user, version=form.cleaned_data["version"])
            messages.success(request, _("Done. The other side was told."))
        except ConflictError:
            raise
        except RefusedError as error:
            messages.error(request, str(error))
        return redirect("catalogue:order", pk=found.pk)
    title = _("Refuse order %(number)s") if act == "refuse" else _("Cancel order %(number)s")
    context = {"order": found, "form": form, "act": act, "title": title % {"number": found.number}}
    return render(request, "catalogue/order_reason.html", context)


def _version(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def _order(viewer: Viewer, pk: int) -> OrderRequest:
    found = selectors.find_order(viewer, pk)
    if found is None:
        raise Http404
    return found


def _readable(request: HttpRequest, pk: int) -> ResourcePage:
    page = ResourcePage.objects.filter(pk=pk, live=True).first()
    if page is None:
        page = ResourcePage.objects.filter(pk=pk, withdrawn_at__isnull=False).first()
    viewer = Viewer.of(request.user)
    if page is None or viewer.tokens.isdisjoint(page.access_tokens()):
        raise Http404
    return page
