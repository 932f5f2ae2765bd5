"""A resource gets its code with its first publication and keeps it."""

from __future__ import annotations

from datetime import datetime

import pytest

from caselib.core import clock
from caselib.resources.codes import LETTERS
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage
from tests import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 1, 12, tzinfo=clock.ZONE)


def code_of(page: ResourcePage) -> str:
    return ResourcePage.objects.values_list("code", flat=True).get(pk=page.pk)


def test_every_kind_has_a_letter_of_its_own() -> None:
    assert set(LETTERS) == set(Kind)
    assert len(set(LETTERS.values())) == len(Kind)


def test_codes_run_by_kind_and_year_and_drafts_have_none() -> None:
    assert code_of(factories.draft()) == ""
    with clock.fixed(NOON):
        pages = [factories.live(), factories.live(), factories.live(Kind.COURSE)]
    assert [page.code for page in pages] == ["A-2026-0001", "A-2026-0002", "C-2026-0001"]
    with clock.fixed(datetime(2026, 12, 31, 23, 59, tzinfo=clock.ZONE)):
        assert code_of(factories.live()) == "A-2026-0003"
    with clock.fixed(datetime(2027, 1, 1, 0, 1, tzinfo=clock.ZONE)):  # still the old year by universal time
        assert code_of(factories.live()) == "A-2027-0001"


def test_the_code_stays_through_later_drafts_and_publications() -> None:
    with clock.fixed(NOON):
        page = factories.live(title="渔港")
    page.title = "渔港改"
    page.save_revision()
    with clock.fixed(NOON.replace(year=2027)):
        again = factories.publish(page)
    assert (again.title, again.code, code_of(page)) == ("渔港改", "A-2026-0001", "A-2026-0001")


def test_a_code_given_by_hand_stays_and_is_not_given_twice() -> None:
    with clock.fixed(NOON):
        given = factories.live(code="A-2026-0001")
        assert given.code == "A-2026-0001"
        assert code_of(factories.live()) == "A-2026-0002"


def test_a_copy_gets_a_code_of_its_own() -> None:
    with clock.fixed(NOON):
        page = factories.live(title="渔港")
        copy = page.copy(keep_live=False, update_attrs={"slug": "copy", "title": "副本"})
        assert code_of(copy) == ""
        assert factories.publish(copy.specific).code == "A-2026-0002"
    assert code_of(page) == "A-2026-0001"
