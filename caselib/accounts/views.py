"""The inbox, and signing out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LogoutView
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from caselib.core import clock

from .models import Notice

PAGE_SIZE = 30


class SignOutView(LogoutView):
    """Signs out; on a shared machine the next person does not get back to the pages with the browser's arrow."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache"'
        return response


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """List the reader's own notices, newest first."""
    page = Paginator(Notice.objects.filter(recipient_id=request.user.pk), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "accounts/notices.html", {"page_obj": page})


@login_required
@require_POST
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one of the reader's own notices as read and go where it points."""
    notice = Notice.objects.filter(pk=pk, recipient_id=request.user.pk).first() if pk < 2**63 else None
    if notice is None:
        raise Http404
    if notice.read_at is None:
        Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=clock.now())
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts={request.get_host()}):
        return redirect(notice.url)
    return redirect("accounts:notices")
