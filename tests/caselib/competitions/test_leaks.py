"""Nothing that a blind judge can reach names an author, a unit or another judge's score before the release."""

from __future__ import annotations

import html
import io
import re
import zipfile
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import get_resolver, reverse

from caselib.accounts.enums import Role
from caselib.competitions.models import Judge, JuryAssignment
from caselib.competitions.services import entries, readings, results, scoring
from caselib.core import clock
from caselib.media.models import CaseDocument, CaseImage
from caselib.resources.models import Attachment, CaseStudy, ResourceAuthor
from caselib.resources.publishing import opened
from search import rebuilding
from tests import factories
from tests.caselib.competitions import hostile, scenes
from tests.caselib.competitions.scenes import AFTER, ENTRY, JUDGING

pytestmark = pytest.mark.django_db

AUTHOR, UNIT, SHORT = "欧阳晚晴", "澜溪县委党校", "澜溪党校"
SECRETS = (
    AUTHOR, UNIT, SHORT, "ouyang-wanqing", "47.25", "33.75", "歐陽", "瀾溪", "澜溪县", "Ouyang", "WANQING", "13800001111",
    "岚北市", "lanxi.example.org",
)  # fmt: skip


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src", "action", "data-save") and value]


def entered(scene: scenes.Scene) -> CaseStudy:
    """Enter a case whose text, table, picture and attachment are full of its author's and unit's names."""
    city = factories.unit("中共岚北市委党校", parent=scene.province, level="city")
    unit = factories.unit(UNIT, parent=city, level="county", short_name=SHORT)
    author = factories.UserFactory(
        roles=[Role.AUTHOR, Role.UNIT_CONTACT], unit=unit, name=AUTHOR, username="ouyang-wanqing"
    )
    image = CaseImage.objects.create(
        title=f"{AUTHOR}摄", file=ContentFile(hostile.png("ouyang-wanqing"), "ouyang-wanqing.png")
    )
    documents = [
        CaseDocument.objects.create(title=f"{AUTHOR}的附件", file=ContentFile(data, f"ouyang-wanqing.{suffix}"))
        for suffix, data in attachments()
    ]
    table = {"caption": UNIT, "header_rows": 1, "rows": [[{"text": "执笔"}], [{"text": "欧阳　晚晴"}]]}
    body = [
        factories.section(
            f"{SHORT}的做法",
            factories.paragraph(f"<b>欧阳</b>晚晴在{UNIT}走访了三个村。"),
            factories.paragraph("歐陽晚晴（OUYANG Wanqing）受岚北市委党校推荐，瀾溪縣委黨校供稿。"),
            factories.paragraph("联系 13800001111，wq@lanxi.example.org，见 http://lanxi.example.org/a。"),
            factories.paragraph("澜溪人爱记账，晚晴常去听。"),
            {"type": "lead", "value": {"lead": f"{SHORT}记。", "text": "<p>账本上墙。</p>"}},
            {"type": "table", "value": table},
            {"type": "image", "value": {"image": image.pk, "caption": f"{AUTHOR}摄", "alt": AUTHOR}},
            {"type": "quote", "value": {"text": "说到做到。", "attribution": AUTHOR}},
        )
    ]
    page = factories.draft(
        by=author, title=f"{SHORT}的三本账", abstract=f"{AUTHOR}写成。", body=body, authors=[(AUTHOR, UNIT)]
    )
    page.attachments = [Attachment(document=document, title=f"{AUTHOR}附件") for document in documents]
    page.save_revision()
    factories.publish(page)
    entry = entries.submit_entry(page, scene.track, by=author, at=ENTRY)
    scene.entries.append(entries.recommend_entry(entry, by=scenes.contact(city), at=ENTRY))
    return page


def attachments() -> list[tuple[str, bytes]]:
    """One attachment of every kind that can be cleared, and two that cannot."""
    names = (AUTHOR, UNIT, "ouyang-wanqing")
    film = b"\0\0\0\x18ftypmp42" + f"ouyang-wanqing {AUTHOR}".encode() * 9
    return [
        ("docx", hostile.docx(*names)),
        ("pdf", hostile.pdf([f"{UNIT}的三本账和一张清单", f"{AUTHOR}执笔，入户走访一百二十八户"], "ouyang-wanqing")),
        ("pptx", hostile.pptx(*names)),
        ("xlsx", hostile.xlsx(*names)),
        ("png", hostile.png("ouyang-wanqing")),
        ("txt", f"{AUTHOR}：瀾溪縣的账本".encode()),
        ("zip", b"PK\x03\x04 ouyang-wanqing"),
        ("mp4", film),
    ]


