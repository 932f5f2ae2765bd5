"""Keeping online lists: for editors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core.errors import RefusedError, require
from caselib.core.seen import stamp_of
from caselib.resources.models import ResourcePage

from .. import services
from ..enums import ListKind, Obligation
from ..forms import ItemForm, ListForm
from ..models import CatalogueList, ListItem
from ..rules.lists import may_keep_lists
from ..selectors import lists as selectors
from ..services.lists import SAID
from .lists import find_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_list(request: SignedInRequest) -> HttpResponse:
    """Make a list."""
    require(may_keep_lists(request.user.roles))
    form = ListForm(request.POST or None, initial={"kind": request.GET.get("kind", ListKind.CURATED)})
    if request.method == "POST" and form.is_valid():
        made = services.create_list(form.details(), by=request.user)
        if made.kind == ListKind.RULE:
            messages.success(
                request, _("The list was made and fills itself. Look at what readers see, then publish it.")
            )
        else:
            messages.success(request, _("The list was made. Now put items on it."))
        return redirect("catalogue:list_edit", code=made.code)
    return render(request, "catalogue/list_form.html", {"form": form, "title": _("New list")})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_list(request: SignedInRequest, code: str) -> HttpResponse:
    """Change what is said about a list, and its items."""
    found = _editable(request, code)
    form = ListForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        services.change_list(found, form.details(), version=form.cleaned_data.get("version"), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("catalogue:list_edit", code=found.code)
    viewer = Viewer.of(request.user)
    items = list(found.items.select_related("resource"))
    gone = {item.pk for item in selectors.missing_items(found, viewer)}
    context: dict[str, Any] = {
        "list": found,
        "form": form,
        "rows": [
            (item, item.pk in gone, ItemForm(initial=_initial(item), auto_id=f"item-{item.pk}-%s")) for item in items
        ],
        "query": request.GET.get("find", "")[:100],
        "found": _find(request.GET.get("find", ""), viewer, {item.resource_id for item in items}),
        "title": found.title,
        "trail": [
            (_("Online lists"), reverse("catalogue:lists")),
            (found.title, reverse("catalogue:list", args=[found.code])),
        ],
    }
    return render(request, "catalogue/list_edit.html", context)


@login_required
@require_POST
def list_act(request: SignedInRequest, code: str, act: str) -> HttpResponse:
    """Publish or take back a list, add an item: each a form of its own."""
    found = _editable(request, code)
    try:
        if act == "publish":
            services.publish_list(found, by=request.user)
            messages.success(request, _("The list is published."))
        elif act == "unpublish":
            services.unpublish_list(found, by=request.user)
            messages.success(request, _("The list was taken back; readers no longer see it."))
        elif act == "add":
            page = _page(request, request.POST.get("resource", ""))
            services.add_item(found, page, section=request.POST.get("section", ""), by=request.user)
            messages.success(request, _("“%(title)s” was put on the list.") % {"title": page.title})
        else:
            raise Http404
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("catalogue:list_edit", code=found.code)


@login_required
@require_POST
def item_act(request: SignedInRequest, code: str, pk: int, act: str) -> HttpResponse:
    """Move, change or remove an item."""
    found = _editable(request, code)
    item = ListItem.objects.filter(catalogue_list=found, pk=pk).select_related("resource", "catalogue_list").first()
    if item is None:
        # The page was opened before a colleague took it off. Taken off twice it is off.
        if act != "remove":
            messages.error(request, str(services.item_gone().message))
        return redirect(f"{reverse('catalogue:list_edit', args=[found.code])}#items")
    # Back to the item, so that the next step with the keyboard begins there and not at the top of the list.
    place = "items" if act == "remove" else f"item-{item.pk}"
    try:
        if act in ("up", "down"):
            services.move_item(item, up=act == "up", by=request.user)
        elif act == "remove":
            services.remove_item(item, by=request.user)
            messages.success(request, _("“%(title)s” was taken off the list.") % {"title": item.resource.title})
        elif act == "change":
            form = ItemForm(request.POST)
            if form.is_valid():
                services.change_item(item, **form.cleaned_data, by=request.user)
                messages.success(request, _("Saved."))
            else:
                messages.error(request, _("Not saved: the section has 80 characters at most, the line 300."))
        else:
            raise Http404
    except RefusedError as error:
        messages.error(request, str(error))
        place = "items"
    return redirect(f"{reverse('catalogue:list_edit', args=[found.code])}#{place}")


def _editable(request: SignedInRequest, code: str) -> CatalogueList:
    require(may_keep_lists(request.user.roles))
    return find_or_404(Viewer.of(request.user), code)


def _initial(item: ListItem) -> dict[str, str]:
    return {
        "section": item.section,
        "line": item.line,
        "obligation": item.obligation or Obligation.ELECTIVE,
        "seen": stamp_of(item, SAID),
    }


def _find(text: str, viewer: Viewer, present: set[int]) -> list[ResourcePage]:
    """Return up to ten published items whose title or code contains ``text`` and that are not on the list yet."""
    text = text.strip()[:100]
    if not text:
        return []
    pages = ResourcePage.objects.visible_to(viewer).filter(title__icontains=text) | ResourcePage.objects.visible_to(
        viewer
    ).filter(code__iexact=text)
    return list(pages.exclude(pk__in=present).order_by("-first_published_at")[:10])


def _page(request: HttpRequest, raw: str) -> ResourcePage:
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
    page = ResourcePage.objects.visible_to(Viewer.of(request.user)).filter(pk=number).first()
    if page is None:
        raise Http404
    return page
