"""What has run out is taken away by the worker, what may still be used or looked up stays."""

from datetime import timedelta

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session

from caselib.accounts.jobs import tidy
from caselib.core import clock, housekeeping


@pytest.mark.django_db
def test_sessions_that_have_run_out_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "STEP", 2)
    now = clock.now()
    for number in range(5):
        Session.objects.create(session_key=f"old{number}", session_data="", expire_date=now - timedelta(minutes=1))
    Session.objects.create(session_key="open", session_data="", expire_date=now + timedelta(minutes=1))
    assert tidy() == 5
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]


@pytest.mark.django_db
def test_sign_ins_can_be_looked_up_for_more_than_a_year() -> None:
    now = clock.now()
    for days in (399, 401):
        row = AccessLog.objects.create(username=f"before-{days}")
        AccessLog.objects.filter(pk=row.pk).update(attempt_time=now - timedelta(days=days))
    assert tidy() == 1
    assert list(AccessLog.objects.values_list("username", flat=True)) == ["before-399"]
