"""Receive, read, accept: the walk of an upload, and who may do what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import clock, jobs
from caselib.core.enums import JobState
from caselib.core.errors import ConflictError, RefusedError
from caselib.core.models import AuditRecord, Job
from caselib.ingest import deciding, metadata, services
from caselib.ingest.enums import BatchState, ItemState
from caselib.ingest.forms import CorrectionForm
from caselib.ingest.messages import refusal_text
from caselib.ingest.models import ImportBatch, ImportItem
from caselib.ingest.suggesting import suggest
from caselib.media.models import CaseImage
from caselib.resources.models import CaseStudy, LessonPlan
from caselib.resources.text import plain_text
from tests.caselib.word.packages import cell, docx, p, picture, r, table, zipped
from tests.caselib.word.test_read_structure import BOLD, LONG, png

pytestmark = pytest.mark.django_db
UserOf = Callable[..., User]


def manuscript(title: str = "小院议事厅") -> bytes:
    body = p(title, props='<w:jc w:val="center"/>', run='<w:b/><w:sz w:val="36"/>') + p(
        "云岭县委党校　李明", props='<w:jc w:val="center"/>'
    )
    body += (
        p("一、案例背景", run=BOLD)
        + p(LONG + "&lt;script&gt;")
        + p("二、主要做法", run=BOLD)
        + p("（一）先议后办", run=BOLD)
    )
    body += (
        p(inner=r("先定规矩。", BOLD) + r(LONG))
        + p("表1 户数", props='<w:jc w:val="center"/>')
        + table([cell("户"), cell("数")], [cell("甲"), cell("3")])
    )
    body += (
        p(inner=picture("img", "院子"))
        + p("图1 院子里的会", props='<w:jc w:val="center"/>')
        + p("三、成果成效", run=BOLD)
        + p(LONG)
    )
    return docx(body, parts={"word/media/a.png": png()}, links=[("img", "image", "media/a.png")])


def upload(data: bytes, by: User, name: str = "议事厅.docx") -> services.Stored:
    stored = services.receive_upload(SimpleUploadedFile(name, data), by=by)
    jobs.run_pending()
    stored.batch.refresh_from_db()
    return stored


def test_a_manuscript_becomes_a_draft(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    batch = upload(manuscript(), author).batch
    assert batch.state == BatchState.READ and Path(batch.file.path).read_bytes() == manuscript()
    item = batch.items.get()
    assert (item.title, item.unit_name, item.authors, item.tables, item.images) == (
        "小院议事厅",
        "云岭县委党校",
        ["李明"],
        1,
        1,
    )
    page = deciding.accept_item(item, by=author)
    assert isinstance(page, CaseStudy) and not page.live and page.unit == author.unit
    draft = page.get_latest_revision_as_object()
    assert [section.value["kind"] for section in draft.body] == ["background", "practice", "outcome"]
    kinds = [child.block_type for child in draft.body[1].value["content"]]
    assert kinds == ["heading", "lead", "table", "image"]
    assert "&lt;script&gt;" in str(draft.body[0].value["content"][0].value), "text is escaped, never markup"
    assert [(author.name, author.unit_name) for author in draft.authors.all()] == [("李明", "云岭县委党校")]
    assert CaseImage.objects.count() == 1 and LONG in plain_text(draft)
    item.refresh_from_db()
    assert (item.state, item.page_id, item.decided_by) == (ItemState.ACCEPTED, page.pk, author)
    assert set(AuditRecord.objects.values_list("verb", flat=True)) >= {
        "ingest.received",
        "ingest.read",
        "ingest.accepted",
    }


def test_corrections_win(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    item = upload(manuscript(), author).batch.items.get()
    page = deciding.accept_item(
        item,
        by=author,
        corrections={
            "title": "改过的题目",
            "kind": "lessonplan",
            "authors": ["赵平", ""],
            "unit_name": "县委",
            "abstract": "概要",
            "tags": {"topics": ["乡村振兴"]},
        },
    )
    assert isinstance(page, LessonPlan) and (page.title, page.abstract) == ("改过的题目", "概要")
    assert [author.name for author in page.authors.all()] == ["赵平"]
    assert [term.name for term in page.topics.all()] == ["乡村振兴"]


def test_the_same_file_is_imported_once(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    upload(manuscript(), author)
    for person in (author, user_of(Role.EDITOR)):
        again = upload(manuscript(), person, name="另一个名字.docx")
        assert again.known and again.batch.name == "议事厅.docx" and not again.elsewhere
    assert ImportBatch.objects.count() == ImportItem.objects.count() == 1


def test_the_same_file_sent_twice_at_once_leaves_no_second_copy(
    user_of: UserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second looks before the first has written, as it does in another process."""
    author, data = user_of(Role.AUTHOR), manuscript("两次点击")
    upload(data, author)
    folder = Path(ImportBatch.objects.get().file.path).parent
    before = set(folder.iterdir())
    whole = services.ImportBatch.objects.filter
    looked: list[object] = []

    def not_there_yet(*given: object, **named: object) -> object:
        looked.append(named)
        return whole(*given, **named).none() if len(looked) == 1 else whole(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(services.ImportBatch.objects, "filter", not_there_yet)
        again = services.receive_upload(SimpleUploadedFile("再.docx", data), by=author)
    assert again.known and again.batch == ImportBatch.objects.get()
    assert set(folder.iterdir()) == before


def test_a_second_person_has_an_upload_of_their_own(user_of: UserOf) -> None:
    first, second = user_of(Role.AUTHOR), user_of(Role.TEACHER)
    hers = upload(manuscript(), first, name="内部讨论稿.docx")
    his = upload(manuscript(), second)
    assert not his.known and his.elsewhere and his.batch.items.get().title == "小院议事厅"
    assert [warning["code"] for warning in his.batch.warnings][-1:] == ["uploaded_elsewhere"]
    assert "内部讨论稿" not in str(his.batch.warnings) and "uploaded_elsewhere" not in str(hers.batch.warnings)
    assert deciding.accept_item(his.batch.items.get(), by=second).owner == second
    assert hers.batch.items.get().state == ItemState.WAITING
    again = upload(manuscript(), second, name="再来一次.docx")
    assert again.known and again.batch == his.batch


def test_an_archive_does_not_tell_what_others_have_uploaded(user_of: UserOf) -> None:
    upload(manuscript(), user_of(Role.AUTHOR), name="内部讨论稿.docx")
    batch = upload(zipped({"同一篇.docx": manuscript()}), user_of(Role.AUTHOR), "一篇.zip").batch
    assert [member.name for member in batch.members.all()] == ["同一篇.docx"]
    assert "内部讨论稿" not in str(batch.warnings)


def test_an_item_is_decided_once(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    item = upload(manuscript(), author).batch.items.get()
    stale = ImportItem.objects.get(pk=item.pk)
    deciding.reject_item(item, by=author)
    with pytest.raises(ConflictError):
        deciding.accept_item(stale, by=author)
    deciding.take_back(item, by=author)
    deciding.accept_item(stale, by=author)
    with pytest.raises(ConflictError):
        deciding.accept_item(item, by=author)
    assert CaseStudy.objects.count() == 1


def test_who_may(user_of: UserOf) -> None:
    author, other, editor, trainee = (
        user_of(Role.AUTHOR),
        user_of(Role.AUTHOR),
        user_of(Role.EDITOR),
        user_of(Role.TRAINEE),
    )
    with pytest.raises(RefusedError):
        services.receive_upload(SimpleUploadedFile("a.docx", manuscript()), by=trainee)
    item = upload(manuscript(), author).batch.items.get()
    with pytest.raises(RefusedError):
        deciding.accept_item(item, by=other)
    assert deciding.accept_item(item, by=editor).unit == editor.unit
    with pytest.raises(RefusedError):
        services.receive_upload(SimpleUploadedFile("a.docx", b""), by=author)
    homeless = user_of(Role.AUTHOR, unit=None)
    with pytest.raises(RefusedError):
        services.receive_upload(SimpleUploadedFile("a.docx", manuscript()), by=homeless)


def test_a_refused_file_can_be_tried_again(user_of: UserOf, monkeypatch: pytest.MonkeyPatch) -> None:
    author = user_of(Role.AUTHOR)
    monkeypatch.setenv("CASELIB_SOFFICE", "")
    batch = upload(b"{\\rtf1 \\u26696?}", author, "旧稿.rtf").batch
    assert (batch.state, batch.code) == (BatchState.REFUSED, "no_converter")
    again = services.receive_upload(SimpleUploadedFile("旧稿.rtf", b"{\\rtf1 \\u26696?}"), by=author)
    assert again.known and again.batch.state == BatchState.RECEIVED
    jobs.run_pending()
    with pytest.raises(RefusedError):
        done = upload(manuscript(), author).batch
        services.read_again(done, by=author)


def test_an_archive_gives_its_files(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    data = zipped(
        {
            "甲.docx": manuscript("甲村的做法"),
            "里/乙.txt": "乙村的做法\n\n" + LONG,
            "坏.docx": b"PK\x03\x04xx",
            "套.zip": zipped({"x.txt": "x"}),
        }
    )
    batch = upload(data, author, "一批.zip").batch
    assert batch.state == BatchState.READ
    states = {member.name: (member.state, member.code) for member in batch.members.all()}
    assert states == {
        "甲.docx": ("read", ""),
        "乙.txt": ("read", ""),
        "坏.docx": ("refused", "damaged"),
        "套.zip": ("refused", "nested_zip"),
    }
    assert {item.title for item in ImportItem.objects.all()} == {"甲村的做法", "乙村的做法"}
    assert upload(manuscript("甲村的做法"), author).known, "a file of an archive is known by its own content"


def test_a_job_that_runs_twice_reads_once(user_of: UserOf) -> None:
    batch = upload(manuscript(), user_of(Role.AUTHOR)).batch
    services.read_batch(batch)
    assert batch.items.count() == 1


def test_names_from_clients(user_of: UserOf) -> None:
    batch = upload(manuscript(), user_of(Role.AUTHOR), "C:\\稿\\..\\议\x07事.docx").batch
    assert batch.name == "议事.docx" and "/imports/" in batch.file.path.replace("\\", "/")


def test_a_term_within_another_word_or_mentioned_in_passing_is_not_suggested() -> None:
    texts = (
        "依照行政法规办理，行政法规另有规定的除外。" * 4,
        "政法工作要抓实。" + "其他的话说了很多。" * 900 + "政法工作。",
    )
    assert [entry["name"] for text in texts for entry in suggest("办法", text) if entry["axis"] == "sectors"] == []
    assert "政法" in [
        entry["name"] for entry in suggest("办法", "政法机关开展政法队伍教育。") if entry["axis"] == "sectors"
    ]


def test_terms_are_suggested_with_a_reason_and_not_applied(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    item = upload(manuscript("乡村振兴里的小院"), author).batch.items.get()
    assert {
        "axis": "topics",
        "name": "乡村振兴",
        "reason": "words",
        "detail": "乡村振兴×1",
    }.items() <= item.suggestions[0].items()
    page = deciding.accept_item(item, by=author)
    assert not page.topics.all()


class _Killed(BaseException):
    """What a worker's death looks like from inside: nothing catches it, nothing is tidied up."""


def test_a_worker_that_dies_in_the_middle_of_an_archive_loses_nothing(
    user_of: UserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = user_of(Role.AUTHOR)
    data = zipped({f"{name}.docx": manuscript(f"{name}村的办法") for name in "甲乙丙"})
    keep = services.keep_reading
    calls: list[str] = []

    def dying(batch: ImportBatch, *args: object, **kwargs: object) -> None:
        calls.append(batch.name)
        if len(calls) == 2:
            raise _Killed
        keep(batch, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "keep_reading", dying)
    stored = services.receive_upload(SimpleUploadedFile("三村.zip", data), by=author)
    with pytest.raises(_Killed):
        jobs.run_pending()
    stored.batch.refresh_from_db()
    assert stored.batch.state == BatchState.RECEIVED, "the archive is not done"
    assert [member.name for member in stored.batch.members.all()] == ["甲.docx"], "nothing half-written"

    Job.objects.update(heartbeat_at=clock.now() - timedelta(hours=1))
    assert jobs.recover() == 1
    jobs.run_pending()
    stored.batch.refresh_from_db()
    assert stored.batch.state == BatchState.READ
    assert sorted(member.items.get().title for member in stored.batch.members.all()) == sorted(
        f"{name}村的办法" for name in "甲乙丙"
    )
    assert calls == ["甲.docx", "乙.docx", "乙.docx", "丙.docx", "三村.zip"], "what was kept is not read again"


def test_a_reading_that_was_given_up_can_be_tried_again(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    stored = services.receive_upload(SimpleUploadedFile("稿.docx", manuscript()), by=author)
    with pytest.raises(RefusedError):
        services.read_again(stored.batch, by=author)
    Job.objects.update(state=JobState.FAILED)
    stored.batch.refresh_from_db()
    services.read_again(stored.batch, by=author)
    jobs.run_pending()
    assert ImportItem.objects.get().title == "小院议事厅"


def test_a_file_of_an_archive_that_is_there_already_is_told(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    upload(manuscript(), author)
    batch = upload(
        zipped({"同一篇.docx": manuscript(), "另一篇.docx": manuscript("另一篇的办法")}), author, "两篇.zip"
    ).batch
    assert [member.name for member in batch.members.all()] == ["另一篇.docx"]
    told = [warning["text"] for warning in batch.warnings if warning["code"] == "member_known"]
    assert told == ["同一篇.docx = 议事厅.docx"]


@pytest.mark.parametrize(
    ("bylines", "corrections", "authors"),
    [
        (
            ("作者：李明（云岭县委党校）", "赵平（云岭县审批局）"),
            {},
            [("李明", "云岭县委党校"), ("赵平", "云岭县审批局")],
        ),
        (
            ("作者：李明（云岭县委党校）", "赵平（云岭县审批局）"),
            {"unit_name": "松岭市委党校"},
            [("李明", "松岭市委党校"), ("赵平", "松岭市委党校")],
        ),
        (("供稿：云岭县审批局",), {}, [("云岭县审批局", "")]),
    ],
    ids=["two units", "corrected", "a unit only"],
)
def test_nobody_is_put_into_another_unit_or_in_the_place_of_one(
    user_of: UserOf, bylines: tuple[str, ...], corrections: dict[str, str], authors: list[tuple[str, str]]
) -> None:
    """All authors got the first unit, and what a unit signed was put down to whoever uploaded it."""
    editor = user_of(Role.EDITOR)
    centre = '<w:jc w:val="center"/>'
    body = p("小院议事厅", props=centre, run='<w:b/><w:sz w:val="36"/>')
    body += "".join(p(line, props=centre) for line in bylines)
    body += p("一、案例背景", run=BOLD) + p(LONG) + p("二、主要做法", run=BOLD) + p(LONG)

    page = deciding.accept_item(upload(docx(body), editor).batch.items.get(), by=editor, corrections=corrections)

    found = page.get_latest_revision_as_object().authors.all()
    assert [(author.name, author.unit_name) for author in found] == authors


def test_a_cell_of_thousands_of_unknown_words_is_named_by_its_first(user_of: UserOf) -> None:
    words = [f"家风建设之{number}" for number in range(3000)]
    (row,) = metadata.plan([["题名", "主题"], ["一篇", "、".join(words)]], by=user_of(Role.AUTHOR))
    (problem,) = row.problems
    assert problem.count("家风建设之") == 10
    assert problem.count("是否") == 3


def test_the_teaching_note_of_a_case_is_for_teachers(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    names = ["案例正文", "思考题", "案例使用说明", "一、教学目的与用途", "二、启发思考题的分析思路", "参考文献"]
    body = p("小院议事厅", props='<w:jc w:val="center"/>', run='<w:b/><w:sz w:val="36"/>')
    body += "".join(p(name, props='<w:outlineLvl w:val="0"/>') + p(LONG) for name in names)
    item = upload(docx(body), author).batch.items.get()
    page = deciding.accept_item(item, by=author)
    assert isinstance(page, CaseStudy)
    seen = {section.value["heading"]: section.value["audience"] for section in page.body}
    assert seen == {name: "teacher" if name in names[2:5] else "learner" for name in names}
    told = [warning["text"] for warning in item.warnings if warning["code"] == "section_guarded"]
    assert told == names[2:5]


def test_a_text_made_of_answers_is_for_teachers_in_all_its_sections(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    body = p("期末试卷参考答案", props='<w:jc w:val="center"/>', run='<w:b/><w:sz w:val="36"/>')
    body += "".join(p(name, props='<w:outlineLvl w:val="0"/>') + p(LONG) for name in ("一、论述题", "二、案例分析题"))
    page = deciding.accept_item(upload(docx(body), author).batch.items.get(), by=author)
    assert page.title == "期末试卷参考答案"
    assert {section.value["audience"] for section in page.specific.body} == {"teacher"}


def test_a_teaching_note_below_another_section_is_for_teachers_too(user_of: UserOf) -> None:
    """An audience is set for sections of the first level: what gives answers rises to it, and what stands beside it."""
    author = user_of(Role.AUTHOR)
    outline = [
        (0, "案例正文"), (1, "背景"), (1, "经过"), (0, "附录材料"), (1, "案例使用说明"), (2, "分析思路"), (1, "延伸阅读"), (0, "思考题"),
        (1, "第一题"), (1, "参考答案"),
    ]  # fmt: skip
    body = p("小院议事厅", props='<w:jc w:val="center"/>', run='<w:b/><w:sz w:val="36"/>')
    for number, (level, name) in enumerate(outline):
        body += p(name, props=f'<w:outlineLvl w:val="{level}"/>') + p(f"第{number}段，{LONG}")
    item = upload(docx(body), author).batch.items.get()
    page = deciding.accept_item(item, by=author)
    assert isinstance(page, CaseStudy)
    assert [(section.value["heading"], section.value["audience"]) for section in page.body] == [
        ("案例正文", "learner"), ("附录材料", "learner"), ("案例使用说明", "teacher"), ("延伸阅读", "learner"), ("思考题", "learner"),
        ("参考答案", "teacher"),
    ]  # fmt: skip
    told = [warning["text"] for warning in item.warnings if warning["code"] == "section_guarded"]
    assert told == ["案例使用说明", "参考答案"]
    assert "分析思路" in str(page.body[2].value["content"])


ABSTRACT = "本案例讲述河西村公开账本的经过，分析群众监督的作用。"


@pytest.mark.parametrize(
    "front", [p(f"【摘要】{ABSTRACT}"), p(f"内容提要：{ABSTRACT}"), p("摘　要", run=BOLD) + p(ABSTRACT)]
)
def test_the_abstract_of_a_manuscript_becomes_that_of_the_draft(user_of: UserOf, front: str) -> None:
    author = user_of(Role.AUTHOR)
    body = p("小院议事厅", props='<w:jc w:val="center"/>', run='<w:b/><w:sz w:val="36"/>') + front
    body += p("【关键词】议事；监督") + p("一、案例背景", run=BOLD) + p(LONG) + p("二、主要做法", run=BOLD) + p(LONG)
    item = upload(docx(body), author).batch.items.get()
    assert [warning["text"] for warning in item.warnings if warning["code"] == "abstract_found"] == [ABSTRACT]
    assert CorrectionForm(item=item).initial["abstract"] == ABSTRACT
    page = deciding.accept_item(item, by=author)
    assert isinstance(page, CaseStudy)
    assert page.abstract == ABSTRACT
    assert plain_text(page).count(ABSTRACT) == 1


def test_an_abstract_that_was_taken_out_of_the_form_stays_in_the_text(user_of: UserOf) -> None:
    author = user_of(Role.AUTHOR)
    body = p("小院议事厅", props='<w:jc w:val="center"/>', run='<w:b/><w:sz w:val="36"/>') + p(f"摘要：{ABSTRACT}")
    body += p("一、案例背景", run=BOLD) + p(LONG) + p("二、摘要制度的做法", run=BOLD) + p(LONG)
    item = upload(docx(body), author).batch.items.get()
    page = deciding.accept_item(item, by=author, corrections={"abstract": ""})
    assert isinstance(page, CaseStudy)
    assert page.abstract == "" and ABSTRACT in plain_text(page)


def test_a_pdf_is_told_what_to_do_with() -> None:
    with translation.override("zh-hans"):
        assert "另存为 .docx" in refusal_text("not_a_manuscript", "pdf")
        assert "另存为 .docx" not in refusal_text("not_a_manuscript", "picture")
