"""Making anthologies and editions, and working on their outline: for editors."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.accounts.viewers import Viewer
from caselib.core import clock, jobs
from caselib.core.errors import ConflictError
from caselib.core.seen import stamp_of
from search.api import SearchRequest, search

from .. import rules, selectors, services, sources
from ..binding import bind
from ..enums import Axis, IndexKind, ItemKind
from ..forms import AnthologyForm, ArrangeForm, EditionForm, ItemForm, NewEditionForm, TextItemForm
from ..models import Anthology, Edition
from ..preflight import as_data, check_edition
from ..services.outline import Filled
from .base import LARGEST, actor, attempt, edition_or_404, editor_view, item_or_404

MAX_HITS = 60


@editor_view
@require_http_methods(["GET", "HEAD", "POST"])
def new_anthology(request: HttpRequest) -> HttpResponseBase:
    """Make an anthology."""
    form = AnthologyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.create_anthology(
            **{name: form.cleaned_data[name] for name in services.COVER}, by=actor(request)
        )
        messages.success(request, _("The anthology was made. Now add an edition."))
        return redirect("anthologies:new_edition", pk=made.pk)
    return render(
        request, "anthologies/form.html", {"form": form, "title": _("New anthology"), "act": _("Make the anthology")}
    )


@editor_view
@require_http_methods(["GET", "HEAD", "POST"])
def change_anthology(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change title, subtitle and publisher of an anthology."""
    anthology = _anthology_or_404(pk)
    form = AnthologyForm(
        request.POST or None, instance=anthology, initial={"seen": stamp_of(anthology, services.COVER)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_anthology(anthology, **form.cleaned_data, by=actor(request))
        except ConflictError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. Frozen editions are printed as they were frozen."))
            return redirect("anthologies:index")
    context = {"form": form, "title": _("Change the anthology"), "act": _("Save")}
    return render(request, "anthologies/form.html", context)


def _anthology_or_404(pk: int) -> Anthology:
    anthology = Anthology.objects.filter(pk=pk).first() if pk <= LARGEST else None
    if anthology is None:
        raise Http404
    return anthology


@editor_view
@require_http_methods(["GET", "HEAD", "POST"])
def new_edition(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Make an edition."""
    anthology = _anthology_or_404(pk)
    form = EditionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        details = form.details()
        made: list[Edition] = []
        if attempt(
            request,
            lambda: made.append(
                services.create_edition(
                    anthology,
                    name=details.pop("name"),
                    year=details.pop("year"),
                    style=details.pop("style"),
                    details=details,
                    cover=form.cover(),
                    by=actor(request),
                )
            ),
        ):
            return redirect("anthologies:edit", pk=made[0].pk)
    title = _("New edition of %s") % anthology.title
    return render(request, "anthologies/form.html", {"form": form, "title": title, "act": _("Make the edition")})


@editor_view
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Work on an edition: its outline, what to add, how it looks."""
    edition = edition_or_404(pk, Viewer.of(request.user))
    form = _edition_form(request, edition)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        if attempt(
            request,
            lambda: services.change_edition(
                edition, details=form.details(), cover=form.cover(), version=seen, by=actor(request)
            ),
            _("Saved."),
        ):
            return redirect("anthologies:edit", pk=edition.pk)
    viewer = Viewer.of(request.user)
    query = request.GET.get("find", "")[:100]
    changed = {row.page_id for row in selectors.changed_since(edition)}
    gone = {row.page_id for row in selectors.withdrawn_since(edition)}
    items = selectors.outline(edition)
    present = {item.selection.page_id for item in items if item.kind == ItemKind.CASE}
    context: dict[str, Any] = {
        "edition": edition,
        "form": form,
        "query": query,
        "trail": _trail(edition),
        "rows": [_row(item, changed, gone) for item in items],
        "cases": len(present),
        "parts": any(item.kind == ItemKind.PART for item in items),
        "changed": len(changed),
        "gone": len(gone),
        "frozen": rules.may_change(viewer.roles, frozen=edition.frozen),
        "found": [hit for hit in _hits(query, viewer) if hit.page.pk not in present] if query else [],
        "competitions": selectors.competitions(),
        "sources": sources.offered(viewer),
        "text_form": TextItemForm(auto_id="new-%s"),
        "arrange_form": ArrangeForm(),
        "copy_form": NewEditionForm(initial={"year": edition.year + 1}, auto_id="copy-%s"),
        "compilations": edition.compilations.select_related("job")[:10],
        "axes": Axis.choices,
        "index_kinds": IndexKind.choices,
    }
    return render(request, "anthologies/edit.html", context)


def _edition_form(request: HttpRequest, edition: Edition) -> EditionForm:
    # A copy, so that a refused form changes nothing that is shown.
    return EditionForm(
        request.POST or None,
        request.FILES or None,
        instance=Edition.objects.get(pk=edition.pk),
        initial={"seen": edition.version},
    )


def _row(item: Any, changed: set[int], gone: set[int]) -> dict[str, Any]:
    case = item.kind == ItemKind.CASE
    page = item.selection.page_id if case else None
    form = (
        None
        if case
        else ItemForm(
            initial={
                "title": item.title,
                "number": item.number,
                "text": item.text,
                "seen": stamp_of(item, services.WORDING),
            },
            auto_id=f"item-{item.pk}-%s",
        )
    )
    return {"item": item, "case": case, "changed": page in changed, "gone": page in gone, "form": form}


def _hits(query: str, viewer: Viewer) -> Any:
    return search(SearchRequest(text=query, viewer=viewer, page_size=MAX_HITS, facets=())).hits


def _trail(edition: Edition) -> list[tuple[str, str]]:
    return [
        (_("Case collections"), reverse("anthologies:index")),
        (str(edition), reverse("anthologies:edition", args=[edition.pk])),
    ]


@editor_view
@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """Add, fill, arrange, order, freeze, compile or copy: each a form of its own."""
    edition = edition_or_404(pk, Viewer.of(request.user))
    chosen = {
        "add": _add,
        "fill": _fill,
        "arrange": _arrange,
        "order": _order,
        "freeze": _freeze,
        "compile": _compile,
        "copy": _copy,
    }.get(act)
    if chosen is None:
        raise Http404
    return chosen(request, edition) or redirect("anthologies:edit", pk=edition.pk)


def _add(request: HttpRequest, edition: Edition) -> HttpResponse | None:
    form = TextItemForm(request.POST)
    if form.is_valid():
        attempt(request, lambda: services.add_text(edition, **form.cleaned_data, by=actor(request)), _("Added."))
    else:
        messages.error(request, _("Not added: %s") % _errors(form))
    return None


def _errors(form: Form) -> str:
    return "；".join(str(error) for errors in form.errors.values() for error in errors)


def _fill(request: HttpRequest, edition: Edition) -> HttpResponse | None:
    """Fill from ticked hits, a search, pasted codes, an online list, or the awards of a competition."""
    viewer = Viewer.of(request.user)
    ids = [
        int(value) for value in request.POST.getlist("page") if value.isascii() and value.isdigit() and len(value) < 18
    ]
    ids += selectors.pages_named(request.POST.get("codes", "")[:20_000])
    if "all" in request.POST:
        ids += [hit.page.pk for hit in _hits(request.POST.get("find", "")[:100], viewer)]
    source, _sep, value = request.POST.get("source", "").partition("|")
    ids += sources.chosen(viewer, source, value) if source else []
    name, _sep, year = request.POST.get("competition", "").rpartition("|")
    if name and year.isascii() and year.isdigit() and len(year) < 5:
        ids += selectors.awarded(name, int(year))
    if not ids:
        messages.error(request, _("Nothing was found to add. Tick a case, or enter codes that exist."))
        return None
    filled: list[Filled] = []
    if attempt(request, lambda: filled.append(services.fill(edition, ids, by=actor(request)))):
        messages.success(request, _("%d cases were added.") % filled[0].added)
        for title, reason in filled[0].refused[:10]:
            messages.warning(request, f"{title}：{reason}")
    return None


def _arrange(request: HttpRequest, edition: Edition) -> HttpResponse | None:
    form = ArrangeForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: services.arrange_by(edition, form.cleaned_data["axis"], by=actor(request)),
            _("The cases stand in parts now."),
        )
    return None


def _order(request: HttpRequest, edition: Edition) -> HttpResponse | None:
    words = request.POST.get("ids", "").split(",")
    ids = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 18]
    seen = request.POST.get("seen", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    attempt(
        request,
        lambda: services.order_items(edition, ids, version=version, by=actor(request)),
        _("The order was saved."),
    )
    return None


def _freeze(request: HttpRequest, edition: Edition) -> HttpResponse | None:
    attempt(
        request,
        lambda: services.freeze(edition, by=actor(request)),
        _("The edition is frozen. It will always be printed like this."),
    )
    return None


def _compile(request: HttpRequest, edition: Edition) -> HttpResponse | None:
    made: list[Any] = []
    moment = clock.now()
    if attempt(request, lambda: made.append(services.compile_edition(edition, actor(request), at=moment))):
        if made[0].requested_at != moment:
            messages.info(request, jobs.already())
        return redirect("anthologies:result", pk=made[0].pk)
    return None


def _copy(request: HttpRequest, edition: Edition) -> HttpResponse | None:
    form = NewEditionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter a name and a year for the new edition."))
        return None
    made: list[tuple[Edition, list[str]]] = []
    if not attempt(request, lambda: made.append(services.new_edition(edition, **form.cleaned_data, by=actor(request)))):
        return None
    for title in made[0][1]:
        messages.warning(request, _("Left out, because it is no longer published: %s") % title)
    return redirect("anthologies:edit", pk=made[0][0].pk)


@editor_view
@require_POST
def item_act(request: HttpRequest, pk: int, item: int, act: str) -> HttpResponseBase:
    """Move, change, remove or pin again one item."""
    edition = edition_or_404(pk, Viewer.of(request.user))
    try:
        found = item_or_404(edition, item)
    except Http404:
        # The page was opened before a colleague took it out. Taken out twice it is out.
        if act == "remove":
            return redirect("anthologies:edit", pk=edition.pk)
        raise ConflictError(services.gone()) from None
    form = ItemForm(request.POST)
    acts = {
        "up": lambda: services.move_item(found, -1, by=actor(request)),
        "down": lambda: services.move_item(found, 1, by=actor(request)),
        "remove": lambda: services.remove_item(found, by=actor(request)),
        "change": lambda: services.change_item(found, **form.cleaned_data, by=actor(request)),
        "repin": lambda: services.repin(found, by=actor(request)),
    }
    if act not in acts or (act == "repin" and found.kind != ItemKind.CASE):
        raise Http404
    if act == "change" and not form.is_valid():
        messages.error(request, _("Not saved: %s") % _errors(form))
    else:
        attempt(request, acts[act], _("Saved.") if act == "change" else "")
    return redirect(f"{reverse('anthologies:edit', args=[edition.pk])}#item-{found.pk}")


@editor_view
@require_safe
def compare(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """Show the pinned text of a case against the one published now."""
    edition = edition_or_404(pk, Viewer.of(request.user))
    found = item_or_404(edition, item)
    if found.kind != ItemKind.CASE:
        raise Http404
    context = {"edition": edition, "item": found, "lines": selectors.compare(found.selection), "trail": _trail(edition)}
    return render(request, "anthologies/compare.html", context)


@editor_view
@require_safe
def preflight(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show what the check before printing finds. Reads every case."""
    edition = edition_or_404(pk, Viewer.of(request.user))
    findings = selectors.linked(edition, as_data(check_edition(edition, bind(edition))))
    return render(
        request, "anthologies/preflight.html", {"edition": edition, "findings": findings, "trail": _trail(edition)}
    )
