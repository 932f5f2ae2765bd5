"""Basket and order: placing, answering, cancelling, reminding."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.accounts.viewers import Viewer
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, Refusal, require
from caselib.resources.models import ResourcePage

from ..enums import DispatchState, OrderState
from ..models import BasketLine, Booking, Dispatch, OrderLine, OrderRequest
from ..rules import orders as rules
from ..selectors.orders import orderable_facts
from .uses import count


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """What the unit tells about its order. Dates are the library's own days, both included."""

    starts_on: date
    ends_on: date
    place: str
    audience: str
    headcount: int
    purpose: str
    contact: str
    remark: str = ""


@transaction.atomic
def add_to_basket(resource: ResourcePage, *, by: User, at: datetime | None = None) -> BasketLine:
    """Put ``resource`` into the basket of ``by``; twice is once. Raises RefusedError if it cannot be ordered."""
    viewer = Viewer.of(by)
    require(rules.may_order(viewer))
    require(rules.may_be_ordered(orderable_facts(resource, viewer)))
    line, _made = BasketLine.objects.get_or_create(
        user=by, resource_id=resource.pk, defaults={"added_at": at or clock.now()}
    )
    return line


@transaction.atomic
def remove_from_basket(resource_id: int, *, by: User) -> None:
    """Take an item out of the basket of ``by``; nothing happens if it is not there."""
    BasketLine.objects.filter(user=by, resource_id=resource_id).delete()


@transaction.atomic
def place_order(
    resources: Sequence[ResourcePage],
    *,
    details: OrderDetails,
    by: User,
    submission: uuid.UUID | None = None,
    at: datetime | None = None,
) -> OrderRequest:
    """Place an order of ``resources`` for the unit of ``by`` and return it.

    The same ``submission`` with the same words by the same person returns the order that was already placed; with other
    words (the page was reached again by the back button) it is refused. Raises RefusedError.
    Effects in order: order and lines, basket lines removed, use counted, audit ``catalogue.order_placed``, notices to
    the dispatch office and to the unit's contacts.
    """
    moment = at or clock.now()
    if submission is not None:
        earlier = OrderRequest.objects.filter(submission=submission, placed_by=by).first()
        if earlier is not None:
            require(_sent_with_other_words(earlier, details))
            return earlier
    viewer = Viewer.of(by)
    require(rules.may_order(viewer))
    items = list({page.pk: page for page in resources}.values())
    today = clock.day_of(moment)
    require(rules.order_is_complete(len(items), details.starts_on, details.ends_on, today))
    for page in items:
        require(rules.may_be_ordered(orderable_facts(page, viewer)))
    order = _create(items, details=details, by=by, submission=submission or uuid.uuid4(), at=moment)
    BasketLine.objects.filter(user=by, resource_id__in=[page.pk for page in items]).delete()
    _count_orders(items)
    audit.record(
        "catalogue.order_placed",
        order,
        by=by,
        at=moment,
        items=[page.pk for page in items],
        headcount=details.headcount,
    )
    recipients = _dispatchers() | _contacts(order.unit_id, by)
    _tell(order, recipients, gettext_lazy("New order %(number)s from %(unit)s"), moment, quoted=details.purpose)
    return order


@transaction.atomic
def order_basket(
    *, details: OrderDetails, by: User, submission: uuid.UUID | None = None, at: datetime | None = None
) -> OrderRequest:
    """Order what lies in the basket of ``by``, as ``place_order`` does; sent from two windows at once it is one order.

    The lines are locked before anything is looked at: whoever comes a moment later finds the order, or the basket empty.
    """
    ids = list(BasketLine.objects.select_for_update().filter(user=by).values_list("resource_id", flat=True))
    if not ids and not (submission and OrderRequest.objects.filter(submission=submission, placed_by=by).exists()):
        text = _("The basket is empty; what lay in it may have been ordered in another window. Look under Orders.")
        require(Refusal("empty", text))
    pages = ResourcePage.objects.filter(pk__in=ids).specific().in_bulk()
    return place_order([pages[pk] for pk in ids], details=details, by=by, submission=submission, at=at)


