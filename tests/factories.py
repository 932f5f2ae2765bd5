"""Factories: the shortest way to a valid object in a given state."""

from __future__ import annotations

from typing import Any

import factory

from benchmarks.passes import write_passes
from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.accounts.services import set_roles
from caselib.resources.content import digest
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import ResourcePage
from caselib.resources.publishing import publish_granted
from caselib.resources.services import create_draft

_counter = iter(range(1, 10**9))


def unit(name: str = "", *, parent: Unit | None = None, **kwargs: Any) -> Unit:
    """Return a new unit, at the top of the tree or under ``parent``."""
    number = next(_counter)
    values = {"name": name or f"测试单位{number}", "code": f"unit-{number}", **kwargs}
    if parent is None:
        return Unit.add_root(**values)
    parent.refresh_from_db()
    return parent.add_child(**values)


class UserFactory(factory.django.DjangoModelFactory):
    """A user with a unit; ``roles=[...]`` gives roles."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.LazyFunction(lambda: f"user-{next(_counter)}")
    name = factory.LazyAttribute(lambda o: f"用户{o.username.rpartition('-')[2]}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@example.invalid")
    unit = factory.LazyFunction(unit)

    @factory.post_generation
    def roles(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted:
            set_roles(self, [str(role) for role in extracted], by=None)  # type: ignore[arg-type]


def paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "value": f"<p>{text}</p>"}


def section(heading: str, *content: dict[str, Any], kind: str = "other", audience: str = "learner") -> dict[str, Any]:
    value = {"kind": kind, "heading": heading, "audience": audience, "content": list(content)}
    return {"type": "section", "value": value}


def draft(kind: Kind | str = Kind.CASE, *, title: str = "", by: User | None = None, **kwargs: Any) -> ResourcePage:
    """Return an unpublished resource of ``kind`` with one revision. Extra keywords are model fields, or ``tags``."""
    by = by or UserFactory(roles=[Role.AUTHOR])
    tags = kwargs.pop("tags", None)
    authors = kwargs.pop("authors", ())
    fields = {"circulation": Circulation.PUBLIC, "abstract": "一段摘要。", **kwargs}
    if kind == Kind.CASE and "body" not in fields:
        fields["body"] = [section("做法", paragraph("村里把账本挂在墙上。"), kind="practice")]
    number = next(_counter)
    return create_draft(kind, title=title or f"资源{number}", by=by, fields=fields, tags=tags, authors=authors)


def publish(page: ResourcePage, *, by: User | None = None) -> ResourcePage:
    """Publish the latest revision of ``page`` with the rows of a review that passed it; return the page as it is now."""
    revision = page.get_latest_revision()
    write_passes([revision])
    publish_granted(page, revision, digest(revision), by=by)
    return ResourcePage.objects.get(pk=page.pk).specific


def live(kind: Kind | str = Kind.CASE, **kwargs: Any) -> ResourcePage:
    """Return a published resource."""
    return publish(draft(kind, **kwargs))
