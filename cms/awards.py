"""Where two siblings meet: the awarded resources of a competition become an online list or an anthology, in one click."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.anthologies.services import editions, outline
from caselib.catalogue.services import lists
from caselib.competitions.models import Competition
from caselib.competitions.selectors.outcome import awarded_page_ids
from caselib.resources.selectors import visible_by_id


@login_required
@require_POST
def to_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an unpublished online list of the awarded resources, in the order of the list of winners."""
    user, competition = cast(User, request.user), _confirmed(pk)
    ids = awarded_page_ids(competition)
    pages = visible_by_id(ids, Viewer.of(user))
    with transaction.atomic():
        made = lists.create_list(lists.ListDetails(title=_title(competition)), by=user)
        for resource in (pages[page] for page in ids if page in pages):
            lists.add_item(made, resource, by=user)
    messages.success(request, _count(len(pages)))
    return redirect("catalogue:list", code=made.code)


@login_required
@require_POST
def to_anthology(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an anthology with one edition that selects the awarded resources, and open it for editing."""
    user, competition = cast(User, request.user), _confirmed(pk)
    with transaction.atomic():
        anthology = editions.create_anthology(_title(competition), publisher=str(competition.organiser or ""), by=user)
        edition = editions.create_edition(anthology, name=str(competition.year), year=competition.year, by=user)
        filled = outline.fill(edition, awarded_page_ids(competition), by=user)
    messages.success(request, _count(filled.added))
    for title, reason in filled.refused:
        messages.warning(request, f"{title}: {reason}")
    return redirect("anthologies:edit", pk=edition.pk)


def _confirmed(pk: int) -> Competition:
    """Return a competition whose awards are confirmed; any other has nothing to hand over."""
    found = (
        Competition.objects.filter(pk=pk, state="confirmed").select_related("organiser").first() if pk < 2**63 else None
    )
    if found is None:
        raise Http404
    return found


def _title(competition: Competition) -> str:
    return (_("Winners of “%(title)s”") % {"title": competition.title})[:120]


def _count(number: int) -> str:
    text = ngettext("%(n)d awarded resource was taken over.", "%(n)d awarded resources were taken over.", number)
    return text % {"n": number}
