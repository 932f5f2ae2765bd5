"""Two windows at once: what lies in a basket is ordered once."""

from __future__ import annotations

import uuid

import pytest

from caselib.catalogue import services
from caselib.catalogue.enums import OrderState
from caselib.catalogue.models import OrderLine, OrderRequest
from caselib.core import audit
from caselib.core.errors import RefusedError
from caselib.core.models import AuditRecord
from tests.caselib.review.test_concurrency import in_memory, together

from .conftest import START, Office

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("windows", [1, 2])
def test_a_basket_sent_twice_at_once_is_one_order(office: Office, windows: int) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    services.add_to_basket(office.course, by=office.contact, at=START)
    submissions = [uuid.uuid4() for _window in range(windows)]

    def send(submission: uuid.UUID) -> OrderRequest:
        return services.order_basket(details=office.details(), by=office.contact, submission=submission, at=START)

    answers = together(*(lambda s=submissions[n % windows]: send(s) for n in range(3)))  # type: ignore[misc]
    order = OrderRequest.objects.get()
    assert OrderLine.objects.filter(order=order).count() == 1
    refused = [answer.refusal.code for answer in answers if isinstance(answer, RefusedError)]
    assert [answer for answer in answers if not isinstance(answer, RefusedError)] == [order] * (3 - len(refused))
    assert set(refused) <= ({"empty"} if windows == 2 else set())
    assert audit.verify() is None


def test_an_order_changed_while_it_is_answered_is_answered_as_it_was_read(office: Office) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    order = office.order()
    calls = (
        lambda: services.confirm_order(order, by=office.dispatcher, version=order.version, at=START),
        lambda: services.change_order(
            order, details=office.details(headcount=90), by=office.contact, version=order.version, at=START
        ),
        lambda: services.refuse_order(
            order, reason="当日无教员。", by=office.dispatcher, version=order.version, at=START
        ),
    )
    answers = together(*calls)
    assert len([answer for answer in answers if isinstance(answer, OrderRequest)]) == 1, answers
    assert all(isinstance(answer, OrderRequest | RefusedError) for answer in answers), answers
    kept = OrderRequest.objects.get()
    assert kept.version == order.version + 1
    assert (kept.headcount == 90) == (kept.state == OrderState.PLACED)
    acts = AuditRecord.objects.filter(
        verb__in=["catalogue.order_accepted", "catalogue.order_changed", "catalogue.order_refused"]
    )
    assert acts.count() == 1
    assert audit.verify() is None
