"""Orders from basket to rating: every step, every refusal, and what happens when two act at once."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.accounts.models import Notice
from caselib.accounts.viewers import Viewer
from caselib.catalogue import services
from caselib.catalogue.enums import DispatchState, OrderState
from caselib.catalogue.models import BasketLine, Booking, OrderLine, OrderRequest, ResourceUse
from caselib.catalogue.selectors import dispatch as sessions
from caselib.catalogue.selectors.orders import find_order
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, RefusedError
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage
from tests import factories

from .conftest import START, Office

SCORES = services.Scores(5, 4, 3)


def refused(code: str) -> pytest.RaisesExc:
    return pytest.raises(RefusedError, check=lambda error: error.refusal.code == code)


def test_the_whole_way_of_an_order(office: Office) -> None:
    services.add_to_basket(office.course, by=office.contact, at=START)
    services.add_to_basket(office.course, by=office.contact, at=START)
    assert BasketLine.objects.count() == 1
    order = office.order()
    assert order.number == f"DD2026-{order.pk:06d}"
    assert not BasketLine.objects.exists()
    assert Notice.objects.filter(recipient=office.dispatcher, subject__contains=order.number).exists()
    order = services.confirm_order(order, by=office.dispatcher, at=START)
    session = office.dispatched(order)
    assert Notice.objects.filter(recipient=office.lecturer).exists()
    after = session.ends_at + timedelta(minutes=5)
    services.record_delivery(session, attendance=38, by=office.lecturer, at=after)
    order.refresh_from_db()
    assert order.state == OrderState.DELIVERED
    for _ in range(2):
        services.rate_order(session, scores=SCORES, comment="很实用", by=factories.UserFactory(), at=after)
    use = ResourceUse.objects.get(resource_id=office.course.pk)
    assert (use.ordered, use.delivered, use.listeners, use.ratings, use.mean) == (1, 1, 38, 2, 4.0)
    assert sessions.results_of(session).mean == 4.0
    assert audit.verify() is None


def test_a_double_click_is_one_order(office: Office) -> None:
    submission = uuid.uuid4()
    first = services.place_order(
        [office.course], details=office.details(), by=office.contact, submission=submission, at=START
    )
    again = services.place_order(
        [office.course], details=office.details(), by=office.contact, submission=submission, at=START
    )
    assert first == again
    assert OrderRequest.objects.count() == 1


def test_a_form_that_comes_back_with_other_words_is_not_taken_for_the_first(client: Client, office: Office) -> None:
    """The back button shows the sent page again: what is written into it now must not vanish behind the old order."""
    client.force_login(office.contact)
    fields = {**asdict(office.details()), "submission": str(uuid.uuid4())}
    with clock.fixed(START):
        services.add_to_basket(office.course, by=office.contact)
        client.post(reverse("catalogue:order_new"), fields)
        services.add_to_basket(office.film, by=office.contact)
        answer = client.post(reverse("catalogue:order_new"), {**fields, "headcount": 80})
        number = OrderRequest.objects.get().number
        assert answer.status_code == 200
        assert number in answer.context["refused"]
        again = {**fields, "headcount": 80, "submission": answer.context["form"]["submission"].value()}
        client.post(reverse("catalogue:order_new"), again)
    assert list(OrderRequest.objects.order_by("pk").values_list("headcount", flat=True)) == [40, 80]


def test_the_form_of_another_person_cannot_be_sent_again(office: Office) -> None:
    submission = uuid.uuid4()
    services.place_order([office.course], details=office.details(), by=office.contact, submission=submission, at=START)
    other = factories.UserFactory(roles=[Role.UNIT_CONTACT])
    with pytest.raises(ConflictError):
        services.place_order([office.course], details=office.details(), by=other, submission=submission, at=START)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts_on": START.date() + timedelta(days=9), "ends_on": START.date()}, "window"),
        ({"starts_on": START.date() - timedelta(days=9), "ends_on": START.date() - timedelta(days=1)}, "past"),
        ({"ends_on": START.date() + timedelta(days=900)}, "too_far"),
    ],
)
def test_impossible_days_are_refused(office: Office, changes: dict[str, object], code: str) -> None:
    with refused(code):
        office.order(**changes)


def test_what_cannot_be_ordered_is_refused_by_name(office: Office) -> None:
    with refused("empty"):
        services.place_order([], details=office.details(), by=office.contact, at=START)
    with refused("not_orderable"):
        office.order(factories.live(Kind.CASE))
    ResourcePage.objects.filter(pk=office.film.pk).update(withdrawn_at=START)
    with pytest.raises(RefusedError, match="一张公务卡"):
        office.order(ResourcePage.objects.get(pk=office.film.pk).specific)
    secret = factories.live(Kind.COURSE, circulation="restricted")
    with refused("not_open"):
        office.order(secret)
    closed = factories.live(Kind.COURSE, orderable=False)
    with refused("not_orderable"):
        office.order(closed)
    assert not OrderRequest.objects.exists()


def test_who_has_no_unit_or_only_administers_does_not_order(office: Office) -> None:
    with refused("no_unit"):
        services.add_to_basket(office.course, by=factories.UserFactory(unit=None))
    with refused("administrator"):
        services.add_to_basket(office.course, by=factories.UserFactory(roles=[Role.SYSTEM_ADMIN]))


def test_only_the_dispatch_office_answers_and_only_once(office: Office) -> None:
    order = office.order()
    with refused("not_dispatcher"):
        services.confirm_order(order, by=office.contact)
    with refused("no_reason"):
        services.refuse_order(order, reason="  ", by=office.dispatcher)
    services.refuse_order(order, reason="本月排满", by=office.dispatcher, version=order.version, at=START)
    with pytest.raises(ConflictError):
        services.confirm_order(order, by=office.dispatcher, version=order.version)
    with refused("wrong_state"):
        services.confirm_order(order, by=office.dispatcher)
    assert OrderRequest.objects.get().refusal_reason == "本月排满"


@pytest.mark.parametrize("what", ["teacher", "room", "site"])
def test_nothing_is_in_two_places_at_once(office: Office, what: str) -> None:
    site = factories.live(Kind.POINT, title="清风馆")
    choice = {"teacher": office.teacher, "room": office.room, "site": site}[what]
    office.dispatched(**{what: choice})
    with refused("clash"):
        office.dispatched(hour=10, **{what: choice})
    office.dispatched(hour=11, **{what: choice})
    assert Booking.objects.filter(kind=what).count() == 2


def test_a_film_runs_in_one_place_at_a_time_even_in_two_rooms(office: Office) -> None:
    office.dispatched(office.accepted(office.film), room=office.room)
    with refused("clash"):
        office.dispatched(office.accepted(office.film), place="镇文化站")


def test_a_route_takes_all_its_points(office: Office) -> None:
    from caselib.resources.models import RouteStop, TeachingPoint

    points = [factories.live(Kind.POINT, title=name) for name in ("清风馆", "旧县衙")]
    route = factories.draft(Kind.ROUTE, title="清风线")
    route.stops = [RouteStop(point=TeachingPoint.objects.get(pk=point.pk), minutes=40) for point in points]
    route.save()
    route.save_revision()
    route = factories.publish(route)
    office.dispatched(office.accepted(route), place="大巴")
    with refused("clash"):
        office.dispatched(office.accepted(points[1]), place="现场")


def test_quota_seats_and_senseless_plans_are_refused(office: Office) -> None:
    few = factories.live(Kind.TEACHER, title="陈一", yearly_quota=1)
    office.dispatched(teacher=few)
    with refused("quota"):
        office.dispatched(day=10, teacher=few)
    office.room.seats = 10
    office.room.save()
    with refused("too_small"):
        office.dispatched(room=office.room)
    with refused("window"):
        office.dispatched(hours=-1, place="镇里")
    with refused("nothing"):
        office.dispatched(place=" ")


def test_a_session_does_not_lie_before_its_order(office: Office) -> None:
    with refused("before_order"):
        office.dispatched(day=-365)
    late = office.dispatched(day=0, hour=8)
    assert late.starts_at < START


def test_the_teacher_or_the_point_that_was_ordered_is_meant_when_none_is_named(office: Office) -> None:
    session = office.dispatched(office.accepted(office.teacher), room=office.room)
    assert session.teacher_id == office.teacher.pk
    assert Notice.objects.filter(recipient=office.lecturer).exists()
    point = factories.live(Kind.POINT, title="清风馆", capacity=30)
    with refused("too_small"):
        office.dispatched(office.accepted(point), day=9, place="门口集合")
    stand_in = factories.live(Kind.TEACHER, title="代课人")
    session = office.dispatched(office.accepted(office.teacher), day=9, teacher=stand_in)
    assert set(session.bookings.values_list("kind", "target_id")) == {("teacher", stand_in.pk)}


def test_moving_into_another_year_asks_that_years_quota(office: Office) -> None:
    busy = factories.live(Kind.TEACHER, yearly_quota=1)
    office.dispatched(day=400, teacher=busy)
    order = office.accepted()
    office.dispatched(order, day=8, teacher=busy)
    with refused("quota"):
        office.dispatched(order, day=401, teacher=busy)


def test_what_was_withdrawn_after_it_was_ordered_is_not_given_and_holds_nobody_up(office: Office) -> None:
    order = office.accepted(office.course, office.film)
    course, film = order.lines.order_by("pk")
    ResourcePage.objects.filter(pk=office.film.pk).update(withdrawn_at=START)
    film = OrderLine.objects.get(pk=film.pk)
    with refused("withdrawn"):
        services.dispatch_order(order, line=film, plan=office.plan(room=office.room), by=office.dispatcher, at=START)
    session = services.dispatch_order(order, line=course, plan=office.plan(), by=office.dispatcher, at=START)
    order.refresh_from_db()
    assert order.state == OrderState.DISPATCHED
    services.record_delivery(session, attendance=9, by=office.dispatcher, at=session.ends_at)
    order.refresh_from_db()
    assert order.state == OrderState.DELIVERED


def test_planning_anew_begins_with_what_is_planned(client: Client, office: Office) -> None:
    """Whoever only changes the teacher must not move the session to another hour and out of its room."""
    order = office.accepted()
    session = office.dispatched(order, day=9, hour=14)
    client.force_login(office.dispatcher)
    initial = client.get(reverse("catalogue:dispatch", args=[order.pk, order.lines.get().pk])).context["form"].initial
    assert (initial["starts_at"], initial["ends_at"]) == (session.starts_at, session.ends_at)
    assert (initial["teacher"], initial["room"]) == (office.teacher.pk, office.room.pk)


def test_a_session_outside_the_days_asked_for_is_pointed_out(client: Client, office: Office) -> None:
    order = office.accepted()
    client.force_login(office.dispatcher)
    url = reverse("catalogue:dispatch", args=[order.pk, order.lines.get().pk])
    fields = {"starts_at": "2026-05-01T09:00", "ends_at": "2026-05-01T11:00", "place": "三楼"}
    with clock.fixed(START):
        answer = client.post(url, fields, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["success", "warning"]


def test_planning_anew_frees_the_old_time_and_tells_the_former_teacher(office: Office) -> None:
    order = office.accepted()
    old = office.dispatched(order)
    other = factories.live(Kind.TEACHER, title="周同")
    new = office.dispatched(order, teacher=other)
    old.refresh_from_db()
    assert old.state == DispatchState.CANCELLED
    assert list(Booking.objects.values_list("dispatch_id", flat=True)) == [new.pk]
    assert Notice.objects.filter(recipient=office.lecturer).count() == 2


def test_cancelling_needs_a_reason_and_frees_everything(office: Office) -> None:
    session = office.dispatched()
    order = session.line.order
    with refused("no_reason"):
        services.cancel_order(order, reason="", by=office.contact)
    with refused("not_yours"):
        services.cancel_order(order, reason="不要了", by=factories.UserFactory())
    services.cancel_order(order, reason="培训改期", by=office.contact, at=START)
    assert not Booking.objects.exists()
    with refused("wrong_state"):
        services.cancel_order(order, reason="再来", by=office.contact)


def test_a_unit_changes_its_order_until_it_is_answered(office: Office) -> None:
    order = office.order()
    Notice.objects.all().delete()
    with refused("not_yours"):
        services.change_order(
            order, details=office.details(headcount=60), by=factories.UserFactory(roles=[Role.UNIT_CONTACT])
        )
    services.change_order(order, details=office.details(), by=office.contact, version=order.version, at=START)
    assert not Notice.objects.exists(), "the same words tell nobody"
    services.change_order(
        order, details=office.details(headcount=60), by=office.contact, version=order.version, at=START
    )
    assert Notice.objects.filter(recipient=office.dispatcher, subject__contains="修改了订单").exists()
    with pytest.raises(ConflictError):
        services.change_order(order, details=office.details(headcount=70), by=office.contact, version=order.version)
    with pytest.raises(ConflictError):
        services.confirm_order(order, by=office.dispatcher, version=order.version)
    order.refresh_from_db()
    assert (order.headcount, order.state, order.lines.count()) == (60, OrderState.PLACED, 1)
    with refused("past"):
        services.change_order(
            order, details=office.details(starts_on=START.date(), ends_on=START.date()), by=office.contact,
            at=START + timedelta(days=2),
        )  # fmt: skip
    services.confirm_order(order, by=office.dispatcher, at=START)
    with refused("answered"):
        services.change_order(order, details=office.details(headcount=80), by=office.contact)


def test_changing_in_the_browser_keeps_what_was_typed_and_asks_for_no_second_order(office: Office) -> None:
    order = office.order(starts_on=clock.today(), ends_on=clock.today() + timedelta(days=2))
    client = Client()
    client.force_login(office.contact)
    address = reverse("catalogue:order_act", args=[order.pk, "change"])
    assert address in client.get(reverse("catalogue:order", args=[order.pk])).content.decode()
    page = client.get(address)
    assert 'value="云川县党校三楼"' in page.content.decode()
    data = {name: str(value) for name, value in page.context["form"].initial.items()}
    wrong = client.post(address, data | {"headcount": "0", "place": "改到礼堂"}).content.decode()
    assert "不能小于 1" in wrong
    assert 'value="改到礼堂"' in wrong
    assert client.post(address, data | {"place": "改到礼堂"}).status_code == 302
    order.refresh_from_db()
    assert order.place == "改到礼堂"
    assert OrderRequest.objects.count() == 1
    stranger = Client()
    stranger.force_login(factories.UserFactory(roles=[Role.UNIT_CONTACT]))
    assert stranger.get(address).status_code == 404
    services.confirm_order(order, by=office.dispatcher)
    assert address not in client.get(reverse("catalogue:order", args=[order.pk])).content.decode()
    assert client.get(address).status_code == 302


def test_one_session_taken_back_makes_the_order_wait_again(office: Office) -> None:
    session = office.dispatched()
    services.cancel_session(session, reason="教师生病", by=office.dispatcher, at=START)
    session.line.order.refresh_from_db()
    assert session.line.order.state == OrderState.ACCEPTED


def test_delivery_is_recorded_after_it_began_by_those_concerned(office: Office) -> None:
    session = office.dispatched()
    with refused("not_begun"):
        services.record_delivery(session, attendance=3, by=office.dispatcher, at=START)
    later = session.starts_at + timedelta(hours=3)
    with refused("not_yours"):
        services.record_delivery(session, attendance=3, by=office.contact, at=later)
    services.record_delivery(session, attendance=3, by=office.dispatcher, at=later)
    with refused("recorded"):
        services.record_delivery(session, attendance=3, by=office.dispatcher, at=later)


def test_an_order_of_two_is_delivered_when_both_are(office: Office) -> None:
    order = office.accepted(office.course, office.film)
    first, second = order.lines.all()
    one = services.dispatch_order(order, line=first, plan=office.plan(), by=office.dispatcher, at=START)
    order.refresh_from_db()
    assert order.state == OrderState.ACCEPTED
    two = services.dispatch_order(
        order, line=second, plan=office.plan(hour=14, place="小礼堂"), by=office.dispatcher, at=START
    )
    for session, expected in ((one, OrderState.DISPATCHED), (two, OrderState.DELIVERED)):
        services.record_delivery(session, attendance=20, by=office.dispatcher, at=two.ends_at)
        order.refresh_from_db()
        assert order.state == expected


def test_a_rating_is_once_a_person_and_without_a_name(office: Office) -> None:
    session = office.dispatched()
    listener = factories.UserFactory()
    on_the_spot = session.starts_at + timedelta(hours=1)
    with refused("not_begun"):
        services.rate_order(session, scores=SCORES, by=listener, at=START)
    rating = services.rate_order(session, scores=SCORES, by=listener, at=on_the_spot)
    with pytest.raises(ConflictError):
        services.rate_order(session, scores=SCORES, by=listener, at=on_the_spot)
    assert str(listener.pk) != rating.voter
    assert not {field.name for field in rating._meta.get_fields()} & {"user", "by", "created_at"}
    last = audit.AuditRecord.objects.order_by("-sequence").first()
    assert last is not None
    assert (last.verb, last.actor_id) == ("catalogue.session_rated", None)
    with refused("own_session"):
        services.rate_order(session, scores=SCORES, by=office.lecturer, at=on_the_spot)
    with refused("closed"):
        services.rate_order(session, scores=SCORES, by=factories.UserFactory(), at=on_the_spot + timedelta(days=31))


def test_no_more_ratings_than_people_who_came(office: Office) -> None:
    session = office.dispatched()
    after = session.ends_at + timedelta(minutes=1)
    services.record_delivery(session, attendance=1, by=office.dispatcher, at=after)
    services.rate_order(session, scores=SCORES, by=factories.UserFactory(), at=after)
    with refused("all_rated"):
        services.rate_order(session, scores=SCORES, by=factories.UserFactory(), at=after)


@pytest.mark.parametrize("scores", [(0, 3, 3), (3, 6, 3)])
def test_scores_are_from_one_to_five(scores: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        services.Scores(*scores)


def test_another_units_order_is_unknown(office: Office) -> None:
    order = office.order()
    stranger = Viewer.of(factories.UserFactory(roles=[Role.UNIT_CONTACT]))
    assert find_order(stranger, order.pk) is None
    assert find_order(Viewer.of(office.contact), order.pk) == order
    assert find_order(Viewer.of(office.dispatcher), order.pk) == order


def test_reminders_come_once_a_day_and_only_while_it_waits(office: Office) -> None:
    order = office.order()
    services.remind(order, by=office.contact, at=START)
    with refused("too_soon"):
        services.remind(order, by=office.contact, at=START + timedelta(hours=2))
    services.remind(order, by=office.contact, at=START + timedelta(hours=25))
    services.refuse_order(order, reason="无场地", by=office.dispatcher, at=START)
    with refused("not_waiting"):
        services.remind(order, by=office.contact, at=START + timedelta(days=3))


def test_an_order_that_was_returned_is_ordered_again_without_writing_it_once_more(
    office: Office, client: Client
) -> None:
    order = services.refuse_order(office.order(), reason="改到下旬", by=office.dispatcher, at=START)
    client.force_login(office.contact)
    again = reverse("catalogue:order_act", args=[order.pk, "again"])
    assert again in client.get(reverse("catalogue:order", args=[order.pk])).content.decode()
    form = client.post(again, follow=True).content.decode()
    assert [line.resource_id for line in BasketLine.objects.filter(user=office.contact)] == [office.course.pk]
    assert order.place in form and order.purpose in form and f'value="{order.headcount}"' in form
    client.force_login(office.dispatcher)
    assert again not in client.get(reverse("catalogue:order", args=[order.pk])).content.decode()
    offered = client.get(reverse("catalogue:order_new"), {"like": order.pk}).content.decode()
    assert order.purpose not in offered, "of another unit nothing is offered"


def test_what_is_no_longer_ordered_is_named_when_an_order_is_made_again(office: Office, client: Client) -> None:
    order = services.refuse_order(office.order(), reason="改到下旬", by=office.dispatcher, at=START)
    ResourcePage.objects.filter(pk=office.course.pk).update(withdrawn_at=START)
    client.force_login(office.contact)
    said = client.post(reverse("catalogue:order_act", args=[order.pk, "again"]), follow=True).content.decode()
    assert office.course.title in said and not BasketLine.objects.exists()
