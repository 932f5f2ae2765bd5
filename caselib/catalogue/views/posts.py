"""By post: pages of positions, "for this post", and from a roster to a list."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from caselib.accounts.enums import Role
from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core.errors import Refusal
from caselib.core.page_cache import LISTS, PAGES, shared
from caselib.resources.models import ResourcePage
from caselib.vocabularies.models import Position
from caselib.vocabularies.selectors import in_tree_order, in_use

from .. import services
from ..forms import PostForm, RosterForm
from ..roster_files import read_roster
from ..rules.matching import Post
from ..rules.roster import RosterLine, parse_lines
from ..selectors import lists as list_selectors
from ..selectors.cards import cards_by_id
from ..selectors.matching import MATCHED_KINDS, facts, post_from, ranked
from ..selectors.rosters import RoomList, room_list
from ..wording import clauses

PAGE_SIZE = 12
KIND_GROUPS = {"case": ("casestudy",), "film": ("video",), "course": ("course", "lessonplan", "textbook")}


@require_safe
@shared(PAGES, LISTS)
def positions(request: HttpRequest) -> HttpResponse:
    """All positions as a tree."""
    return render(request, "catalogue/positions.html", {"tops": _tree()})


def _tree() -> list[tuple[Position, list[Position]]]:
    """Return each position of the first level in use with all that stand below it."""
    found = in_use(Position)
    tops: list[tuple[Position, list[Position]]] = []
    for position in found:
        if position.level == 1 or not tops:
            tops.append((position, []))
        else:
            tops[-1][1].append(position)
    return tops


@require_safe
@shared(PAGES, LISTS)
def position(request: HttpRequest, code: str) -> HttpResponse:
    """What a post must know and may know: from the lists made for it, then what else fits."""
    viewer = Viewer.of(request.user)
    found = Position.objects.filter(code=code).select_related("parent", "replaced_by").first()
    if found is None:
        raise Http404
    if found.retired and found.replaced_by:
        return redirect("catalogue:position", code=found.replaced_by.code)
    tiers = list_selectors.entries_for_position(found, viewer)
    listed = {entry.card.pk for entries in tiers.values() for entry in entries}
    matches = [match for match in ranked(Post(position=facts(found)), viewer) if match.pk not in listed][:12]
    cards = cards_by_id([match.pk for match in matches], viewer)
    trail = [(_("Positions"), reverse("catalogue:positions"))]
    if found.parent:
        trail.append((found.parent.name, reverse("catalogue:position", args=[found.parent.code])))
    context = {
        "position": found,
        "required": tiers["required"],
        "elective": tiers["elective"],
        "matches": [(cards[match.pk], match) for match in matches if match.pk in cards],
        "children": in_tree_order(found.children.filter(retired_at__isnull=True)),
        "lists": list_selectors.current_lists(viewer).filter(position_id__in=found.ancestor_ids()),
        "trail": trail,
    }
    return render(request, "catalogue/position.html", context)


@require_safe
@shared(PAGES, LISTS)
def for_post(request: HttpRequest) -> HttpResponse:
    """Cases, films and courses for a post, with the reasons in words; the address carries the post."""
    viewer = Viewer.of(request.user)
    get = request.GET
    post = post_from(
        get.get("position", "")[:40],
        get.get("sector", "")[:40],
        get.get("level", ""),
        [r[:40] for r in get.getlist("risk") if r],
    )
    group = get.get("kind", "")
    kinds = KIND_GROUPS.get(group, MATCHED_KINDS)
    matches = ranked(post, viewer, kinds)
    page = Paginator(matches, PAGE_SIZE).get_page(get.get("page"))
    cards = cards_by_id([match.pk for match in page], viewer)
    query = get.copy()
    tabs = []
    for value, label in (
        ("", _("All")),
        ("case", pgettext("catalogue", "Cases")),
        ("film", _("Films")),
        ("course", _("Courses")),
    ):
        query["kind"] = value
        query.pop("page", None)
        tabs.append({"label": label, "url": f"?{query.urlencode()}", "current": value == group})
    form = PostForm(initial={name: get.get(name, "") for name in ("position", "sector", "level", "risk")})
    context = {
        "form": form,
        "post": post,
        "page_obj": page,
        "rows": [(cards[match.pk], match) for match in page if match.pk in cards],
        "total": len(matches),
        "tabs": tabs,
        "tops": _tree() if post.empty else [],
    }
    return render(request, "catalogue/for_post.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: SignedInRequest) -> HttpResponse:
    """A class roster in, a list for the room out; an editor may keep it as an online list."""
    viewer = Viewer.of(request.user)
    form = RosterForm(request.POST or None, request.FILES or None)
    result: RoomList | None = None
    found: list[RosterLine] = []
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        lines = read_roster(upload.file) if upload else parse_lines(form.cleaned_data["roster"])
        if isinstance(lines, Refusal):
            form.add_error("file", str(lines.message))
        else:
            found = lines
            sector = form.cleaned_data["sector"]
            context_post = post_from("", sector.code if sector else "", form.cleaned_data["level"])
            result = room_list(lines, context_post, viewer)
            if "keep" in request.POST and Role.EDITOR in viewer.roles and result.items:
                return _keep(request, result)
    if result is not None and form.cleaned_data.get("file"):
        # what was read from the workbook stands in the box, so that it can be corrected and kept
        shown = request.POST.copy()
        shown["roster"] = "\n".join(line.text for line in found)
        form.data = shown
    context = {"form": form, "result": result, "may_keep": Role.EDITOR in viewer.roles}
    return render(request, "catalogue/roster.html", context)


def _keep(request: SignedInRequest, result: RoomList) -> HttpResponse:
    title = _("List for a class of %(n)d") % {"n": result.people}
    made = services.create_list(services.ListDetails(title=title), by=request.user)
    pages = ResourcePage.objects.in_bulk([item.card.pk for item in result.items])
    for item in result.items:
        services.add_item(made, pages[item.card.pk], line=clauses(item.reasons)[:300], by=request.user)
    messages.success(request, _("The list was kept as a draft. Give it a title and publish it."))
    return redirect("catalogue:list_edit", code=made.code)
