"""Pages of ingest in the admin: uploads, the import report, one item with corrections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.accounts.models import User
from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core import jobs
from caselib.core.errors import RefusedError, require
from caselib.media.serving import serve
from caselib.resources.models import ResourcePage
from caselib.word import codec

from . import deciding, selectors, services
from .comparing import changes
from .enums import BatchState, ItemState
from .forms import CorrectionForm, UploadForm
from .messages import refusal_text, status_text
from .models import ImportBatch, ImportItem
from .preview import preview
from .report import lines
from .revising import is_behind, may_revise, revised_page
from .rules import may_decide, may_read_again, may_upload

PAGE_SIZE = 25
REFRESH_SECONDS = 2


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: SignedInRequest) -> HttpResponse:
    """Take uploads and list them, newest first."""
    viewer = Viewer.of(request.user)
    require(may_upload(viewer))
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            return _received(request, form.cleaned_data["manuscripts"])
    page = Paginator(selectors.batches(viewer), PAGE_SIZE).get_page(request.GET.get("p"))
    response = render(request, "ingest/index.html", {"form": form, "page": page, "states": BatchState})
    if any(batch.state == BatchState.RECEIVED for batch in page):
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _received(request: SignedInRequest, files: list[Any]) -> HttpResponse:
    """Store each file by itself: one that is refused keeps nothing from the others."""
    taken: list[ImportBatch] = []
    for file in files:
        try:
            stored = services.receive_upload(file, by=request.user)
        except RefusedError as error:
            messages.error(request, f"{file.name}: {error}")
            continue
        taken.append(stored.batch)
        if stored.elsewhere:
            # Neither its name nor its day is told: it is somebody else's manuscript.
            text = _("“%(file)s” has been uploaded by somebody else as well. Look in the library before you accept it.")
            messages.warning(request, text % {"file": file.name})
        if stored.known:
            messages.warning(
                request,
                _("“%(file)s” is the same file as “%(name)s”, uploaded on %(date)s. It is imported once.")
                % {
                    "file": file.name,
                    "name": stored.batch.name,
                    "date": date_format(localtime(stored.batch.received_at)),
                },
            )
    new = [batch for batch in taken if batch.state == BatchState.RECEIVED]
    if new:
        messages.success(
            request,
            ngettext(
                "%(count)d file received; it is being read.", "%(count)d files received; they are being read.", len(new)
            )
            % {"count": len(new)},
        )
    if len(taken) == 1:
        return redirect("imports_report", pk=taken[0].pk)
    return redirect("imports")


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the import report of an upload, line by line."""
    viewer = Viewer.of(request.user)
    batch = _batch(request, pk)
    items = list(batch.items.select_related("page"))
    members = batch.members.annotate(
        found=Count("items"), waiting=Count("items", filter=Q(items__state=ItemState.WAITING))
    ).order_by("pk")
    context = {
        "batch": batch,
        "message": _message(batch),
        "rows": [(item, lines(codec.decode(item.warnings)), _sections(item)) for item in items],
        "lines": lines(codec.decode(batch.warnings)),
        "members": members,
        "waiting_inside": sum(member.waiting for member in members),
        "refusal": may_decide(viewer, owner_id=batch.received_by_id),
        "waiting": sum(1 for item in items if item.state == ItemState.WAITING),
        "stopped": _stopped(batch),
        "states": BatchState,
        "item_states": ItemState,
    }
    response = render(request, "ingest/report.html", context)
    if batch.state == BatchState.RECEIVED and not context["stopped"]:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _stopped(batch: ImportBatch) -> bool:
    """True when the reading was cancelled or given up and nothing will come of waiting."""
    job = batch.job
    return job is not None and may_read_again(batch.state, job_state=job.state) is None and not batch.read_at


def _message(batch: ImportBatch) -> str:
    if batch.state == BatchState.REFUSED:
        return refusal_text(batch.code, batch.detail)
    return "" if batch.state == BatchState.RECEIVED else status_text(batch.code, batch.detail)


def _sections(item: ImportItem) -> list[tuple[int, str, bool]]:
    return [
        (
            block.get("level", 1),
            block.get("number", "") + "".join(run.get("text", "") for run in block.get("runs", [])),
            bool(block.get("guessed")),
        )
        for block in item.content.get("blocks", [])
        if block.get("_") == "Heading"
    ]


