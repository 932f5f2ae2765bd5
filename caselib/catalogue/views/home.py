"""The home page, and the desk of whoever is signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core.addresses import printed
from caselib.core.page_cache import BESIDE, LISTS, PAGES, shared
from caselib.resources.models import ResourcePage
from caselib.resources.selectors import listed_by_id

from ..forms import PostForm
from ..qr import qr_document
from ..selectors import home as selectors

#: How long a browser keeps a QR code without asking.
QR_SECONDS = 7 * 24 * 3600


@require_safe
@shared(PAGES, LISTS)
def home(request: HttpRequest) -> HttpResponse:
    """What is new and what runs; above it, for an account, what waits for this person."""
    viewer = Viewer.of(request.user)
    # Read only if the front is not kept for readers of the same rights; the desk is this reader's own.
    context: dict[str, object] = {
        "front": selectors.Front(viewer.shared),
        "post_form": SimpleLazyObject(PostForm),
        "viewer": viewer.shared,
        # What is announced and listed stands until one of these changes; a publication ends the shelves only.
        "announced_until": (LISTS, BESIDE),
    }
    if request.user.is_authenticated:
        context["desk"] = selectors.desk(request.user, viewer)
    return render(request, "catalogue/home.html", context)


@login_required
@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """Everything that waits for the reader."""
    return render(request, "catalogue/desk.html", {"desk": selectors.desk(request.user, Viewer.of(request.user))})


@require_safe
def resource(request: HttpRequest, pk: int) -> HttpResponse:
    """The short address of a resource, as it stands in QR codes: go to its page, which decides who may read it."""
    page = ResourcePage.objects.filter(pk=pk).first()
    url = page.get_url(request) if page is not None and (page.live or page.withdrawn) else None
    if not url:
        raise Http404
    return redirect(url)


@require_safe
@shared(PAGES)
def resource_qr(request: HttpRequest, pk: int) -> HttpResponse:
    """The short address of a resource that this reader may open, as a QR code; any other number is 404, and not kept.

    A picture of its own, because to find its best mask costs more than all the text of a page, and few look at it.
    """
    viewer = Viewer.of(request.user)
    if pk not in listed_by_id([pk], viewer):
        raise Http404
    address = printed(request, reverse("catalogue:resource", args=[pk]))
    response = HttpResponse(qr_document(address), content_type="image/svg+xml")
    response["Cache-Control"] = f"{'private, ' if viewer.authenticated else ''}max-age={QR_SECONDS}"
    return response
