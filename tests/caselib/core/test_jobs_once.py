"""What a double click asks for twice is begun once, and told the second time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.core import clock, jobs
from caselib.core.enums import JobState
from caselib.core.models import Job
from tests import factories

pytestmark = pytest.mark.django_db
KIND = "search.rebuild"


def test_the_same_is_begun_once_while_it_waits_or_runs() -> None:
    row, begun = jobs.start_once(KIND, by=None, engine="embedded")
    again = jobs.start_once(KIND, by=factories.UserFactory(), engine="embedded")
    other, other_begun = jobs.start_once(KIND, by=None, engine="elastic")
    assert begun and again == (row, False)
    assert other_begun and other != row
    Job.objects.filter(pk=row.pk).update(state=JobState.RUNNING, started_at=clock.now())
    assert jobs.start_once(KIND, by=None, engine="embedded") == (row, False)
    Job.objects.filter(pk=row.pk).update(state=JobState.DONE, finished_at=clock.now())
    later, begun = jobs.start_once(KIND, by=None, engine="embedded")
    assert begun and later != row


def test_what_is_being_stopped_is_not_in_the_way() -> None:
    row, _begun = jobs.start_once(KIND, by=None)
    Job.objects.filter(pk=row.pk).update(state=JobState.RUNNING, started_at=clock.now())
    jobs.cancel(row)
    later, begun = jobs.start_once(KIND, by=None)
    assert begun and later != row


def test_the_database_keeps_a_second_one_out() -> None:
    row, _begun = jobs.start_once(KIND, by=None)
    key = Job.objects.values_list("key", flat=True).get(pk=row.pk)
    other = jobs.start(KIND, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=other.pk).update(key=key)


def test_a_rebuild_asked_for_twice_is_one_and_says_so(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.SYSTEM_ADMIN)
    asked = {"act": "rebuild", "engine": "embedded"}
    first = client.post(reverse("search_office_act"), asked)
    second = client.post(reverse("search_office_act"), asked, follow=True)
    assert second.redirect_chain[0][0] == first["Location"]
    assert "没有重复启动" in second.content.decode()
    assert Job.objects.filter(kind=KIND).count() == 1
