"""What is exported is opened in a spreadsheet program: no title and no name becomes a formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import WorkflowState

from caselib.accounts.enums import Role
from caselib.core.exports import BOM
from caselib.core.workbooks import table_workbook
from caselib.review.services.submission import submit_for_review
from tests import factories

pytestmark = pytest.mark.django_db
FORMULA = "=HYPERLINK(1)"


def cells(response: Any) -> list[str]:
    return [cell for row in rows(response) for cell in row]


def rows(response: Any) -> list[list[str]]:
    data = b"".join(response.streaming_content)
    assert data.count(BOM) == 1, "Excel and WPS would take the file for GBK"
    body = data.removeprefix(BOM).decode()
    return list(csv.reader(io.StringIO(body)))


@pytest.mark.parametrize("report", ["site_history", "workflow", "workflow_tasks"])
def test_wagtails_own_reports_write_no_formulas(client_of: Callable[..., Client], report: str) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR], name=FORMULA)
    submit_for_review(factories.draft(title=FORMULA, by=author), by=author)
    written = cells(client_of(Role.EDITOR).get(reverse(f"wagtailadmin_reports:{report}"), {"export": "csv"}))
    assert f"'{FORMULA}" in written
    assert not [cell for cell in written if cell.startswith("=")]


@pytest.mark.parametrize("report", ["site_history", "workflow", "workflow_tasks", "aging_pages", "locked_pages"])
def test_wagtails_own_reports_are_headed_in_the_language_of_the_reader(
    client_of: Callable[..., Client], report: str
) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    submit_for_review(factories.draft(by=author), by=author)
    reader = client_of(Role.EDITOR)
    head = rows(reader.get(reverse(f"wagtailadmin_reports:{report}"), {"export": "csv"}))[0]
    assert not [name for name in head if name.isascii() and name != "ID"]


def test_moments_in_downloads_are_those_of_the_clock_on_the_wall(client_of: Callable[..., Client]) -> None:
    """Wagtail writes them in UTC and does not say so: in China eight hours early, often on the day before."""
    moment = datetime(2026, 3, 1, 23, 30, 15, tzinfo=UTC)
    author = factories.UserFactory(roles=[Role.AUTHOR])
    submit_for_review(factories.draft(by=author), by=author)
    reader, address = client_of(Role.EDITOR), reverse("wagtailadmin_reports:workflow")
    WorkflowState.objects.update(created_at=moment)
    assert rows(reader.get(address, {"export": "csv"}))[1][-1] == "2026-03-02 07:30"
    book = load_workbook(io.BytesIO(b"".join(reader.get(address, {"export": "xlsx"}).streaming_content)))
    assert book.active is not None and book.active.cell(2, 7).value == datetime.fromisoformat("2026-03-02 07:30")


def test_exact_numbers_are_numbers_in_workbooks() -> None:
    book = load_workbook(io.BytesIO(table_workbook("t", ["a", "b"], [[Decimal("95.50"), "007"]])))
    sheet: Any = book.active
    assert (sheet["A2"].value, sheet["A2"].number_format, sheet["B2"].value) == (95.5, "0.00", "007")
