"""Rooms are kept by the dispatch office, and not taken away under a planned session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from caselib.catalogue import services
from caselib.catalogue.models import Dispatch, Room
from caselib.core import clock
from caselib.core.errors import ConflictError
from caselib.core.seen import stamp_of

from .conftest import Office
from .test_orders import refused


def details(**changes: object) -> services.RoomDetails:
    values: dict[str, object] = {"name": "二楼阶梯教室", "seats": 120}
    return services.RoomDetails(**values | changes)  # type: ignore[arg-type]


def ahead(office: Office) -> Dispatch:
    session: Dispatch = office.dispatched()
    begin = clock.now() + timedelta(days=2)
    Dispatch.objects.filter(pk=session.pk).update(starts_at=begin, ends_at=begin + timedelta(hours=2))
    return session


def test_a_room_is_made_changed_and_closed(office: Office, client: Client) -> None:
    client.force_login(office.dispatcher)
    client.post(reverse("catalogue:room_new"), {"name": " 二楼  阶梯教室 ", "seats": 120, "active": "on"})
    made = Room.objects.get(name="二楼 阶梯教室")
    url = reverse("catalogue:room", args=[made.pk])
    form = client.get(url).context["form"]
    sent = {"name": made.name, "seats": 100, "seen": form.initial["seen"]}
    assert client.post(url, sent).status_code == 302
    made.refresh_from_db()
    assert (made.seats, made.active) == (100, False)
    again = client.post(url, {**sent, "seats": 80})
    assert again.context["form"].non_field_errors() and "80" in again.content.decode()
    made.refresh_from_db()
    assert made.seats == 100
    page = client.get(reverse("catalogue:rooms")).content.decode()
    assert "二楼 阶梯教室" in page
    assert "三楼报告厅" in page


def test_a_room_with_sessions_ahead_stays_open_and_large_enough(office: Office) -> None:
    ahead(office)
    with refused("in_use"):
        services.keep_room(office.room, details(active=False), by=office.dispatcher)
    with refused("too_small"):
        services.keep_room(office.room, details(seats=39), by=office.dispatcher)
    kept = services.keep_room(office.room, details(name="三楼报告厅", seats=40), by=office.dispatcher)
    assert kept.seats == 40


def test_names_are_unique_and_stale_forms_lose(office: Office) -> None:
    services.keep_room(None, details(), by=office.dispatcher)
    with refused("same_name"):
        services.keep_room(None, details(), by=office.dispatcher)
    with refused("no_name"):
        services.keep_room(None, details(name="  "), by=office.dispatcher)
    stale = stamp_of(office.room)
    services.keep_room(office.room, details(name="甲", seats=61), seen=stale, by=office.dispatcher)
    with pytest.raises(ConflictError):
        services.keep_room(office.room, details(name="乙"), seen=stale, by=office.dispatcher)
    with refused("not_dispatcher"):
        services.keep_room(None, details(name="丙"), by=office.contact)


def test_a_closed_room_is_not_offered(office: Office, client: Client) -> None:
    services.keep_room(office.room, details(name="三楼报告厅", active=False), by=office.dispatcher)
    order = office.accepted()
    client.force_login(office.dispatcher)
    page = client.get(reverse("catalogue:dispatch", args=[order.pk, order.lines.get().pk])).content.decode()
    assert "三楼报告厅" not in page
