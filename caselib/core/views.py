"""The progress page of a background job."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from . import jobs
from .models import Job


@login_required
@require_safe
def job_progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show a job to the person who asked for it, as a page or with ``?format=json`` as data."""
    job = _own_job(request, pk)
    if request.GET.get("format") == "json":
        return JsonResponse(job.as_json())
    return render(request, "core/job.html", {"job": job})


@login_required
@require_POST
def job_cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the job to stop and go back to its page."""
    job = _own_job(request, pk)
    jobs.cancel(job)
    return redirect("core:job", pk=job.pk)


def _own_job(request: HttpRequest, pk: uuid.UUID) -> Job:
    job = Job.objects.filter(pk=pk, requested_by_id=request.user.pk).first()
    if job is None:
        raise Http404
    return job
