"""Two administrators set the same account at the same moment: what the one gave is seen by the other."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from caselib.accounts import services
from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import audit
from caselib.core.errors import RefusedError
from tests import factories
from tests.caselib.review.test_concurrency import Meanwhile, in_memory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("road", ["service", "group"])
def test_two_offices_of_administration_given_at_once_do_not_end_with_one_person(
    road: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    person, boss = factories.UserFactory(), factories.UserFactory()

    def give(role: Role) -> None:
        account = User.objects.get(pk=person.pk)
        if road == "service":
            services.set_roles(account, [role], by=boss)
        else:
            account.groups.add(Group.objects.get(name=role))

    late = Meanwhile(lambda: give(Role.SECURITY_ADMIN))
    monkeypatch.setattr(services.audit, "record", late.before(audit.record))
    services.set_roles(User.objects.get(pk=person.pk), [Role.SYSTEM_ADMIN], by=boss)
    answer = late.result()
    held = set(person.groups.values_list("name", flat=True))
    if road == "service":  # the second says the whole set, so it is the one that stands
        assert answer is None and held == {Role.SECURITY_ADMIN}
    else:
        assert isinstance(answer, RefusedError) and answer.refusal.code == "three-administrators"
        assert held == {Role.SYSTEM_ADMIN}


def test_who_is_moved_twice_at_once_belongs_to_one_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    if in_memory():
        pytest.skip("threads need a database file")
    person, boss, one, other = factories.UserFactory(), factories.UserFactory(), factories.unit(), factories.unit()
    late = Meanwhile(lambda: services.move_to_unit(User.objects.get(pk=person.pk), other, by=boss))
    monkeypatch.setattr(services.audit, "record", late.before(audit.record))
    services.move_to_unit(User.objects.get(pk=person.pk), one, by=boss)
    assert late.result() is None
    assert list(person.memberships.filter(until=None).values_list("unit", flat=True)) == [other.pk]
    assert User.objects.get(pk=person.pk).unit == other
