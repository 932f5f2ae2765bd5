"""Wagtail's own search boxes find Chinese, in order, and survive whatever is typed."""

from __future__ import annotations

import pytest
from wagtail.search.backends import get_search_backend

from caselib.media.models import CaseDocument
from caselib.resources.models import CaseStudy
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def backend(settings: object) -> object:
    return get_search_backend("search.modelsearch_backend")


def found(backend: object, text: str) -> list[str]:
    return [page.title for page in backend.search(text, CaseStudy.objects.all())]  # type: ignore[attr-defined]


def completed(backend: object, text: str) -> list[str]:
    return [page.title for page in backend.autocomplete(text, CaseStudy.objects.all())]  # type: ignore[attr-defined]


@pytest.fixture
def pages(backend: object) -> None:
    made = [
        factories.live(title="党风廉政建设", abstract="县里的做法。"),
        factories.live(title="茶園改造 Phase two", abstract="党风好转，廉洁办事。"),
        factories.live(title="夜校开课", abstract="乡村教育。"),
    ]
    backend.add_bulk(CaseStudy, made)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("廉政", ["党风廉政建设"]),
        ("风廉", ["党风廉政建设"]),
        ("茶园", ["茶園改造 Phase two"]),
        ("茶園改造", ["茶園改造 Phase two"]),
        ("校", ["夜校开课"]),
        ("phase", ["茶園改造 Phase two"]),
        ("廉政 教育", []),
        ("乡村 夜校", ["夜校开课"]),
        ("政廉", []),
    ],
)
def test_chinese_words_are_found_wherever_they_stand(
    backend: object, pages: None, text: str, expected: list[str]
) -> None:
    assert found(backend, text) == expected


def test_both_matches_come_and_the_title_counts(backend: object, pages: None) -> None:
    assert sorted(found(backend, "党风")) == ["党风廉政建设", "茶園改造 Phase two"]


@pytest.mark.parametrize(("text", "expected"), [("党", 1), ("党风廉", 1), ("pha", 1), ("廉政建", 1), ("xyz", 0)])
def test_completion_matches_beginnings(backend: object, pages: None, text: str, expected: int) -> None:
    assert len(completed(backend, text)) == expected


@pytest.mark.parametrize(
    "text", ['"', "\x00", "\n", '" OR title:*', "(", "'", "*", "%s", "\ud800", "。。。", "a" * 100_000]
)
def test_nothing_typed_makes_it_fail(backend: object, pages: None, text: str) -> None:
    assert isinstance(found(backend, text), list)
    assert isinstance(completed(backend, text), list)


def test_slices_and_counts_agree(backend: object) -> None:
    made = [factories.live(title=f"网格案例{n}") for n in range(12)]
    backend.add_bulk(CaseStudy, made)  # type: ignore[attr-defined]
    results = backend.search("网格", CaseStudy.objects.all())  # type: ignore[attr-defined]
    assert results.count() == 12
    walked = [page.pk for start in range(0, 12, 5) for page in results[start : start + 5]]
    assert len(set(walked)) == 12


def test_documents_are_found_too(backend: object) -> None:
    document = CaseDocument.objects.create(title="督查通报附件")
    backend.add(document)  # type: ignore[attr-defined]
    results = backend.search("通报", CaseDocument.objects.all())  # type: ignore[attr-defined]
    assert [d.title for d in results] == ["督查通报附件"]
