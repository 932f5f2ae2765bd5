"""House styles: looking, editing, exporting, taking over from elsewhere."""

from __future__ import annotations

import hashlib
import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ..forms import StyleForm
from ..models import PrintStyle
from ..services.styles import copy_style, save_style
from .base import actor, download, editor_view


@editor_view
@require_safe
def styles(request: HttpRequest) -> HttpResponseBase:
    """List the house styles."""
    return render(request, "anthologies/styles.html", {"styles": PrintStyle.objects.all()})


def _style_or_404(key: str) -> PrintStyle:
    style = PrintStyle.objects.filter(key=key[:40]).first()
    if style is None:
        raise Http404
    return style


@editor_view
@require_http_methods(["GET", "HEAD", "POST"])
def style(request: HttpRequest, key: str) -> HttpResponseBase:
    """Change a house style, or keep it under another name."""
    found = _style_or_404(key)
    text = json.dumps(found.data, ensure_ascii=False, indent=2)
    form = StyleForm(
        request.POST or None, request.FILES or None, instance=found, initial={"content": text, "seen": found.version}
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        wanted = {
            "name": values["name"],
            "data": values["content"],
            "template": values["template"],
            "without_template": values.get("template_remove", False),
            "by": actor(request),
        }
        # A copy takes nothing from anybody.
        saved = (
            copy_style(found, **wanted) if "copy" in request.POST else save_style(found, **wanted, seen=values["seen"])
        )
        messages.success(request, _("Saved."))
        return redirect("anthologies:style", key=saved.key)
    used = found.editions.filter(frozen_at__isnull=True).count()
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return render(request, "anthologies/style.html", {"form": form, "style": found, "used": used, "digest": digest})


@editor_view
@require_safe
def export_style(request: HttpRequest, key: str) -> HttpResponse:
    """Send a house style as JSON."""
    found = _style_or_404(key)
    data = json.dumps(found.data, ensure_ascii=False, indent=2, sort_keys=True).encode()
    return download(data, f"{found.key}.json", "application/json")
