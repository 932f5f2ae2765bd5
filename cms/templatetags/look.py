"""Template tags of the public look: icons, navigation items and due lights. No rules, no queries."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import template
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caselib.core import clock

register = template.Library()

ICONS: dict[str, str] = {
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20",
    "ok": "M4 12.5 9.5 18 20 6.5",
    "soon": "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.5l3 2",
    "late": "M12 4 3 20h18zM12 10v5M12 17.6v.1",
    "none": "M5 12h14",
    "close": "M6 6l12 12M18 6 6 18",
    "next": "M9 5l7 7-7 7",
    "previous": "M15 5l-7 7 7 7",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "print": "M7 8V4h10v4M7 17H4V9h16v8h-3M7 14h10v6H7z",
    "download": "M12 4v11M7 11l5 5 5-5M5 20h14",
    "basket": "M4 9h16l-2 11H6zM8 9l4-5 4 5",
    "user": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c1-4 4-6 8-6s7 2 8 6",
    "display": "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
    "info": "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8v.1",
    "plus": "M12 5v14M5 12h14",
    "film": "M4 5h16v14H4zM10 9l5 3-5 3z",
    "calendar": "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
    "pin": "M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11zM12 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
    "star": "M12 4l2.5 5.2 5.5.7-4 3.9 1 5.6-5-2.7-5 2.7 1-5.6-4-3.9 5.5-.7z",
    "list": "M8 6h12M8 12h12M8 18h12M4 6h.1M4 12h.1M4 18h.1",
    "bell": "M6 17V11a6 6 0 0 1 12 0v6l1.5 2h-15zM10 21h4",
}


@register.simple_tag
@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """Return the decorative icon ``name``; a word must always stand beside it."""
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', ICONS[name])


@register.inclusion_tag("components/nav_item.html", takes_context=True)
def nav_item(context: template.Context, view: str, label: str, *args: Any, also: str = "") -> dict[str, Any]:
    """Return a navigation link; it is left out while the app behind ``view`` has no such URL.

    It is marked as current on the pages below ``view`` and below the view ``also``.
    """
    try:
        url = reverse(view, args=args)
        below = [url, reverse(also)] if also else [url]
    except NoReverseMatch:
        return {"url": ""}
    request = context.get("request")
    path = request.path if request is not None else ""
    current = path == url or any(len(start) > 1 and path.startswith(start) for start in below)
    return {"url": url, "label": label, "current": current}


@register.simple_tag(takes_context=True)
def here(context: template.Context) -> str:
    """Return the address under way as it stands inside another one, for links that lead back to it."""
    request = context["request"]
    known: str | None = getattr(request, "_address_of_request", None)
    if known is None:
        known = request._address_of_request = quote(request.get_full_path())
    return known


@register.filter
def section(path: str) -> str:
    """Return the first step of ``path`` if an address of the site begins with it, else an empty string.

    With the name of the view it decides which link of the navigation is marked; there are as many as the site has.
    """
    first = str(path).lstrip("/").partition("/")[0]
    return first if first in _sections() else ""


@lru_cache(maxsize=1)
def _sections() -> frozenset[str]:
    routes: list[str] = []
    for entry in get_resolver().url_patterns:
        inner = entry.url_patterns if isinstance(entry, URLResolver) and not str(entry.pattern) else [entry]
        routes += [str(part.pattern) for part in inner]
    return frozenset(
        route.partition("/")[0] for route in routes if "/" in route and not set("<(^") & set(route.partition("/")[0])
    )


@register.simple_tag
def due(day: dt.date | dt.datetime | None, *, soon_days: int = 3) -> SafeString:
    """Return a due light for ``day``: an icon, a word and a tone; ``soon_days`` is where the warning begins."""
    if day is None:
        return _light("none", _("no due date"))
    date = day.astimezone(clock.ZONE).date() if isinstance(day, dt.datetime) else day
    left = (date - clock.today()).days
    if left < 0:
        return _light("late", ngettext("%(n)d day late", "%(n)d days late", -left) % {"n": -left})
    if left == 0:
        return _light("soon", _("due today"))
    words = ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}
    return _light("soon" if left <= soon_days else "ok", words)


def _light(tone: str, words: str) -> SafeString:
    return format_html('<span class="light light--{}">{}{}</span>', tone, icon(tone), words)


@register.simple_tag
def light(tone: str, words: str) -> SafeString:
    """Return a light of ``tone`` (ok, soon, late, none) that says ``words``."""
    return _light(tone if tone in {"ok", "soon", "late", "none"} else "none", words)


@register.simple_block_tag
def framed(content: str, *names: Any) -> SafeString:
    """Put a table into the frame that scrolls beneath a narrow window, reached and moved with the keyboard.

    ``names`` together name it for whoever hears the page; a page with several tables names each by something of its own.
    """
    label = " · ".join(word for name in names if (word := str(name)))
    return format_html('<div class="table-scroll" tabindex="0" role="region" aria-label="{}">{}</div>', label, content)


@register.filter
def svg(markup: str) -> SafeString:
    """Mark SVG made by our own generators as safe; never used on text that a person can write."""
    return mark_safe(markup)  # noqa: S308
