"""Background work of accounts: what nobody can use any more is taken away, or a busy library keeps it for ever."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessLog
from django.contrib.sessions.models import Session

from caselib.core import clock
from caselib.core.housekeeping import delete_in_steps
from caselib.core.jobs import periodic

TIDY_SECONDS = 3600.0
#: How long it can be looked up from where somebody signed in; the law asks for six months at least.
SIGN_INS_KEPT = timedelta(days=400)


@periodic(TIDY_SECONDS)
def tidy() -> int:
    """Take away the sessions that have run out, and the records of sign-ins of long ago; return how many rows went."""
    now = clock.now()
    return delete_in_steps(Session.objects.filter(expire_date__lt=now)) + delete_in_steps(
        AccessLog.objects.filter(attempt_time__lt=now - SIGN_INS_KEPT)
    )