def crawl(client: Client, start: list[str], *, most: int = 400) -> dict[str, bytes]:
    """Return everything reached from ``start`` by following every address in every page."""
    waiting, seen = list(start), {}
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if (
            path in seen
            or not path.startswith("/")
            or path.startswith(("/static/", "/account/logout", "/admin/logout"))
        ):
            continue
        response = client.get(path)
        assert response.status_code < 500 or not path.startswith("/competitions/"), path
        body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[arg-type]
        seen[path] = body + str(dict(response.headers)).encode()
        if response.status_code in (301, 302):
            waiting.append(response["Location"].partition("#")[0])
        if "text/html" in response.get("Content-Type", ""):
            parser = Links()
            parser.feed(body.decode())
            waiting += [link.partition("#")[0] for link in parser.found]
    return seen


def readable(path: str, data: bytes) -> str:
    """Return all text of an answer; of a Word file that of every part, run boundaries taken out."""
    if data[:2] != b"PK":
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data[: data.rindex(b"PK\x05\x06") + 22])) as archive:
        parts = [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return "\n".join([*parts, *(html.unescape(re.sub(r"<[^>]+>", "", part)) for part in parts)])


@pytest.fixture
def scene() -> scenes.Scene:
    scene = scenes.published()
    entered(scene)
    scenes.enter(scene, 2)
    scenes.seat(scene, 3)
    outcome = readings.assign_round(scene.round, by=scene.office, seed=1, at=JUDGING)
    assert all(answer.feasible for answer in outcome.values())
    scoring.open_round(scene.round, by=scene.office, at=JUDGING)
    for row in scenes.readings(scene):
        scenes.give(row, "47.25", "33.75")
    rebuilding.rebuild("embedded")
    return scene


def starts(judge: Judge) -> list[str]:
    """Every address of the site that takes no argument, plus the judge's own."""
    found = []
    for pattern in get_resolver().reverse_dict:
        if isinstance(pattern, str):
            try:
                found.append(reverse(pattern))
            except Exception:
                continue
    own = [reverse("competitions:judge_desk", args=[judge.pk]), reverse("competitions:declare", args=[judge.pk])]
    for row in JuryAssignment.objects.filter(judge=judge):
        own.append(reverse("competitions:reading", args=[row.pk]))
        own.append(reverse("competitions:copy_docx", args=[row.pk]))
        own.append(reverse("competitions:copy_picture", args=[row.pk, 0]))
        own += [reverse("competitions:copy_file", args=[row.pk, place]) for place in range(9)]
        own.append(reverse("competitions:copy_film", args=[row.pk]))
    return [reverse("competitions:judging"), *own, reverse("competitions:index"), "/", *found]


def other_seats(judge: Judge) -> list[str]:
    """Addresses of other judges' readings, the office, and the resource itself."""
    found = []
    for row in JuryAssignment.objects.exclude(judge=judge):
        found += [reverse("competitions:reading", args=[row.pk]), reverse("competitions:copy_docx", args=[row.pk])]
        found.append(reverse("competitions:office_entry", args=[row.entry_id]))
        found += [reverse("competitions:office_file", args=[row.entry_id, place]) for place in range(2)]
        found.append(reverse("competitions:office_picture", args=[row.entry_id, 0]))
    for document in CaseDocument.objects.all():
        found.append(document.url)
    call = judge.competition
    for name in (
        "office_call",
        "office_entries",
        "office_results",
        "office_jury",
        "report",
        "report_docx",
        "certificates",
    ):
        found.append(reverse(f"competitions:{name}", args=[call.pk]))
    found.append(reverse("competitions:winners", args=[call.pk, "xlsx"]))
    found.append(reverse("competitions:call", args=[call.slug]))
    return found


def test_no_address_that_a_blind_judge_reaches_gives_anything_away(scene: scenes.Scene) -> None:
    page = CaseStudy.objects.get(title__contains="三本账")
    own_scores = ("47.25", "33.75")
    with clock.fixed(JUDGING):
        for judge in scene.judges:
            client = Client(raise_request_exception=False)
            client.force_login(judge.user)
            reached = crawl(client, [*starts(judge), *other_seats(judge), page.get_url() or "/"])
            searches = [f"/browse/?q={word}" for word in ("三本账", AUTHOR, "账本上墙", UNIT)]
            reached |= crawl(client, searches, most=12)
            assert len(reached) > 40
            for path, data in reached.items():
                text = readable(path, data)
                for secret in SECRETS:
                    if secret in own_scores and path.startswith("/competitions/readings/"):
                        continue
                    query_echo = path.startswith("/browse/") and secret in path
                    assert query_echo or secret not in text, f"{secret} in {path}"
                assert not re.search(r"欧\s*阳\s*晚\s*晴", re.sub(r"<[^>]+>", "", text)) or "/browse/" in path, path


def test_a_blind_judge_gets_a_copy_of_what_can_be_cleared_and_a_reason_for_the_rest(scene: scenes.Scene) -> None:
    row = next(row for row in scenes.readings(scene) if row.entry_id == scene.entries[0].pk)
    client, desk = Client(), Client()
    client.force_login(row.judge.user)
    desk.force_login(scene.office)
    with clock.fixed(JUDGING):
        page = client.get(reverse("competitions:reading", args=[row.pk])).content.decode()
        answers = [client.get(reverse("competitions:copy_file", args=[row.pk, place])) for place in range(9)]
        office = desk.get(reverse("competitions:office_entry", args=[row.entry_id])).content.decode()
        same = desk.get(reverse("competitions:office_file", args=[row.entry_id, 0]))
    assert [answer.status_code for answer in answers] == [200] * 6 + [403, 403, 404]
    names = [str(answer.headers.get("Content-Disposition", "")).rpartition("''")[2] for answer in answers[:6]]
    code = row.entry.code
    assert names == [
        f"{code}-{n}.{kind}" for n, kind in enumerate(("docx", "docx", "docx", "xlsx", "png", "txt"), start=1)
    ]
    for text in (page, office):
        assert "此类文件无法清除其中的姓名和单位" in text
    assert same.content == answers[0].content
    assert "“澜溪”出现 1 次" in office and "“晚晴”出现 1 次" in office


def test_the_office_withholds_an_attachment_and_takes_back_a_passage_blacked_out_by_mistake(
    scene: scenes.Scene,
) -> None:
    row = next(row for row in scenes.readings(scene) if row.entry_id == scene.entries[0].pk)
    client, desk = Client(), Client()
    client.force_login(row.judge.user)
    desk.force_login(scene.office)
    own = row.entry.attachments.first()

    def act(name: str, **data: object) -> None:
        assert desk.post(reverse("competitions:office_entry_act", args=[row.entry_id, name]), data).status_code == 302

    def read() -> str:
        with clock.fixed(JUDGING):
            return client.get(reverse("competitions:reading", args=[row.pk])).content.decode()

    assert "账本上墙" in read()
    act("blackout", text="账本上墙")
    assert "账本上墙" not in read()
    act("lift", row=row.entry.black_outs.get().pk)
    act("withhold", row=own.pk, reason="照片里有门牌")
    assert "账本上墙" in read() and "赛事办公室决定不提供" in read() and "门牌" not in read()
    with clock.fixed(JUDGING):
        assert client.get(reverse("competitions:copy_file", args=[row.pk, 0])).status_code == 403
        act("withhold", row=own.pk, reason="")
        assert client.get(reverse("competitions:copy_file", args=[row.pk, 0])).status_code == 200
    assert (
        desk.post(reverse("competitions:office_entry_act", args=[row.entry_id, "lift"]), {"row": "0"}).status_code
        == 404
    )


def test_files_that_are_replaced_after_the_entry_do_not_change_what_is_judged(scene: scenes.Scene) -> None:
    row = next(row for row in scenes.readings(scene) if row.entry_id == scene.entries[0].pk)
    client = Client()
    client.force_login(row.judge.user)
    url, picture = (reverse(f"competitions:{name}", args=[row.pk, 0]) for name in ("copy_file", "copy_picture"))
    with clock.fixed(JUDGING):
        before = client.get(url).content
        assert client.get(picture).status_code == 200
        # The database refuses another file; this is somebody with access to the disk.
        document = row.entry.attachments.first().document
        for name, data in (
            (document.file.name, b"changed"),
            (CaseImage.objects.get().file.name, hostile.png("somebody")),
        ):
            with default_storage.open(name, "wb") as file:
                file.write(data)
        assert client.get(url).content == before
        assert client.get(picture).status_code == 404


def test_the_office_sees_the_names_so_the_sweep_can_fail(scene: scenes.Scene) -> None:
    client = Client()
    client.force_login(scene.office)
    body = client.get(reverse("competitions:office_entries", args=[scene.call.pk])).content.decode()
    assert AUTHOR in body and UNIT in body


def test_a_reading_shows_only_the_own_marks(scene: scenes.Scene) -> None:
    row, other = [r for r in scenes.readings(scene) if r.entry_id == scene.entries[0].pk][:2]
    scoring.submit_score(
        other, given={"a": Decimal("12.34"), "b": Decimal("5.67")}, version=1, by=other.judge.user, at=JUDGING
    )
    client = Client()
    client.force_login(row.judge.user)
    with clock.fixed(JUDGING):
        body = client.get(reverse("competitions:reading", args=[row.pk])).content.decode()
    assert "47.25" in body and "12.34" not in body


def test_the_library_shows_the_entry_again_after_the_release(scene: scenes.Scene) -> None:
    page = CaseStudy.objects.get(title__contains="三本账")
    with opened([page.pk]):
        ResourceAuthor.objects.filter(page=page).update(name=AUTHOR)
    client = Client()
    client.force_login(scene.judges[0].user)
    assert client.get(page.get_url()).status_code == 404
    results.close_round(scene.round, by=scene.office, at=AFTER)
    results.propose_awards(scene.call, by=scene.office, at=AFTER)
    results.release_results(scene.call, by=scene.office, at=AFTER)
    assert client.get(page.get_url()).status_code == 200
