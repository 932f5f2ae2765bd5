"""The pages: a fixed number of queries, hostile input answered in words, papers without formulas."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from caselib.accounts.enums import Role
from caselib.competitions.models import BallotCode, Certificate, Competition, Entry, Result, Round, Score
from caselib.competitions.services import readings, results, scoring
from caselib.core import clock
from tests import factories
from tests.caselib.competitions import scenes
from tests.caselib.competitions.scenes import AFTER, ENTRY, JUDGING

pytestmark = pytest.mark.django_db


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_lists_ask_the_same_number_of_queries_for_one_entry_and_for_thirty() -> None:
    scene = scenes.published(readings=2)
    [first] = scenes.enter(scene)
    judges = scenes.seat(scene, 2)
    unit_user = scenes.contact(first.unit)
    scenes.live_case(first.unit)
    clients = {
        reverse("competitions:index"): Client(),
        reverse("competitions:call", args=[scene.call.slug]): Client(),
        reverse("competitions:office"): signed_in(scene.office),
        reverse("competitions:office_entries", args=[scene.call.pk]): signed_in(scene.office),
        reverse("competitions:office_round", args=[scene.round.pk]): signed_in(scene.office),
        reverse("competitions:judge_desk", args=[judges[0].pk]): signed_in(judges[0].user),
        reverse("competitions:unit_desk", args=[scene.call.slug]): signed_in(unit_user),
        reverse("competitions:enter", args=[scene.track.pk]): signed_in(unit_user),
    }
    readings.assign_round(scene.round, by=scene.office, at=JUDGING)
    Round.objects.update(state="open")
    with clock.fixed(ENTRY):
        for url, client in clients.items():
            client.get(url)
        before = {url: queries(client, url) for url, client in clients.items()}
    template = Entry.objects.get(pk=first.pk)
    for number in range(2, 31):
        page = scenes.live_case(first.unit)
        values = {f.attname: getattr(template, f.attname) for f in Entry._meta.concrete_fields if f.attname != "id"}
        Entry.objects.create(**{**values, "page_id": page.pk, "number": number, "title": f"案例{number}"})
    for _number in range(3):
        scenes.live_case(first.unit)
    Round.objects.update(state="prepared")
    readings.assign_round(scene.round, by=scene.office, at=JUDGING)
    Round.objects.update(state="open")
    with clock.fixed(ENTRY):
        after = {url: queries(client, url) for url, client in clients.items()}
    grown = {url: (before[url], after[url]) for url in clients if after[url] > before[url] + 1}
    assert not grown


@pytest.mark.parametrize("text", ["abc", "1e999", "NaN", "-5", "１２", "9" * 40, "\ud800", "1\x00", "=1+1"])
def test_whatever_is_typed_as_a_mark_is_answered_in_words(text: str) -> None:
    scene = scenes.judging(entries_number=2)
    row = scenes.readings(scene)[0]
    client = signed_in(row.judge.user)
    url = reverse("competitions:reading", args=[row.pk])
    data = {
        "mark-a": text.encode("utf-8", "replace").decode(),
        "mark-b": "10",
        "version": "0",
        "comment": "意见" + text.encode("utf-8", "replace").decode(),
    }
    with clock.fixed(JUDGING):
        saved = client.post(reverse("competitions:reading_save", args=[row.pk]), data)
        answer = client.post(url, data)
    assert saved.status_code in (200, 400)
    if text == "１２":
        assert answer.status_code == 302 and Score.objects.get(assignment=row).marks == {"a": "12", "b": "10"}
    else:
        assert answer.status_code in (400, 422)
        assert not Score.objects.filter(assignment=row, marks__isnull=False).exists()


def test_a_stale_window_is_told_and_loses_nothing() -> None:
    scene = scenes.judging(entries_number=2)
    row = scenes.readings(scene)[0]
    scenes.give(row, "50", "30")
    client = signed_in(row.judge.user)
    with clock.fixed(JUDGING):
        answer = client.post(
            reverse("competitions:reading", args=[row.pk]),
            {"mark-a": "41", "mark-b": "31", "version": "0", "comment": "新意见"},
        )
    assert answer.status_code == 409
    body = answer.content.decode()
    assert 'value="41"' in body and "新意见" in body
    assert Score.objects.get(assignment=row).marks == {"a": "50", "b": "30"}


def test_numbers_no_database_can_hold_are_not_found() -> None:
    scene = scenes.published()
    client = signed_in(scene.office)
    for name in ("office_call", "office_entries", "office_round", "report", "office_entry"):
        assert client.get(reverse(f"competitions:{name}", args=[10**30])).status_code == 404
    other = scenes.published()
    url = reverse("competitions:office_part", args=[scene.call.pk, "track", 0, other.track.pk])
    assert client.get(url).status_code == 404


def test_the_office_prepares_a_call_by_forms_and_faults_come_back_as_typed() -> None:
    office = scenes.office()
    client = signed_in(office)
    data = {
        "title": "表单评选", "slug": "form-call", "year": "2026", "entry_opens": "2026-03-01T00:00:00",
        "entry_closes": "2026-02-01T00:00:00", "conflict_years": "3", "publicity_days": "5",
    }  # fmt: skip
    wrong = client.post(reverse("competitions:office_new"), data)
    assert wrong.status_code == 422 and "表单评选" in wrong.content.decode()
    right = client.post(reverse("competitions:office_new"), data | {"entry_closes": "2026-03-10T23:59:59"})
    assert right.status_code == 302
    call = Competition.objects.get(slug="form-call")
    assert call.entry_closes.astimezone(clock.ZONE).strftime("%H:%M:%S") == "23:59:59"
    part = reverse("competitions:office_part", args=[call.pk, "round", 0, 0])
    values = {
        "order": "1",
        "name": "初评",
        "mode": "paper",
        "opens_at": "2026-03-20T00:00",
        "closes_at": "2026-03-25T00:00",
        "weight": "1",
    }
    assert client.post(part, values).status_code == 302
    assert client.post(part, values).status_code == 422


def test_a_ballot_is_cast_on_the_page_once() -> None:
    scene = scenes.live()
    made = scene.entries
    code = scoring.print_codes(scene.round, number=1, by=scene.office, at=JUDGING)[0].code
    client = Client()
    url = reverse("competitions:vote", args=[code])
    with clock.fixed(JUDGING):
        assert client.post(reverse("competitions:vote_code"), {"code": code.lower()}).status_code == 302
        half = client.post(url, {f"points-{made[0].pk}": "90"})
        assert half.status_code == 422 and 'value="90"' in half.content.decode()
        whole = {f"points-{entry.pk}": "90" for entry in made}
        assert client.post(url, whole).status_code == 302
        assert client.post(url, dict.fromkeys(whole, "10")).status_code == 200
        screen = (
            signed_in(scene.office).get(reverse("competitions:screen", args=[scene.round.pk]) + "?format=json").json()
        )
    assert BallotCode.objects.get(code=code).ballots.values_list("points", flat=True)[0] == Decimal(90)
    assert screen["ballots"] == 1 and not {90, "90", "90.0", "90.00"} & set(screen.values())
    sheet = signed_in(scene.office).get(reverse("competitions:ballot_sheet", args=[scene.round.pk]))
    assert sheet.status_code == 200


def text_of(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("word/document.xml").decode()


def test_papers_carry_the_winners_and_no_formula() -> None:
    scene = scenes.confirmed()
    Entry.objects.filter(pk=scene.entries[0].pk).update(
        title='=HYPERLINK("http://x","y")', authors=[{"name": "@SUM(A1)", "unit_name": "", "user": None}]
    )
    client = signed_in(scene.office)
    book = load_workbook(io.BytesIO(client.get(reverse("competitions:winners", args=[scene.call.pk, "xlsx"])).content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    ranks = [row[3] for row in book.active.iter_rows(min_row=2, values_only=True)]
    assert ranks and all(isinstance(rank, int) for rank in ranks), "the tenth would be sorted before the second"
    scores = [row[4] for row in book.active.iter_rows(min_row=2, values_only=True)]
    assert book.active["E1"].value == "得分" and all(isinstance(score, int | float) for score in scores)
    setup = book.active.sheet_properties.pageSetUpPr
    assert setup.fitToPage and book.active.print_title_rows == "$1:$1", "printed on one page's width, heads on each"
    assert all(cell.data_type != "f" for cell in cells)
    assert not any(str(cell.value or "").startswith(("=", "+", "-", "@")) for cell in cells)
    word = text_of(client.get(reverse("competitions:winners", args=[scene.call.pk, "docx"])).content)
    assert scene.entries[1].title in word
    report = text_of(client.get(reverse("competitions:report_docx", args=[scene.call.pk])).content)
    assert "审计链完整" in report
    assert client.get(reverse("competitions:report", args=[scene.call.pk])).status_code == 200
    certificate = Certificate.objects.order_by("number").first()
    assert certificate is not None
    paper = text_of(client.get(reverse("competitions:certificate_file", args=[certificate.pk, "docx"])).content)
    assert certificate.number in paper and certificate.token in paper
    shown = Client().get(reverse("competitions:certificate", args=[certificate.token])).content.decode()
    assert certificate.number in shown


def test_the_command_recomputes_from_the_chain_and_finds_a_changed_figure() -> None:
    scene = scenes.released()
    out = io.StringIO()
    call_command("recompute_scores", scene.call.slug, stdout=out)
    assert "all figures agree" in out.getvalue()
    out = io.StringIO()
    call_command("recompute_scores", str(scene.call.pk), "--json", stdout=out)
    figures = json.loads(out.getvalue())
    assert {(r["entry"], r["score"]) for r in figures["rounds"][0]["results"]} == {
        (r.entry_id, str(r.official)) for r in Result.objects.all()
    }
    Result.objects.filter(rank=2).update(official=Decimal("99.99"))
    with pytest.raises(CommandError, match=r"99\.99"):
        call_command("recompute_scores", scene.call.slug, stdout=io.StringIO())


def test_nothing_is_shown_before_the_release_and_everything_after() -> None:
    scene = scenes.released()
    page = Client().get(reverse("competitions:call", args=[scene.call.slug])).content.decode()
    assert str(Result.objects.get(rank=1).official) in page
    hidden = scenes.judging()
    scenes.score_all(hidden)
    results.close_round(hidden.round, by=hidden.office, at=AFTER)
    results.propose_awards(hidden.call, by=hidden.office, at=AFTER)
    best = str(Result.objects.get(round=hidden.round, rank=1).official)
    for user in (None, factories.UserFactory(roles=[Role.UNIT_CONTACT]), hidden.judges[0].user):
        client = signed_in(user) if user else Client()
        body = client.get(reverse("competitions:call", args=[hidden.call.slug])).content.decode()
        assert best not in body and "一等奖" not in body.split("组别与评分标准")[0]


def test_what_a_colleague_has_entered_since_the_list_was_shown_is_said() -> None:
    scene = scenes.published()
    unit = factories.unit(parent=scene.province, level="city")
    page, url = scenes.live_case(unit), reverse("competitions:enter", args=[scene.track.pk])
    with clock.fixed(ENTRY):
        for colleague, said in ((scenes.contact(unit), "已存为草稿"), (scenes.contact(unit), "该资源已经参加本赛事")):
            told = signed_in(colleague).post(url, {"page": page.pk, "draft": "1"}, follow=True)
            assert told.status_code == 200 and said in told.content.decode()
        foreign = signed_in(scenes.contact(factories.unit())).post(url, {"page": page.pk, "draft": "1"})
    assert foreign.status_code == 404 and Entry.objects.count() == 1
