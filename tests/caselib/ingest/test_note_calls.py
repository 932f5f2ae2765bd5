"""Notes of titles, headings and quotations: their fields are plain text, and still no note is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.catalogue.reading import read as reading_of
from caselib.core import jobs
from caselib.ingest import deciding, services
from caselib.ingest.exporting import export_for
from caselib.ingest.models import ImportItem
from tests.caselib.word.packages import HEAD, NS, docx, p, r, style, styles
from tests.caselib.word.test_read_structure import BOLD, LONG

pytestmark = pytest.mark.django_db
UserOf = Callable[..., User]
CENTRED = '<w:jc w:val="center"/>'


def call(number: int) -> str:
    return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'


def upload(body: str, notes: int, by: User) -> list[ImportItem]:
    written = "".join(f'<w:footnote w:id="{n}">{p(f"第{n}条注")}</w:footnote>' for n in range(1, notes + 1))
    parts = {
        "word/footnotes.xml": f"{HEAD}<w:footnotes {NS}>{written}</w:footnotes>",
        "word/styles.xml": styles(style("Quote", "Quote")),
    }
    stored = services.receive_upload(SimpleUploadedFile("稿.docx", docx(body, parts=parts)), by=by)
    jobs.run_pending()
    return list(stored.batch.items.order_by("order"))


def title(text: str, *after: str) -> str:
    return p(inner=r(text, '<w:b/><w:sz w:val="36"/>') + "".join(after), props=CENTRED)


def test_notes_of_title_byline_heading_and_quotation_are_called(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    body = title("小院议事厅", call(1)) + p(inner=r("云岭县委党校　李明") + call(2), props=CENTRED)
    body += p(inner=r("一、案例背景", BOLD) + call(3)) + p(LONG) + p(inner=r("二、主要做法", BOLD))
    body += p(inner=r("（一）先议后办", BOLD) + call(4)) + p(LONG)
    body += p(inner=r("大家的事大家议。") + call(5), style="Quote")
    [item] = upload(body, 5, author)
    page = deciding.accept_item(item, by=author).get_latest_revision_as_object()
    assert [block.value["text"] for block in page.notes] == [f"第{n}条注" for n in range(1, 6)]
    shown = reading_of(page, Viewer.of(author))
    assert [note.text for note in shown.notes] == [f"第{n}条注" for n in range(1, 6)]
    first = str(page.body[0].value["content"][0].value)
    assert first.index("[^1]") < first.index("[^2]") < first.index("[^3]") < first.index(LONG[:5])
    assert "[^" not in "".join(section.value["heading"] for section in page.body)


def test_the_note_of_a_heading_without_a_paragraph_gets_one(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    body = title("小院议事厅") + p(inner=r("一、案例背景", BOLD)) + p(LONG) + p(inner=r("二、结语", BOLD) + call(1))
    [item] = upload(body, 1, author)
    page = deciding.accept_item(item, by=author).get_latest_revision_as_object()
    assert [note.text for note in reading_of(page, Viewer.of(author)).notes] == ["第1条注"]


def test_a_file_that_went_out_and_came_back_calls_each_note_once(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    body = title("小院议事厅", call(1)) + p(inner=r("一、案例背景", BOLD) + call(2)) + p(LONG)
    [item] = upload(body, 2, author)
    page = deciding.accept_item(item, by=author)
    before = str(page.get_latest_revision_as_object().body.raw_data[0]["value"]["content"][0]["value"])
    data = export_for(page.specific, by=author)
    assert data is not None
    stored = services.receive_upload(SimpleUploadedFile("回.docx", data), by=author)
    jobs.run_pending()
    again = deciding.accept_item(stored.batch.items.get(), by=author).get_latest_revision_as_object()
    after = str(again.body.raw_data[0]["value"]["content"][0]["value"])
    assert (before.count("[^"), after.count("[^")) == (2, 2)
    assert len(again.notes) == 2
