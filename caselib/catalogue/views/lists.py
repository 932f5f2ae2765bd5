"""Online lists for readers."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core.addresses import printed
from caselib.core.page_cache import LISTS, PAGES, shared

from ..enums import ListKind
from ..models import CatalogueList
from ..qr import qr_svg
from ..selectors import lists as selectors
from ..selectors.rules_lists import entries_by_rule

PAGE_SIZE = 24


@require_safe
@shared(PAGES, LISTS)
def lists(request: HttpRequest) -> HttpResponse:
    """Current lists, or with ``?state=archive`` the campaigns that are over."""
    viewer = Viewer.of(request.user)
    archive = request.GET.get("state") == "archive"
    drafts = request.GET.get("state") == "draft" and Role.EDITOR in viewer.roles
    if drafts:
        found = selectors.lists_for(viewer).filter(published_at__isnull=True).order_by("-created_at")
    else:
        found = selectors.archived_campaigns(viewer) if archive else selectors.current_lists(viewer)
    url = reverse("catalogue:lists")
    tabs = [
        {"label": _("Current"), "url": url, "current": not (archive or drafts)},
        {"label": _("Past campaigns"), "url": f"{url}?state=archive", "current": archive},
    ]
    if Role.EDITOR in viewer.roles:
        tabs.append({"label": _("Drafts"), "url": f"{url}?state=draft", "current": drafts})
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "tabs": tabs, "archive": archive, "may_keep": Role.EDITOR in viewer.roles}
    return render(request, "catalogue/lists.html", context)


@require_safe
@shared(PAGES, LISTS)
def list_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One list with its sections; for editors also what no longer shows, and the ways to change it."""
    viewer = Viewer.of(request.user)
    found = find_or_404(viewer, code)
    entries = entries_by_rule(found, viewer) if found.kind == ListKind.RULE else selectors.entries_of(found, viewer)
    editor = Role.EDITOR in viewer.roles
    short = printed(request, reverse("catalogue:short", args=[found.code]))
    context = {
        "list": found,
        "sections": selectors.sections_of(entries),
        "count": len(entries),
        "changes": selectors.history_of(found, editor=editor, shown={entry.card.pk for entry in entries}),
        "missing": selectors.missing_items(found, viewer) if editor and found.kind != ListKind.RULE else [],
        "may_keep": editor,
        "short_url": short,
        "qr": qr_svg(short, label=_("QR code of this list")),
        "trail": [(_("Online lists"), reverse("catalogue:lists"))],
    }
    return render(request, "catalogue/list.html", context)


@require_safe
def short(request: HttpRequest, code: str) -> HttpResponse:
    """The short address that stands on posters."""
    return redirect("catalogue:list", code=find_or_404(Viewer.of(request.user), code).code)


def find_or_404(viewer: Viewer, code: str) -> CatalogueList:
    found = selectors.find_list(viewer, code)
    if found is None:
        raise Http404
    return found
