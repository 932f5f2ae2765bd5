"""The columns of the catalogue's office tables."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from .models import Dispatch, OrderRequest, Room
from .selectors.places import PointRow
from .tables import Column
from .wording import clauses, listed, stars


def _items(order: OrderRequest) -> str:
    return clauses(line.title for line in order.lines.all())


ORDERS: tuple[Column, ...] = (
    Column(
        "number",
        gettext_lazy("Number"),
        lambda order: order.number,
        url=lambda order: reverse("catalogue:order", args=[order.pk]),
    ),
    Column(
        "state",
        gettext_lazy("State"),
        lambda order: str(order.get_state_display()),
        shape="state",
        tone=lambda order: order.tone,
    ),
    Column("unit", gettext_lazy("Unit"), lambda order: order.unit.name),
    Column("items", gettext_lazy("Items"), _items),
    Column("starts_on", gettext_lazy("First day"), lambda order: order.starts_on),
    Column("ends_on", gettext_lazy("Last day"), lambda order: order.ends_on),
    Column("people", gettext_lazy("People"), lambda order: order.headcount, numeric=True),
    Column("audience", gettext_lazy("Who will listen"), lambda order: order.audience, standard=False),
    Column("place", gettext_lazy("Where it takes place"), lambda order: order.place, standard=False),
    Column("purpose", gettext_lazy("What for"), lambda order: order.purpose, standard=False),
    Column("contact", gettext_lazy("Contact"), lambda order: order.contact, standard=False),
    Column("placed_by", gettext_lazy("Placed by"), lambda order: str(order.placed_by), standard=False),
    Column("placed_at", gettext_lazy("Placed"), lambda order: order.placed_at),
)

TEACHERS: tuple[Column, ...] = (
    Column(
        "name",
        gettext_lazy("Name"),
        lambda teacher: teacher.title,
        url=lambda teacher: reverse("catalogue:resource", args=[teacher.pk]),
    ),
    Column("source", gettext_lazy("Source"), lambda teacher: str(teacher.get_source_display())),
    Column("fields", gettext_lazy("Fields of teaching"), lambda teacher: teacher.teaches),
    Column("unit", gettext_lazy("Unit"), lambda teacher: str(teacher.unit or "")),
    Column("post", pgettext_lazy("catalogue", "Post"), lambda teacher: teacher.post),
    Column("courses", gettext_lazy("Courses"), lambda teacher: teacher.course_count or 0, numeric=True),
    Column("year", gettext_lazy("This year"), lambda teacher: teacher.sessions_this_year, numeric=True),
    Column("quota", gettext_lazy("Yearly quota"), lambda teacher: teacher.yearly_quota, numeric=True),
    Column(
        "rating",
        gettext_lazy("Rating"),
        lambda teacher: round(teacher.use.mean, 2) if getattr(teacher, "use", None) and teacher.use.mean else None,
        numeric=True,
        shown=lambda teacher: stars(teacher.use.mean) if getattr(teacher, "use", None) else "",
    ),
    Column(
        "ratings",
        gettext_lazy("Ratings"),
        lambda teacher: teacher.use.ratings if getattr(teacher, "use", None) else 0,
        numeric=True,
        standard=False,
    ),
)


def _owed(row: PointRow) -> str:
    return _("owes: %(list)s") % {"list": listed(row.missing)} if row.missing else _("complete")


def _last(row: PointRow) -> str:
    return f"{date_format(row.last.evaluated_on)} · {row.last.score}" if row.last else ""


POINTS: tuple[Column, ...] = (
    Column(
        "name",
        gettext_lazy("Name"),
        lambda row: row.point.title,
        url=lambda row: reverse("catalogue:resource", args=[row.point.pk]),
    ),
    Column("kind", gettext_lazy("Kind"), lambda row: str(row.point.get_point_kind_display())),
    Column(
        "standing", gettext_lazy("Standing"), lambda row: row.standing_label, shape="state", tone=lambda row: row.tone
    ),
    Column("unit", gettext_lazy("Unit"), lambda row: str(row.point.unit or ""), standard=False),
    Column("address", gettext_lazy("Address"), lambda row: row.point.address, standard=False),
    Column("capacity", gettext_lazy("People at a time"), lambda row: row.point.capacity, numeric=True),
    Column(
        "documents",
        pgettext_lazy("catalogue", "Documents"),
        _owed,
        shape="light",
        tone=lambda row: "soon" if row.missing else "ok",
    ),
    Column("evaluated", gettext_lazy("Last evaluation"), _last),
)
POINTS_FOR_KEEPERS: tuple[Column, ...] = (
    *POINTS,
    Column(
        "act",
        gettext_lazy("Evaluate"),
        lambda _row: _("Evaluate"),
        action=True,
        url=lambda row: reverse("catalogue:evaluate", args=[row.point.pk]),
    ),
)


ROOMS: tuple[Column, ...] = (
    Column(
        "name",
        gettext_lazy("Name"),
        lambda row: row.room.name,
        url=lambda row: reverse("catalogue:room", args=[row.room.pk]),
    ),
    Column("unit", gettext_lazy("Unit"), lambda row: str(row.room.unit or "")),
    Column("seats", gettext_lazy("Seats"), lambda row: row.room.seats, numeric=True),
    Column(
        "active",
        gettext_lazy("State"),
        lambda row: _("in use") if row.room.active else _("closed"),
        shape="state",
        tone=lambda row: "ok" if row.room.active else "off",
    ),
    Column("ahead", gettext_lazy("Sessions ahead"), lambda row: row.ahead, numeric=True),
    Column("next", gettext_lazy("Next session"), lambda row: row.next_at),
)


def _place(session: Dispatch) -> str:
    room: Room | None = session.room
    return str(room or (session.site.title if session.site else "") or session.place or session.line.order.place)


SESSIONS: tuple[Column, ...] = (
    Column("begins", gettext_lazy("Begins"), lambda session: session.starts_at),
    Column("ends", gettext_lazy("Ends"), lambda session: session.ends_at),
    Column("title", gettext_lazy("Items"), lambda session: session.line.title),
    Column("unit", gettext_lazy("Unit"), lambda session: str(session.line.order.unit)),
    Column(
        "teacher",
        pgettext_lazy("catalogue", "Teacher"),
        lambda session: session.teacher.title if session.teacher else "",
    ),
    Column("place", gettext_lazy("Where it takes place"), _place),
    Column("people", gettext_lazy("People"), lambda session: session.line.order.headcount, numeric=True),
    Column("state", gettext_lazy("State"), lambda session: str(session.get_state_display())),
    Column("attendance", gettext_lazy("People who came"), lambda session: session.attendance, numeric=True),
    Column("order", gettext_lazy("Order"), lambda session: session.line.order.number),
)
