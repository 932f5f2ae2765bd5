"""Questions written once: the same rows as the queryset gives, whatever is asked and however often."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caselib.core.questions import Question, Rows
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
