"""What is exported is opened in a spreadsheet program: no title and no name becomes a formula there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.core.exports import BOM
from caselib.review.services.submission import submit_for_review
from tests import factories

pytestmark = pytest.mark.django_db
FORMULA = "=HYPERLINK(1)"


def cells(response: Any) -> list[str]:
    data = b"".join(response.streaming_content)
    assert data.count(BOM) == 1, "Excel and WPS would take the file for GBK"
    body = data.removeprefix(BOM).decode()
    return [cell for row in csv.reader(io.StringIO(body)) for cell in row]


@pytest.mark.parametrize("report", ["site_history", "workflow", "workflow_tasks"])
def test_wagtails_own_reports_write_no_formulas(client_of: Callable[..., Client], report: str) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR], name=FORMULA)
    submit_for_review(factories.draft(title=FORMULA, by=author), by=author)
    written = cells(client_of(Role.EDITOR).get(reverse(f"wagtailadmin_reports:{report}"), {"export": "csv"}))
    assert f"'{FORMULA}" in written
    assert not [cell for cell in written if cell.startswith("=")]