def _sent_with_other_words(earlier: OrderRequest, details: OrderDetails) -> Refusal | None:
    if all(getattr(earlier, name) == value for name, value in asdict(details).items()):
        return None
    return Refusal(
        "sent_before",
        _(
            "This page was already sent as order %(number)s, which stays as it was. If you want one more order, check "
            "the items and send it again; to change the earlier one, open it under Orders."
        )
        % {"number": earlier.number},
    )


def _create(
    items: list[ResourcePage], *, details: OrderDetails, by: User, submission: uuid.UUID, at: datetime
) -> OrderRequest:
    assert by.unit_id is not None, "may_order has seen to it"
    try:
        with transaction.atomic():
            order = OrderRequest.objects.create(
                number=uuid.uuid4().hex[:20],
                submission=submission,
                unit_id=by.unit_id,
                placed_by=by,
                placed_at=at,
                **asdict(details),
            )
    except IntegrityError as error:
        raise ConflictError(
            Refusal("double", _("This order was sent twice. The first one counts; look under Orders."))
        ) from error
    order.number = f"DD{at.astimezone(clock.ZONE):%Y}-{order.pk:06d}"
    order.save(update_fields=["number"])
    OrderLine.objects.bulk_create(
        OrderLine(order=order, resource_id=page.pk, title=page.title, kind=page.specific_class.kind) for page in items
    )
    return order


def _count_orders(items: Iterable[ResourcePage]) -> None:
    for page in items:
        count(page.pk, ordered=1)


@transaction.atomic
def change_order(
    order: OrderRequest, *, details: OrderDetails, by: User, version: int | None = None, at: datetime | None = None
) -> OrderRequest:
    """Change what ``order`` says while nobody has answered it; its items stay. Raises RefusedError or ConflictError.

    Effects in order: details and version, audit ``catalogue.order_changed`` with the names of what changed, notices to the
    dispatch office and to whoever placed it. The same words change nothing and tell nobody.
    """
    moment = at or clock.now()
    order = lock(order, version)
    require(rules.may_change(Viewer.of(by), order.unit_id, order.state))
    require(rules.order_is_complete(order.lines.count(), details.starts_on, details.ends_on, clock.day_of(moment)))
    changed = [name for name, value in asdict(details).items() if getattr(order, name) != value]
    if not changed:
        return order
    for name in changed:
        setattr(order, name, getattr(details, name))
    order.version += 1
    order.save(update_fields=[*changed, "version"])
    audit.record("catalogue.order_changed", order, by=by, at=moment, fields=changed)
    recipients = _dispatchers() | ({order.placed_by} - {by})
    _tell(order, recipients, gettext_lazy("Order %(number)s was changed by %(unit)s"), moment, quoted=details.purpose)
    return order


def lock(order: OrderRequest, version: int | None) -> OrderRequest:
    """Return the order as it stands, locked; raise ConflictError if it is no longer at ``version``."""
    locked = OrderRequest.objects.select_for_update().get(pk=order.pk)
    if version is not None and locked.version != version:
        raise ConflictError(Refusal("changed", _("Somebody changed this order in the meantime. Look at it again.")))
    return locked


def advance(order: OrderRequest, state: str) -> None:
    """Set the state of a locked order after the transition rule allowed it, and count its version up."""
    require(rules.may_become(order.state, state))
    order.state = state
    order.version += 1


@transaction.atomic
def confirm_order(
    order: OrderRequest, *, by: User, version: int | None = None, at: datetime | None = None
) -> OrderRequest:
    """Accept ``order``. Raises RefusedError or ConflictError.

    Effects in order: state accepted, audit ``catalogue.order_accepted``, notice to whoever placed it.
    """
    moment = at or clock.now()
    require(rules.may_dispatch(by.roles))
    order = lock(order, version)
    advance(order, OrderState.ACCEPTED)
    order.decided_by, order.decided_at = by, moment
    order.save(update_fields=["state", "version", "decided_by", "decided_at"])
    audit.record("catalogue.order_accepted", order, by=by, at=moment)
    planned_next = gettext_lazy("The sessions will be planned next.")
    _tell(order, [order.placed_by], gettext_lazy("Order %(number)s was accepted"), moment, body=planned_next)
    return order


