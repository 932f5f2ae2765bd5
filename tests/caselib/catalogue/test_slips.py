"""Rating without an account: a slip counts once, says nobody's name, and is not the teacher's to hand out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.catalogue import services
from caselib.catalogue.models import Dispatch, Rating, RatingSlip
from caselib.core import audit, clock
from caselib.core.errors import ConflictError
from tests import factories

from .conftest import Office
from .test_orders import SCORES, refused

ANSWERS = {"content": "5", "delivery": "4", "use": "4", "comment": "回去就能用"}


@pytest.fixture
def session(office: Office) -> Dispatch:
    """A session that began an hour ago."""
    made: Dispatch = office.dispatched()
    begin = clock.now() - timedelta(hours=1)
    Dispatch.objects.filter(pk=made.pk).update(starts_at=begin, ends_at=begin + timedelta(hours=2))
    made.refresh_from_db()
    return made


def a_slip(session: Dispatch, office: Office) -> RatingSlip:
    services.issue_slips(session, number=1, by=office.dispatcher)
    slip: RatingSlip = session.slips.get()
    return slip


def test_a_slip_rates_once_without_an_account(office: Office, session: Dispatch, client: Client) -> None:
    slip = a_slip(session, office)
    url = reverse("catalogue:rate_slip", args=[slip.code])
    assert session.line.title in client.get(url).content.decode()
    answer = client.post(url, ANSWERS)
    assert "notice--success" in answer.content.decode()
    again = Client().post(url, ANSWERS).content.decode()
    assert "notice--warning" in again
    rating = Rating.objects.get()
    assert (rating.content, rating.delivery, rating.comment) == (5, 4, "回去就能用")
    assert slip.code not in rating.voter
    # nothing on the slip tells whether it was used
    assert {field.name for field in RatingSlip._meta.get_fields()} == {"id", "dispatch", "code"}
    assert audit.verify() is None


def test_a_slip_of_another_session_does_not_count(office: Office, session: Dispatch) -> None:
    slip = a_slip(session, office)
    other = office.dispatched(office.accepted(), day=9, place="乙")
    with refused("sign_in"):
        services.rate_order(other, scores=SCORES, by=None, slip=slip, at=other.starts_at + timedelta(minutes=5))
    with refused("slip_needed"):
        services.rate_order(session, scores=SCORES, by=None)


@pytest.mark.parametrize("typed", ["{}-{}", " {} {} ", "{}{}", "ｗ"])
def test_a_code_is_found_however_it_is_typed(office: Office, session: Dispatch, client: Client, typed: str) -> None:
    slip = a_slip(session, office)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in slip.code.lower())
    text = wide if typed == "ｗ" else typed.format(slip.code[:4].lower(), slip.code[4:])
    answer = client.post(reverse("catalogue:slip_code"), {"code": text})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("catalogue:rate_slip", args=[slip.code])


@pytest.mark.parametrize("code", ["AAAAAAAA", "x", "２" * 8, "%00", "😀" * 8, "A" * 300])
def test_a_code_that_nobody_has_leads_back_to_the_field(db: None, client: Client, code: str) -> None:
    answer = client.get(reverse("catalogue:rate_slip", args=[code]))
    assert answer.status_code == 404
    assert 'name="code"' in answer.content.decode()
    assert client.post(reverse("catalogue:slip_code"), {"code": code}).status_code == 200


def test_the_code_on_the_spot_asks_the_stranger_for_a_slip(office: Office, session: Dispatch, client: Client) -> None:
    page = client.get(reverse("catalogue:rate", args=[session.rating_token])).content.decode()
    assert 'name="code"' in page
    assert 'name="content"' not in page
    client.force_login(factories.UserFactory())
    assert 'name="content"' in client.get(reverse("catalogue:rate", args=[session.rating_token])).content.decode()


def test_where_slips_were_made_an_account_is_no_second_voice(office: Office, session: Dispatch, client: Client) -> None:
    slip = a_slip(session, office)
    listener = factories.UserFactory()
    with refused("slip_needed"):
        services.rate_order(session, scores=SCORES, by=listener)
    client.force_login(listener)
    page = client.get(reverse("catalogue:rate", args=[session.rating_token])).content.decode()
    assert 'name="code"' in page
    assert 'name="content"' not in page
    services.rate_order(session, scores=SCORES, by=listener, slip=slip)
    for by in (listener, None, factories.UserFactory()):
        with pytest.raises(ConflictError):
            services.rate_order(session, scores=SCORES, by=by, slip=slip)
    assert Rating.objects.count() == 1
    with refused("own_session"):
        services.rate_order(session, scores=SCORES, by=office.lecturer, slip=slip)


def test_after_a_rating_by_account_no_slip_can_be_made(office: Office, session: Dispatch, client: Client) -> None:
    services.rate_order(session, scores=SCORES, by=factories.UserFactory())
    with refused("rated_by_account"):
        services.issue_slips(session, number=3, by=office.contact)
    client.force_login(office.contact)
    assert client.post(reverse("catalogue:slips", args=[session.pk]), {"number": 3}).status_code == 403
    assert (
        reverse("catalogue:slips", args=[session.pk])
        not in client.get(reverse("catalogue:session", args=[session.pk])).content.decode()
    )
    assert not session.slips.exists()


def test_slips_are_topped_up_and_stay_valid(office: Office, session: Dispatch) -> None:
    assert services.issue_slips(session, number=3, by=office.contact) == 3
    before = set(session.slips.values_list("code", flat=True))
    assert services.issue_slips(session, number=5, by=office.dispatcher) == 5
    assert services.issue_slips(session, number=2, by=office.dispatcher) == 5
    assert before < set(session.slips.values_list("code", flat=True))
    for number in (0, 2001):
        with refused("number"):
            services.issue_slips(session, number=number, by=office.dispatcher)


def test_only_unit_and_office_hand_out_slips(office: Office, session: Dispatch, client: Client) -> None:
    with refused("own_session"):
        services.issue_slips(session, number=3, by=office.lecturer)
    with refused("not_yours"):
        services.issue_slips(session, number=3, by=factories.UserFactory(roles=[Role.UNIT_CONTACT]))
    client.force_login(office.lecturer)
    answer = client.post(reverse("catalogue:slips", args=[session.pk]), {"number": 3})
    assert answer.status_code == 403
    assert not session.slips.exists()


def test_the_teacher_does_not_see_the_codes(office: Office, session: Dispatch, client: Client) -> None:
    slip = a_slip(session, office)
    client.force_login(office.lecturer)
    page = client.get(reverse("catalogue:slips", args=[session.pk]))
    assert slip.code[:4] not in page.content.decode()
    client.force_login(office.contact)
    assert slip.spaced in client.get(reverse("catalogue:slips", args=[session.pk])).content.decode()