@require_POST
def act(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept all or the ticked items of an upload, set one aside, take one back; read the file again or stop reading."""
    batch = _batch(request, pk)
    name = request.POST.get("act", "")
    try:
        if name in ("accept_all", "accept_some"):
            _accept(request, batch, name == "accept_all")
        elif name == "read_again":
            services.read_again(batch, by=request.user)
        elif name == "stop":
            services.stop_reading(batch, by=request.user)
            messages.info(request, _("Reading stops after the file that is being read; what was read is kept."))
        elif name == "accept_archive":
            job, begun = deciding.start_accepting(batch, by=request.user)
            if not begun:
                messages.info(request, jobs.already())
            return redirect("core:job", pk=job.pk)
        elif name.startswith(("reject-", "take_back-")):
            _set_aside(request, batch, name)
        else:
            messages.error(request, _("Choose what to do."))
    except RefusedError as error:
        messages.error(request, str(error))
    return redirect("imports_report", pk=pk)


def _accept(request: SignedInRequest, batch: ImportBatch, everything: bool) -> None:
    waiting = batch.items.filter(state=ItemState.WAITING)
    if not everything:
        chosen = [
            int(text) for text in request.POST.getlist("item") if text.isascii() and text.isdigit() and len(text) < 19
        ]
        waiting = waiting.filter(pk__in=chosen)
    made, refused = deciding.accept_each(waiting, by=request.user)
    for line in refused:
        messages.error(request, line)
    if made:
        said = ngettext("%(count)d draft was made.", "%(count)d drafts were made.", len(made))
        messages.success(request, said % {"count": len(made)})
    elif not everything:
        messages.warning(request, _("Tick at least one item that is still waiting."))


def _set_aside(request: SignedInRequest, batch: ImportBatch, name: str) -> None:
    verb, _dash, number = name.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Http404
    item = batch.items.filter(pk=int(number)).first()
    if item is None:
        raise Http404
    (deciding.reject_item if verb == "reject" else deciding.take_back)(item, by=request.user)


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one item as it would become a draft; a POST accepts it with corrections."""
    viewer = Viewer.of(request.user)
    require(may_upload(viewer))
    found = selectors.items(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    revised = revised_page(found)
    form = CorrectionForm(request.POST or None, item=found, revised=revised)
    if request.method == "POST" and form.is_valid():
        try:
            page = deciding.accept_item(found, by=request.user, corrections=form.corrections())
        except RefusedError as error:
            messages.error(request, str(error))
            return redirect("imports_item", pk=pk)
        made = (
            _("The file is the new draft of “%(title)s”.")
            if revised
            else _("The draft “%(title)s” was made. Complete and save it here, then submit it under My manuscripts.")
        )
        messages.success(request, made % {"title": page.title})
        return redirect("wagtailadmin_pages:edit", page.pk)
    context = {
        "item": found,
        "batch": found.batch,
        "form": form,
        "preview": preview(found),
        "lines": lines(codec.decode(found.warnings)),
        "item_states": ItemState,
        "refusal": may_decide(viewer, owner_id=found.batch.received_by_id),
        **_revision(found, revised, by=request.user),
    }
    return render(request, "ingest/item.html", context)


def _revision(found: ImportItem, target: ResourcePage | None, *, by: User) -> dict[str, Any]:
    """What the page of an exported and edited file says: its changes, and whose change of the draft came between.

    Nothing of the resource is shown to those who may not edit it: anybody can write its number into a file.
    """
    if target is None or found.state != ItemState.WAITING:
        return {"changes": None}
    refusal = may_revise(target.specific, by)
    if refusal is not None:
        return {"changes": None, "refusal": refusal}
    between = target.latest_revision if is_behind(target, found) else None
    return {"changes": changes(target, found, by=by), "between": between}


@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the uploaded file as it came."""
    batch = _batch(request, pk)
    return serve(request, batch.file.name or "", filename=batch.name, inline=False)


def _batch(request: HttpRequest, pk: int) -> ImportBatch:
    """Return the upload if the person may see it, else 404; refuses those who upload nothing at all."""
    viewer = Viewer.of(request.user)
    require(may_upload(viewer))
    found = selectors.batches(viewer).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found
