"""Completions for the search box, as JSON."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from caselib.accounts.viewers import Viewer
from search import api
from search.models import Completion

LABELS = {
    Completion.TITLE: pgettext_lazy("suggestion", "title"),
    Completion.NAME: pgettext_lazy("suggestion", "author or unit"),
    Completion.TERM: pgettext_lazy("suggestion", "term"),
}


@require_GET
def suggest(request: HttpRequest) -> JsonResponse:
    """Answer `?q=` with `{"suggestions": [{"text", "kind", "label"}]}`, only of what this reader may see; never cached."""
    found = api.suggest(request.GET.get("q", ""), Viewer.of(request.user))
    response = JsonResponse(
        {"suggestions": [{"text": s.text, "kind": s.kind, "label": str(LABELS[s.kind])} for s in found]}
    )
    patch_cache_control(response, private=True, no_store=True)
    return response
