"""Questions written once: the same rows as the queryset gives, whatever is asked and however often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from caselib.core.questions import Question, Rows, Tally, answer, one_if
from caselib.resources.enums import Kind
from caselib.resources.models import CaseStudy, Course, ResourcePage
from tests import factories

pytestmark = pytest.mark.django_db

COLUMNS = ("pk", "title", "first_published_at", "class_hours", "written_on")


def _of_ids(ids: object) -> object:
    return ResourcePage.objects.filter(pk__in=ids, live=True).order_by("pk").values_list(*COLUMNS)


def test_the_rows_are_those_of_the_queryset_for_any_number_of_ids() -> None:
    question = Question(_of_ids)
    pages = [factories.live(Kind.COURSE, title=f"课{number}", class_hours=Decimal("2.5")) for number in range(3)]
    ids = [page.pk for page in pages]
    for asked in (ids, ids[:1], ids[1:], [*ids, 987_654_321], list(reversed(ids)), ids * 60):
        assert [tuple(row) for row in question.rows(sorted(set(asked)))] == list(_of_ids(asked))
    assert question.rows([]) == []
    many = [*range(10_000_000, 10_000_150), *ids]
    with CaptureQueriesContext(connection) as captured:
        assert [row[0] for row in question.rows(many)] == ids
    assert len(captured) == 2


def test_what_goes_straight_to_the_database_comes_back_as_by_djangos_way() -> None:
    pages = [factories.live(Kind.COURSE, title="50%s 课%", class_hours=Decimal("2.5")), factories.live(Kind.CASE)]
    question = Question(_of_ids)
    straight = question.rows([page.pk for page in pages])
    with connection.execute_wrapper(lambda execute, *args: execute(*args)):
        by_django = question.rows([page.pk for page in pages])
    assert straight == by_django
    assert straight[0][:2] == (pages[0].pk, "50%s 课%")
    own = connections["default"]
    assert answer(own, "SELECT %s, '%%s'", ["?"]) == [("?", "%s")]


def test_a_broken_transaction_answers_nothing_more() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            Question(_of_ids).rows([1])


def test_texts_are_asked_as_they_are() -> None:
    page = factories.live(title="渔港'账本")
    question = Question(
        lambda title, kind: ResourcePage.objects.filter(title=title, content_type=kind).values_list("pk")
    )
    assert [tuple(row) for row in question.rows("渔港'账本", page.content_type_id)] == [(page.pk,)]
    for title in ("渔港", "", "' OR 1=1 --", "7310984205117"):
        assert list(question.rows(title, page.content_type_id)) == []


def test_whole_rows_are_objects_like_those_of_the_manager() -> None:
    page = factories.live(title="渔港账本", body=[factories.section("做法", factories.paragraph("一段。"))])
    rows = Rows(CaseStudy, lambda pages, pk: pages.filter(pk=pk))
    for _again in range(2):
        found = rows.of(page.pk)[0]
        known = CaseStudy.objects.get(pk=page.pk)
        names = [field.attname for field in CaseStudy._meta.concrete_fields]
        assert {name: getattr(found, name) for name in names} == {name: getattr(known, name) for name in names}
        assert not found._state.adding
    assert rows.of(0) == []
    assert Course.objects.filter(pk=page.pk).count() == 0


def test_days_and_moments_are_asked_as_they_are() -> None:
    question = Question(
        lambda day, moment: (
            ResourcePage.objects.filter(written_on__lte=day, first_published_at__gt=moment)
            .order_by("pk")
            .values_list("pk", "first_published_at")
        )
    )
    day, moment = date(2024, 5, 1), datetime(2024, 6, 1, 8, tzinfo=UTC)
    pages = [factories.live(title=f"账本{number}", written_on=day + timedelta(days=number)) for number in range(3)]
    for place, page in enumerate(pages):
        ResourcePage.objects.filter(pk=page.pk).update(first_published_at=moment + timedelta(hours=place))
    for until in (day - timedelta(days=1), day, day + timedelta(days=1), date(1, 1, 2), date(9999, 1, 1)):
        for since in (moment - timedelta(seconds=1), moment, moment + timedelta(hours=1)):
            expected = ResourcePage.objects.filter(written_on__lte=until, first_published_at__gt=since)
            assert question.rows(until, since) == list(expected.order_by("pk").values_list("pk", "first_published_at"))


def test_a_tally_counts_rows_and_sums_columns() -> None:
    late = one_if(Q(written_on__lt=date(2024, 5, 2)))
    tally = Tally(lambda kinds: ResourcePage.objects.filter(content_type_id__in=kinds).values_list("pk", late))
    assert tally.of([1]) == (0, 0)
    pages = [factories.live(title=f"账本{n}", written_on=date(2024, 5, n)) for n in (1, 2, 3)]
    course = factories.live(Kind.COURSE, written_on=date(2024, 5, 1))
    kinds = [pages[0].content_type_id, course.content_type_id]
    assert [tally.of(kinds), tally.of(kinds[:1]), tally.of(kinds[1:])] == [(4, 2), (3, 1), (1, 1)]
    assert tally.of([]) == (0,)
