"""The tools page of one vocabulary: retire and merge, promote, import, export."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from caselib.accounts.enums import Role
from caselib.accounts.requests import SignedInRequest
from caselib.core.enums import JobState
from caselib.core.errors import RefusedError
from caselib.core.jobs import already
from caselib.core.models import Job

from . import jobs, services, transfer
from .exchange.records import Change, TermRecord, shown_first
from .forms import SYNTAXES, ImportForm, PromoteForm, RetireForm
from .models import AXES, Term

CONTENT_TYPES = {
    "csv": "text/csv",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}

# Changes that are made while the sender waits: a hundredth of a second each, in which nobody else writes.
AT_ONCE = 200

ACTS = {
    "create": _lazy("Created"),
    "rename": _lazy("Renamed"),
    "move": _lazy("Moved"),
    "describe": _lazy("Synonyms or note changed"),
    "same": _lazy("Unchanged"),
    "refuse": _lazy("Left out"),
}
REASONS = {
    "missing": _lazy("Code or name is missing."),
    "unknown-parent": _lazy("The broader term is not known."),
    "unfit": _lazy("A cell holds control characters, which no term may have."),
    "bad-code": _lazy("A code has at most 40 letters, digits, dots, dashes and underscores."),
    "too-long": _lazy("Names and synonyms have at most 100 characters."),
    "code-twice": _lazy("The file has this code more than once."),
    "code-retired": _lazy("A retired term has this code."),
    "parent-refused": _lazy("The broader term was left out, so this one is as well."),
    "name-taken": _lazy("Another term has this name."),
    "deprecated": _lazy("The file marks this term as no longer in use."),
    "circle": _lazy("The term would stand below itself."),
    "too-deep": _lazy("The vocabulary has three levels at most."),
}


def tools(request: SignedInRequest, axis: str) -> HttpResponse:
    """Show the tools; a POST names which form it is for in ``act``."""
    model = _model(request, axis)
    forms = {
        "retire": RetireForm(model, prefix="retire"),
        "promote": PromoteForm(model, prefix="promote"),
        "import": ImportForm(prefix="import"),
    }
    report = None
    act = request.POST.get("act", "")
    if request.method == "POST" and act == "retire":
        form = forms["retire"] = RetireForm(model, request.POST, prefix="retire")
        if form.is_valid() and _retire(form, request):
            return redirect("vocabulary_tools", axis=axis)
    elif request.method == "POST" and act == "promote":
        promote = forms["promote"] = PromoteForm(model, request.POST, prefix="promote")
        if promote.is_valid() and _promote(promote, model, request):
            return redirect("vocabulary_tools", axis=axis)
    elif request.method == "POST" and act == "import":
        upload = forms["import"] = ImportForm(request.POST, request.FILES, prefix="import")
        if upload.is_valid():
            wanted, dry = upload.cleaned_data["records"], not upload.cleaned_data["apply"]
            changes = transfer.planned(model, wanted)
            if _done([change.act for change in changes]) <= AT_ONCE:
                changes = transfer.import_records(model, wanted, by=request.user, dry_run=dry)
            elif not dry:
                return _begun(request, model, wanted)
            report = _report(shown_first(changes), [change.act for change in changes], dry=dry)
    context = {"axis": axis, "forms": forms, "report": report, "model": model._meta, "syntaxes": SYNTAXES, "axes": AXES}
    return render(request, "vocabularies/tools.html", context)


def _done(acts: Sequence[str]) -> int:
    return sum(act not in ("refuse", "same") for act in acts)


def _begun(request: SignedInRequest, model: type[Term], wanted: Sequence[TermRecord]) -> HttpResponse:
    job, begun = jobs.start(model, wanted, by=request.user)
    if not begun:
        messages.info(request, already())
    return redirect("core:job", pk=job.pk)


@require_safe
def imported(request: SignedInRequest, axis: str, job: uuid.UUID) -> HttpResponse:
    """Show the report of a large import to the person who asked for it."""
    model = _model(request, axis)
    row = Job.objects.filter(pk=job, kind=jobs.KIND, requested_by_id=request.user.pk, state=JobState.DONE).first()
    if row is None or row.parameters["axis"] != axis:
        raise Http404
    report = _report(jobs.rows_of(row.result), row.result["acts"], dry=False)
    return render(request, "vocabularies/imported.html", {"axis": axis, "report": report, "model": model._meta})


def _report(rows: Sequence[Change], acts: Sequence[str], *, dry: bool) -> dict[str, Any]:
    """Return what the page shows of an import: the refusals first, then what is done, and what there was to do."""
    told = [{"record": change.record, "act": ACTS[change.act], "reason": _reason(change)} for change in rows]
    refused = sum(act == "refuse" for act in acts)
    return {"rows": told, "dry": dry, "refused": refused, "done": _done(acts)}


def _reason(change: Change) -> str:
    """Why a term is left out, or what of it the vocabulary cannot keep."""
    if change.act == "refuse" or not change.record.others:
        return str(REASONS.get(change.reason, change.reason))
    return _("A term has one broader term here: %(kept)s was kept, not %(others)s.") % {
        "kept": change.record.parent,
        "others": "、".join(change.record.others),
    }


@require_safe
def export(request: SignedInRequest, axis: str, syntax: str) -> HttpResponse:
    """Send the vocabulary as a file."""
    model = _model(request, axis)
    if syntax not in CONTENT_TYPES:
        raise Http404
    response = HttpResponse(transfer.export(model, syntax), content_type=f"{CONTENT_TYPES[syntax]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{axis}.{syntax}"'
    return response


def _model(request: SignedInRequest, axis: str) -> type[Term]:
    if axis not in AXES:
        raise Http404
    if not (request.user.is_superuser or request.user.has_role(Role.EDITOR)):
        raise PermissionDenied
    return AXES[axis]


def _retire(form: RetireForm, request: HttpRequest) -> bool:
    try:
        form.act(request.user)
    except RefusedError:
        return False
    messages.success(request, _("Done: “%(term)s” is retired.") % {"term": form.cleaned_data["term"]})
    return True


def _promote(form: PromoteForm, model: type[Term], request: SignedInRequest) -> bool:
    try:
        term = services.promote_tag(
            form.cleaned_data["tag"], model, by=request.user, parent=form.cleaned_data["parent"]
        )
    except RefusedError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("“%(term)s” is a term now.") % {"term": term})
    return True
