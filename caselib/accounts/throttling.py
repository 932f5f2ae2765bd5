"""Guessing passwords is stopped twice: for one account from one address, and for many accounts from one address."""

from __future__ import annotations

from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.http import HttpRequest

#: A whole school may stand behind one address and mistype; nobody mistypes the names of so many colleagues.
NAMES_FROM_ONE_ADDRESS = 60


class LibraryAxesHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Also locks an address from which wrong passwords came for too many names; names that exist or not count alike."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        locked = bool(super().is_locked(request, credentials)) or self._many_names(request)
        if locked:
            # The answer is the page that says so; knocking while it lasts is not counted and makes it no longer.
            request.axes_locked_out = True  # type: ignore[attr-defined]
        return locked

    def _many_names(self, request: HttpRequest) -> bool:
        recent = AccessAttempt.objects.filter(
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
            attempt_time__gte=get_cool_off_threshold(request),
        )
        return recent.values("username").distinct().count() >= NAMES_FROM_ONE_ADDRESS
