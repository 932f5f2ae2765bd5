"""Stored check runs: findings with dispositions, counts by rule, packs in versions, the re-scan of the library."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from caselib.accounts.enums import Role
from caselib.core import audit, clock, jobs
from caselib.core.errors import ConflictError, RefusedError
from caselib.core.models import Job
from caselib.media.models import CaseDocument, CaseImage
from caselib.resources.models import Attachment, Coverage
from caselib.review.enums import CheckTrigger, Disposition
from caselib.review.jobs import rescan_by_date
from caselib.review.models import BuiltinRule, CheckRun, CommentAnchor, Finding, Rule, RulePack, RulePackVersion
from caselib.review.presenting import lines_of
from caselib.review.scanning.pack_csv import write_pack
from caselib.review.scanning.packs import PackError, ScanRule
from caselib.review.selectors.checks import latest_run
from caselib.review.selectors.stages import comments_on
from caselib.review.services.checking import MAX_FINDINGS
from caselib.review.services.findings import add_comment, dispose
from caselib.review.services.packs import (
    RESCAN,
    export_pack,
    import_pack,
    request_rescan,
    retire_rule,
    switch_builtin,
)
from caselib.review.services.submission import submit_for_review
from caselib.word import model as word
from caselib.word.writer import write_document
from tests import factories
from tests.caselib.review.desk import Desk, manuscript, verdict

pytestmark = pytest.mark.django_db

PHONE = "联系人电话13812345678，家住幸福路12号3幢2单元501室。"
SECRET = "机密★1年"


def body(*texts: str) -> list[dict[str, object]]:
    return [factories.section("做法", *(factories.paragraph(text) for text in texts), kind="practice")]


def security() -> object:
    return factories.UserFactory(roles=[Role.SECURITY_ADMIN])


def test_checks_run_at_submission_and_again_at_every_later_revision() -> None:
    desk = Desk.open(body=body(PHONE))
    [run] = CheckRun.objects.filter(page_id=desk.page.pk)
    assert (run.trigger, run.revision_id) == (CheckTrigger.SUBMISSION, desk.state.revision_id)
    assert {finding.rule for finding in run.findings.all()} >= {"mobile", "home-address"}
    page = desk.now()
    page.abstract = "改过。"
    page.save_revision(user=desk.author)
    assert CheckRun.objects.filter(page_id=desk.page.pk).count() == 2
    assert latest_run(desk.page).trigger == CheckTrigger.REVISION


def test_a_finding_points_at_paragraph_and_characters() -> None:
    from caselib.resources.text import passages

    desk = Desk.open(body=body("前面一段。", PHONE))
    finding = Finding.objects.get(run__page_id=desk.page.pk, rule="mobile")
    piece = passages(desk.state.revision.as_object())[finding.passage]
    assert piece.text[finding.start : finding.end] == "13812345678" == finding.quote


def test_a_line_break_in_a_paragraph_hides_no_term() -> None:
    import_pack("lines", "换行", "key,text,severity\na,坏词语,blocking\n".encode(), by=security())
    broken = {**factories.paragraph("宣扬坏<br/>词语的人。"), "id": "11111111-1111-4111-8111-111111111111"}
    apart = [factories.paragraph("这里坏"), factories.paragraph("词语")]
    desk = Desk.open(body=[factories.section("做法", broken, *apart, kind="practice")])
    [finding] = Finding.objects.filter(run__page_id=desk.page.pk, pack="lines")
    assert finding.quote == "坏词语"
    with pytest.raises(RefusedError):
        desk.decide()


def test_a_blocking_finding_stops_a_pass_until_it_is_dismissed_with_a_reason() -> None:
    desk = Desk.open(body=body(SECRET))
    with pytest.raises(RefusedError) as error:
        desk.decide()
    assert error.value.refusal.code == "open-findings"
    finding = Finding.objects.get(run__page_id=desk.page.pk, rule="secret-mark")
    with pytest.raises(RefusedError):
        dispose(finding, desk.state, Disposition.DISMISSED, reason=" ", by=desk.reader())
    with pytest.raises(RefusedError):
        dispose(finding, desk.state, Disposition.DISMISSED, reason="这是引文", by=desk.author)
    dispose(finding, desk.state, Disposition.DISMISSED, reason="历史文献中的原文，已经解密", by=desk.reader())
    assert BuiltinRule.objects.get(key="secret-mark").dismissals == 1
    assert BuiltinRule.objects.get(key="secret-mark").hits == 1
    dispose(finding, desk.state, Disposition.ACCEPTED, by=desk.reader())
    assert BuiltinRule.objects.get(key="secret-mark").dismissals == 0
    dispose(finding, desk.state, Disposition.DISMISSED, reason="历史文献中的原文，已经解密", by=desk.reader())
    assert desk.decide().outcome == "pass"
    assert audit.verify() is None


def test_a_dismissal_holds_for_the_same_words_in_the_next_revision_only() -> None:
    desk = Desk.open(body=body(SECRET))
    finding = Finding.objects.get(run__page_id=desk.page.pk, rule="secret-mark")
    dispose(finding, desk.state, Disposition.DISMISSED, reason="历史文献，已经解密", by=desk.reader())
    page = desk.now()
    page.body = body(SECRET, "绝密★")
    page.save_revision(user=desk.author)
    found = {row.quote: row.disposition for row in latest_run(desk.page).findings.filter(rule="secret-mark")}
    assert found[finding.quote] == Disposition.DISMISSED
    assert found["绝密★"] == Disposition.OPEN
    with pytest.raises(ConflictError):
        dispose(finding, desk.state, Disposition.FIXED, by=desk.reader())


def test_a_pack_goes_out_and_in_as_csv_and_keeps_counts() -> None:
    boss = security()
    pack = import_pack("wordlist", "词表", "key,text,severity\na,坏词语,blocking\nb,旧称,warning\n".encode(), by=boss)
    assert (pack.version, pack.rules.count()) == (1, 2)
    desk = Desk.open(body=body("这里有坏词语。"))
    assert Finding.objects.get(run__page_id=desk.page.pk, rule="a").severity == "blocking"
    assert Rule.objects.get(pack=pack, key="a").hits == 1
    again = import_pack("wordlist", "", export_pack(pack).replace("旧称", "旧名称").encode(), by=boss)
    assert again.version == 2 and again.name == "词表"
    assert Rule.objects.get(pack=pack, key="a").hits == 1
    assert RulePackVersion.objects.filter(pack=pack).count() == 2
    import_pack("wordlist", "", "key,text\nb,旧名称\n".encode(), by=boss)
    assert Rule.objects.get(pack=pack, key="a").retired_at is not None
    assert "坏词语" not in export_pack(pack)


def test_a_broken_pack_is_refused_with_row_and_reason_and_changes_nothing() -> None:
    with pytest.raises(PackError) as error:
        import_pack("bad", "坏", "key,text,kind\na,好,term\nb,([,pattern\n".encode(), by=security())
    assert [(fault.row, fault.key) for fault in error.value.faults] == [(3, "b")]
    assert not RulePack.objects.filter(code="bad").exists()


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.EDITOR, Role.FINAL_REVIEWER])
def test_only_the_security_administrator_changes_rules(role: Role) -> None:
    user = factories.UserFactory(roles=[role], is_superuser=True)
    with pytest.raises(RefusedError):
        import_pack("x", "x", b"key,text\na,b\n", by=user)
    with pytest.raises(RefusedError):
        switch_builtin("mobile", False, by=user)


def test_a_builtin_rule_is_switched_off() -> None:
    switch_builtin("mobile", False, by=security())
    desk = Desk.open(body=body(PHONE))
    rules = {finding.rule for finding in latest_run(desk.page).findings.all()}
    assert "mobile" not in rules and "home-address" in rules


def test_a_changed_pack_rescans_the_published_library_with_a_report() -> None:
    live = Desk.open(body=body("原来可以用的说法。")).publish()
    factories.draft(body=body("草稿里也有原来可以用的说法。"))
    boss = security()
    pack = import_pack("new", "新", "key,text,severity\na,原来可以用的说法,blocking\n".encode(), by=boss)
    assert Job.objects.filter(kind="review.rescan", state="queued").count() == 1
    jobs.run_pending()
    report = Job.objects.filter(kind="review.rescan").latest("created_at").result
    assert report["items"] == 1
    assert [row["page"] for row in report["worst"]] == [live.pk]
    assert report["packs"]["new"] == 1
    runs = CheckRun.objects.filter(page_id=live.pk, trigger=CheckTrigger.RESCAN).count()
    jobs.start("review.rescan", by=boss)
    jobs.run_pending()
    assert CheckRun.objects.filter(page_id=live.pk, trigger=CheckTrigger.RESCAN).count() == runs == 1
    retire_rule(Rule.objects.get(pack=pack), by=boss)
    jobs.run_pending()
    assert Job.objects.filter(kind="review.rescan").latest("created_at").result["worst"] == []


def test_a_pattern_that_hangs_does_not_stop_a_submission() -> None:
    import_pack("slow", "慢", b"key,text,kind\na,(x|xx)+$,pattern\n", by=security())
    desk = Desk.open(body=body("x" * 3000 + "y"))
    assert "too-slow" in {finding.rule for finding in latest_run(desk.page).findings.all()}


def test_a_comment_on_a_passage_is_wagtails_own_and_makes_nobody_an_editor() -> None:
    desk = Desk.open(body=body("这一段要说清楚。"))
    before = desk.now().latest_revision_id
    made = add_comment(desk.state, "请补充时间。", passage=3, start=0, end=3, by=desk.reader())
    assert made.contentpath.startswith("body.")
    assert [(row.anchor.passage, row.anchor.quote) for row in comments_on(desk.page)] == [(3, "这一段")]
    assert desk.now().latest_revision_id == before
    desk.decide()
    with pytest.raises(RefusedError):
        add_comment(desk.state, "不行", passage=999, by=desk.reader())
    with pytest.raises(RefusedError):
        add_comment(desk.state, " ", passage=0, by=desk.reader())
    with pytest.raises(RefusedError):
        add_comment(desk.state, "我是作者", passage=0, by=desk.author)


def test_missing_source_and_permission_block_a_reprint() -> None:
    desk = Desk.open(source_kind="reprint")
    rules = {finding.rule for finding in latest_run(desk.page).findings.all()}
    assert {"missing-source", "missing-permission"} <= rules
    page = desk.now()
    page.source_title, page.source_by, page.permission = "原文", "某刊", "已获书面许可"
    page.save_revision(user=desk.author)
    assert not latest_run(desk.page).findings.filter(rule__startswith="missing-so").exists()


def test_hostile_text_is_checked_and_stored() -> None:
    page = factories.draft(title="题名", tags=None, abstract="\u202e反向\ufdd0" * 10)
    submit_for_review(page, by=page.owner)
    assert latest_run(page) is not None


def test_a_flood_of_harmless_words_does_not_push_a_secret_marking_out_of_sight() -> None:
    """Findings are shown up to a limit: the gravest first, and what was left out is said."""
    words = [f"寻常{sign}词" for sign in "甲乙丙丁戊己庚辛壬癸子丑"]
    rules = "".join(f"{number},{word},info\n" for number, word in enumerate(words))
    import_pack("wordlist", "词表", f"key,text,severity\n{rules}".encode(), by=security())
    desk = Desk.open(body=body(*[word * 60 for word in words], SECRET))
    run = latest_run(desk.page)
    assert run is not None
    assert run.findings.filter(rule="secret-mark").exists()
    assert run.findings.count() == MAX_FINDINGS + 1
    assert run.findings.get(rule="too-many").severity == "info"
    with pytest.raises(RefusedError):
        desk.decide()


def test_nobody_calls_fixed_what_still_stands_in_the_text() -> None:
    desk = Desk.open(body=body(SECRET))
    finding = Finding.objects.get(run__page_id=desk.page.pk, rule="secret-mark")
    with pytest.raises(RefusedError) as error:
        dispose(finding, desk.state, Disposition.FIXED, reason="已经改了", by=desk.reader())
    assert error.value.refusal.code == "not-fixed"
    with pytest.raises(RefusedError):
        desk.decide()
    page = desk.now()
    page.body = body("不再有标志。")
    page.save_revision(user=desk.author)
    assert Finding.objects.get(pk=finding.pk).disposition == Disposition.FIXED
    assert desk.decide().outcome == "pass"


def test_what_stands_beside_the_text_is_checked_shown_and_commented_on(settings: Any, tmp_path: Path) -> None:
    """Each place a reader meets: a telephone number in any of them is found at its own line."""
    number = "13812345678"
    author = factories.UserFactory(roles=[Role.AUTHOR])
    settings.MEDIA_ROOT = str(tmp_path)
    drawn = BytesIO()
    Image.new("RGB", (4, 3)).save(drawn, "PNG")
    image = CaseImage.objects.create(
        title="图", credit=f"摄影{number}", file=ContentFile(drawn.getvalue(), name="x.png")
    )
    picture = {"type": "image", "value": {"image": image.pk, "caption": "", "alt": "图"}}
    page = manuscript(
        author,
        source_title=f"内刊{number}",
        permission=f"来函{number}",
        body=[factories.section("做法", factories.paragraph("正文。"), picture)],
        authors=[(f"甲{number}", "某校")],
    )
    page.coverage = [Coverage(text=f"报道{number}")]
    page.free_tags.set([f"标签{number}"])
    page.save_revision(user=author)
    submit_for_review(page, by=author)
    run = latest_run(page)
    assert run is not None
    found = {row.passage for row in run.findings.filter(quote=number)}
    lines = lines_of(run.revision, run.findings.all())
    marked = {line.passage.ordinal for line in lines if any(piece.tone == "warning" for piece in line.pieces)}
    headings = {line.passage.heading for line in lines if line.passage.ordinal in found}
    assert len(found) == 6 and found == marked, headings
    desk = Desk(page, author)
    comment = add_comment(desk.state, "请删去电话。", passage=max(found), by=desk.reader())
    assert number in CommentAnchor.objects.get(comment=comment).quote


def pack(*rules: ScanRule) -> None:
    """Make the pack of these rules; its code comes of them, since a scanner is kept by code and version."""
    import_pack(f"late-{rules[0].key}", "新增", write_pack(rules).encode(), by=security())


def run_rescan() -> dict[str, Any]:
    jobs.run_pending()
    return dict(Job.objects.filter(kind=RESCAN).latest("created_at").result)


def test_a_rule_made_while_a_text_is_read_stops_it_too() -> None:
    desk = Desk.open(body=body("这里写着新禁词。"))
    desk.decide()
    pack(ScanRule("k", "新禁词", severity="blocking"))
    with pytest.raises(RefusedError) as error:
        desk.decide()
    assert error.value.refusal.code == "open-findings"
    assert not latest_run(desk.page).findings.filter(rule="k").exists(), "the refused act has left nothing"
    run_rescan()
    run = latest_run(desk.page, desk.state.revision_id)
    assert run.findings.get(rule="k").passage > 0
    assert Rule.objects.get(key="k").hits == 1
    dispose(run.findings.get(rule="k"), desk.state, Disposition.DISMISSED, reason="引文，保留原文。", by=desk.reader())
    desk.decide()
    assert latest_run(desk.page).findings.get(rule="k").disposition == Disposition.DISMISSED
    assert desk.publish().live


def test_the_reader_sees_what_a_rule_made_meanwhile_finds(client: Any) -> None:
    desk = Desk.open(body=body("这里写着新禁词。"))
    pack(ScanRule("k", "新禁词", severity="blocking"))
    state = desk.state
    client.force_login(desk.reader())
    given = verdict(state)
    data = {
        "outcome": "pass",
        "opinion": given.opinion,
        "revision": state.revision_id,
        "checklist": given.checklist or "",
    }
    data |= {f"answer-{key}": value for key, value in given.answers.items()}
    response = client.post(reverse("review:read", args=[state.pk]), data)
    assert response.status_code == 422
    assert "新禁词" in [finding.quote for finding in response.context["findings"]]


def test_a_re_scan_keeps_the_similarity_of_a_text_under_review() -> None:
    words = "".join(chr(0x4E00 + (number * 37) % 5000) for number in range(300))
    Desk.open(body=body(words)).publish()
    desk = Desk.open(body=body(words))
    percent = latest_run(desk.page).similarity_percent
    assert percent > 0
    pack(ScanRule("k", "新禁词"))
    run_rescan()
    assert latest_run(desk.page).similarity_percent == percent
    assert latest_run(desk.page).similarities.exists()


def test_a_remark_that_was_dismissed_is_open_again_once_it_blocks() -> None:
    pack(ScanRule("weight", "争议词", severity="warning"))
    desk = Desk.open(body=body("这里写着争议词。"))
    dispose(
        latest_run(desk.page).findings.get(rule="weight"),
        desk.state,
        Disposition.DISMISSED,
        reason="暂可使用。",
        by=desk.reader(),
    )
    pack(ScanRule("weight", "争议词", severity="blocking"))
    with pytest.raises(RefusedError):
        desk.decide()


def test_what_was_left_out_of_a_long_list_is_not_dismissed_for_another_text() -> None:
    desk = Desk.open(body=body(*[SECRET] * (MAX_FINDINGS + 5)))
    first = latest_run(desk.page).findings.get(rule="too-many")
    dispose(first, desk.state, Disposition.DISMISSED, reason="已逐处核对。", by=desk.reader())
    page = desk.now()
    page.body = body(*[SECRET] * (MAX_FINDINGS + 90))
    page.save_revision(user=desk.author)
    assert latest_run(desk.page).findings.get(rule="too-many").disposition == Disposition.OPEN


def test_a_dated_rule_finds_what_is_published_once_it_is_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    day = clock.today() + timedelta(days=3)
    Desk.open(body=body("这里写着旧称谓。")).publish()
    pack(ScanRule("dated", "旧称谓", since=day))
    run_rescan()
    assert not Finding.objects.filter(rule="dated").exists()
    assert rescan_by_date(clock.today()) is None
    monkeypatch.setattr(clock, "today", lambda: day)
    assert rescan_by_date(day) is not None
    run_rescan()
    assert Finding.objects.filter(rule="dated").count() == 1


def test_a_builtin_rule_that_is_switched_on_again_finds_what_is_published() -> None:
    by = security()
    switch_builtin("mobile", False, by=by)
    Desk.open(body=body(PHONE)).publish()
    pack(ScanRule("k", "新禁词"))
    run_rescan()
    switch_builtin("mobile", True, by=by)
    request_rescan(by=by)
    run_rescan()
    assert Finding.objects.filter(rule="mobile").exists()


def test_a_re_scan_of_what_is_live_does_not_undo_the_dismissals_of_a_newer_text() -> None:
    desk = Desk.open()
    page = desk.publish()
    draft = page.get_latest_revision_as_object()
    draft.body = body(SECRET)
    draft.save_revision(user=desk.author)
    submit_for_review(page, by=desk.author)
    dispose(
        latest_run(page).findings.get(rule="secret-mark"),
        desk.state,
        Disposition.DISMISSED,
        reason="已解密。",
        by=desk.reader(),
    )
    pack(ScanRule("k", "新禁词"))
    run_rescan()
    draft = desk.now().get_latest_revision_as_object()
    draft.abstract = "再改一处。"
    draft.save_revision(user=desk.author)
    assert latest_run(page).findings.get(rule="secret-mark").disposition == Disposition.DISMISSED


def with_file(data: bytes, name: str, tmp_path: Path, settings: Any) -> Desk:
    """Return a desk whose manuscript has the file attached, submitted."""
    settings.MEDIA_ROOT = tmp_path
    author = factories.UserFactory(roles=[Role.AUTHOR])
    page = manuscript(author)
    document = CaseDocument.objects.create(title=name, file=ContentFile(data, name=name), uploaded_by_user=author)
    draft = page.get_latest_revision_as_object()
    draft.attachments.add(Attachment(document=document, title="课堂讲义"))
    draft.save_revision(user=author)
    desk = Desk(page, author)
    submit_for_review(page, by=author)
    return desk


@pytest.mark.parametrize("name", ["handout.txt", "handout.docx"])
def test_what_stands_in_an_attached_file_is_checked(name: str, tmp_path: Path, settings: Any) -> None:
    lines = ["机密★10年", "关于坏词", "语的说明，联系电话13812345678。", "再写一遍坏词语。"]
    pack(ScanRule("files", "坏词语", severity="blocking"))
    blocks = tuple(word.Paragraph((word.Run(line),)) for line in lines)
    data = write_document(word.Document(blocks)) if name.endswith("docx") else "\n".join(lines).encode()
    desk = with_file(data, name, tmp_path, settings)
    [unread] = latest_run(desk.page).findings.filter(rule="attachment-unread")
    assert unread.quote == "课堂讲义"
    jobs.run_pending()
    run = latest_run(desk.page)
    found = {finding.rule: finding for finding in run.findings.all()}
    assert {"secret-mark", "files", "mobile"} <= set(found) and "attachment-unread" not in found
    assert "课堂讲义" in found["files"].message and "2" in found["files"].message and found["files"].passage == -1
    with pytest.raises(RefusedError):
        desk.decide()
    for rule in ("secret-mark", "files"):
        dispose(found[rule], desk.state, Disposition.DISMISSED, reason="已核对，可以附上。", by=desk.reader())
    desk.decide()
    assert desk.publish().live


def test_a_file_without_text_is_named_to_the_reader(tmp_path: Path, settings: Any) -> None:
    desk = with_file(b"PK\x03\x04nothing", "pictures.zip", tmp_path, settings)
    jobs.run_pending()
    [finding] = latest_run(desk.page).findings.filter(rule="attachment-unread")
    assert (finding.severity, finding.quote) == ("warning", "课堂讲义")
    runs = CheckRun.objects.count()
    desk.decide()
    assert desk.publish().live
    assert CheckRun.objects.count() == runs, "what could not be read is not read again at each stage"


def test_a_re_scan_reads_the_files_of_what_is_published(tmp_path: Path, settings: Any) -> None:
    desk = with_file("这里写着新近禁用的词。".encode(), "handout.txt", tmp_path, settings)
    jobs.run_pending()
    desk.publish()
    pack(ScanRule("published", "新近禁用"))
    run_rescan()
    assert latest_run(desk.page).findings.filter(rule="published").count() == 1
