"""The tabs of the review office, of which each person sees those that will open, and the names of acts."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from caselib.accounts.enums import REVIEWERS, Role

from .. import acts

register = template.Library()


@register.inclusion_tag("review/_nav.html", takes_context=True)
def review_nav(context: template.Context) -> dict[str, Any]:
    """Return the tabs for the person who is signed in."""
    request = context["request"]
    user = request.user
    office = user.has_role(*REVIEWERS, Role.EDITOR, Role.AUDIT_ADMIN)
    wanted = [
        ("review:queue", _("Review queue"), office),
        ("review:manuscripts", _("My manuscripts"), not user.has_role(Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)),
        ("review:due", _("Review due again"), office),
        ("review:packs", _("Rules of the checks"), user.has_role(Role.SECURITY_ADMIN)),
        ("review:chain", _("Audit chain"), user.has_role(Role.AUDIT_ADMIN)),
    ]
    tabs = [
        {"url": reverse(name), "label": label, "current": request.path == reverse(name)}
        for name, label, shown in wanted
        if shown
    ]
    return {"tabs": tabs}


@register.filter
def act_details(data: dict[str, object]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return what a row of the audit chain says beside its verb: in words, and the rest under its keys."""
    return acts.details(data)


@register.filter
def act(verb: str) -> str:
    """Return what the audit chain's ``verb`` is called."""
    return acts.label(verb)