@transaction.atomic
def refuse_order(
    order: OrderRequest, *, reason: str, by: User, version: int | None = None, at: datetime | None = None
) -> OrderRequest:
    """Refuse ``order`` with a reason that the unit reads. Raises RefusedError or ConflictError.

    Effects in order: state refused, audit ``catalogue.order_refused``, notice to whoever placed it.
    """
    moment = at or clock.now()
    require(rules.may_dispatch(by.roles))
    _need_reason(reason)
    order = lock(order, version)
    advance(order, OrderState.REFUSED)
    order.decided_by, order.decided_at, order.refusal_reason = by, moment, reason.strip()
    order.save(update_fields=["state", "version", "decided_by", "decided_at", "refusal_reason"])
    audit.record("catalogue.order_refused", order, by=by, at=moment, reason=order.refusal_reason)
    subject = gettext_lazy("Order %(number)s was refused")
    _tell(order, [order.placed_by], subject, moment, quoted=order.refusal_reason)
    return order


@transaction.atomic
def cancel_order(
    order: OrderRequest, *, reason: str, by: User, version: int | None = None, at: datetime | None = None
) -> OrderRequest:
    """Cancel ``order`` for the unit or for the dispatch office; planned sessions are given free.

    Effects in order: sessions cancelled and bookings freed, state cancelled, audit ``catalogue.order_cancelled``, notices
    to the one who placed it, the dispatch office and the teachers concerned.
    """
    moment = at or clock.now()
    viewer = Viewer.of(by)
    if not rules.may_see_order(viewer, order.unit_id):
        require(Refusal("not_yours", _("This order belongs to another unit.")))
    _need_reason(reason)
    order = lock(order, version)
    advance(order, OrderState.CANCELLED)
    sessions = Dispatch.objects.filter(line__order=order, state=DispatchState.PLANNED)
    teachers = list(User.objects.filter(teacher_pages__dispatches__in=sessions).distinct())
    Booking.objects.filter(dispatch__in=sessions).delete()
    sessions.update(state=DispatchState.CANCELLED, cancel_reason=reason.strip()[:300])
    order.refusal_reason = reason.strip()
    order.save(update_fields=["state", "version", "refusal_reason"])
    audit.record("catalogue.order_cancelled", order, by=by, at=moment, reason=order.refusal_reason)
    recipients = [order.placed_by, *teachers, *_dispatchers()]
    _tell(order, recipients, gettext_lazy("Order %(number)s was cancelled"), moment, quoted=order.refusal_reason)
    return order


@transaction.atomic
def remind(order: OrderRequest, *, by: User, at: datetime | None = None) -> OrderRequest:
    """Remind the dispatch office of an order that waits, once a day at most.

    Effects in order: time of the reminder, audit ``catalogue.order_reminded``, notices to the dispatch office.
    """
    moment = at or clock.now()
    if not rules.may_see_order(Viewer.of(by), order.unit_id):
        require(Refusal("not_yours", _("This order belongs to another unit.")))
    order = lock(order, None)
    if order.state not in (OrderState.PLACED, OrderState.ACCEPTED):
        require(Refusal("not_waiting", _("This order does not wait for the dispatch office.")))
    if order.reminded_at is not None and (moment - order.reminded_at).total_seconds() < 24 * 3600:
        require(Refusal("too_soon", _("A reminder was sent within the last day. Please give them a little time.")))
    order.reminded_at = moment
    order.save(update_fields=["reminded_at"])
    audit.record("catalogue.order_reminded", order, by=by, at=moment)
    subject = gettext_lazy("Reminder: order %(number)s is waiting")
    _tell(order, _dispatchers(), subject, moment, quoted=order.purpose)
    return order


def _need_reason(reason: str) -> None:
    if not reason.strip():
        require(Refusal("no_reason", _("Write the reason; the other side reads it.")))


def _tell(
    order: OrderRequest,
    people: Iterable[User],
    subject: Promise,
    at: datetime,
    *,
    body: Promise | None = None,
    quoted: str = "",
) -> None:
    words = {"number": order.number, "unit": order.unit}
    url = reverse("catalogue:order", args=[order.pk])
    notify(people, subject=subject, body=body, quoted=quoted, words=words, url=url, at=at)


def _dispatchers() -> set[User]:
    return set(User.objects.filter(groups__name=Role.DISPATCHER, is_active=True))


def _contacts(unit_id: int, but: User) -> set[User]:
    return set(User.objects.filter(unit_id=unit_id, groups__name=Role.UNIT_CONTACT, is_active=True).exclude(pk=but.pk))
