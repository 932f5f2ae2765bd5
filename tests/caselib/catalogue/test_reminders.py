"""The worker reminds of a session once, in time, and of no other."""

from __future__ import annotations

from datetime import timedelta

from django.core import mail

from caselib.accounts.models import Notice
from caselib.catalogue import services
from caselib.catalogue.jobs import send_reminders
from caselib.catalogue.services.reminders import remind_of_session
from caselib.core import audit, jobs

from .conftest import Office


def reminders(office: Office) -> int:
    return Notice.objects.filter(recipient=office.contact, url__startswith="/sessions/").count()


def test_a_session_is_reminded_of_once_within_a_day(office: Office, django_capture_on_commit_callbacks: object) -> None:
    session = office.dispatched()
    assert services.remind_of_sessions(at=session.starts_at - timedelta(hours=25)) == 0
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert services.remind_of_sessions(at=session.starts_at - timedelta(hours=23)) == 1
    assert services.remind_of_sessions(at=session.starts_at - timedelta(hours=22)) == 0
    assert not remind_of_session(session.pk, at=session.starts_at)
    assert reminders(office) == 1
    assert Notice.objects.filter(recipient=office.lecturer, url=f"/sessions/{session.pk}/").count() == 1
    assert any(session.line.title in message.subject for message in mail.outbox)
    assert audit.verify() is None


def test_what_was_just_planned_has_begun_or_was_cancelled_is_left_alone(office: Office) -> None:
    session = office.dispatched()
    before = session.starts_at - timedelta(hours=3)
    type(session).objects.filter(pk=session.pk).update(dispatched_at=before - timedelta(hours=1))
    assert services.remind_of_sessions(at=before) == 0
    assert services.remind_of_sessions(at=session.starts_at) == 0
    services.cancel_session(session, reason="停电", by=office.dispatcher)
    assert services.remind_of_sessions(at=session.starts_at - timedelta(minutes=30)) == 0


def test_a_session_planned_anew_is_reminded_of_anew(office: Office) -> None:
    order = office.accepted()
    first = office.dispatched(order)
    services.remind_of_sessions(at=first.starts_at - timedelta(hours=20))
    again = services.dispatch_order(
        order, line=order.lines.get(), plan=office.plan(day=12), by=office.dispatcher, at=first.starts_at
    )
    assert services.remind_of_sessions(at=again.starts_at - timedelta(hours=20)) == 1


def test_the_worker_calls_it(db: None) -> None:
    assert any(entry.function is send_reminders for entry in jobs._periodic)
    assert send_reminders() == 0
