"""Office tables: the reader chooses the columns, and what leaves as a workbook holds the same rows and no formula."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from caselib.core.workbooks import table_workbook
from caselib.resources.enums import Kind
from tests import factories

from .conftest import Office


def sheet_of(content: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def heads(client: Client, url: str) -> list[str]:
    return [str(column.label) for column in client.get(url).context["table"].columns]


def test_columns_are_chosen_in_the_address_and_remembered_for_the_account(office: Office, client: Client) -> None:
    office.order()
    client.force_login(office.dispatcher)
    url = reverse("catalogue:orders")
    standard = heads(client, url)
    chosen = heads(client, f"{url}?cols=contact&cols=people&cols=nonsense")
    assert len(chosen) == 3
    assert chosen != standard
    assert heads(client, url) == chosen
    assert heads(client, f"{url}?cols=") == standard
    page = client.get(f"{url}?cols=contact&find=家风").content.decode()
    assert "张老师" in page
    assert '<input type="hidden" name="find" value="家风">' in page


def test_the_workbook_holds_the_chosen_columns_of_all_rows_found(office: Office, client: Client) -> None:
    for _ in range(3):
        office.order()
    office.order(office.film)
    client.force_login(office.dispatcher)
    answer = client.get(reverse("catalogue:orders"), {"as": "xlsx", "find": "家风", "cols": ["items", "starts_on"]})
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    rows = sheet_of(answer.content)
    assert len(rows) == 4
    assert [row[1] for row in rows[1:]] == ["家风建设三讲"] * 3
    assert getattr(rows[1][2], "date", lambda: None)() == office.details().starts_on


def test_a_unit_gets_its_own_orders_only(office: Office, client: Client) -> None:
    office.order()
    client.force_login(factories.UserFactory())
    assert len(sheet_of(client.get(reverse("catalogue:orders"), {"as": "xlsx"}).content)) == 1


def test_the_public_tables_export_what_their_reader_sees(office: Office, client: Client) -> None:
    factories.live(Kind.POINT, title="旧址", by=office.lecturer)
    factories.live(Kind.TEACHER, title="内部教师", by=office.lecturer, circulation="internal")
    teachers = sheet_of(client.get(reverse("catalogue:teachers"), {"as": "xlsx"}).content)
    assert [row[0] for row in teachers[1:]] == ["林静"]
    client.force_login(office.dispatcher)
    assert len(sheet_of(client.get(reverse("catalogue:teachers"), {"as": "xlsx"}).content)) == 3
    points = sheet_of(client.get(reverse("catalogue:points"), {"as": "xlsx"}).content)
    assert points[1][0] == "旧址"
    assert "评估" not in points[0]


def test_the_week_leaves_as_a_workbook(office: Office, client: Client) -> None:
    session = office.dispatched()
    client.force_login(office.dispatcher)
    rows = sheet_of(client.get(f"/sessions/?week={session.starts_at:%Y-%m-%d}&as=xlsx").content)
    assert len(rows) == 2
    assert "家风建设三讲" in rows[1]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a\x00b\x08"])
def test_no_cell_is_a_formula(text: str) -> None:
    rows = sheet_of(table_workbook("表[1]", ["甲"], [[text], [date(2026, 3, 2)], [3], [None]]))
    sheet = load_workbook(io.BytesIO(table_workbook("表", ["甲"], [[text]]))).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert not str(rows[1][0]).startswith(("=", "+", "-", "@", "\t"))
    assert rows[3][0] == 3
