"""The review desk in the browser: what each person sees, sends and is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Task, Workflow

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.resources.enums import Kind
from caselib.resources.filing import folder_for
from caselib.resources.models.parts import ResourceAuthor
from caselib.review.enums import Outcome
from caselib.review.models import Checklist, Decision, Finding, RulePack, Similarity, StageState
from caselib.review.services.submission import recall, submit_for_review
from tests import factories
from tests.caselib.review.desk import Desk, manuscript, verdict
from tests.caselib.review.test_after_publication import PARAGRAPH

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(*texts: str) -> list[dict[str, Any]]:
    return [factories.section("做法", *(factories.paragraph(text) for text in texts), kind="practice")]


def sent(state: StageState, **kwargs: Any) -> dict[str, Any]:
    """What the verdict form sends."""
    given = verdict(state)
    values: dict[str, Any] = {
        "revision": given.revision,
        "checklist": given.checklist,
        "outcome": "pass",
        "opinion": given.opinion,
    }
    return values | {f"answer-{key}": value for key, value in given.answers.items()} | kwargs


def test_the_page_shows_text_findings_checklist_and_opinion() -> None:
    desk = Desk.open(body=body("联系电话13812345678。<b>粗</b>&lt;script&gt;"))
    html = signed_in(desk.reader()).get(reverse("review:read", args=[desk.state.pk])).content.decode()
    finding = Finding.objects.get(run__page_id=desk.page.pk, rule="mobile")
    assert f'data-for="finding-{finding.pk}"' in html and f'id="at-finding-{finding.pk}"' in html
    assert 'name="opinion"' in html and 'name="answer-q1"' in html
    assert "&lt;script&gt;" in html and "<script>&" not in html


def test_a_complete_verdict_hands_the_text_on() -> None:
    desk = Desk.open()
    state = desk.state
    response = signed_in(desk.reader()).post(reverse("review:read", args=[state.pk]), sent(state))
    assert response.status_code == 302
    assert desk.state.task.name == "复审"


def test_a_verdict_sent_twice_is_said_twice_and_a_second_one_is_refused() -> None:
    """The answer of a second click is the one that is seen: it must not say that nothing was decided."""
    desk = Desk.open()
    state, client = desk.state, signed_in(desk.reader())
    url = reverse("review:read", args=[state.pk])
    said = []
    for _click in range(2):
        answer = client.post(url, sent(state), follow=True)
        said.append([str(message) for message in answer.context["messages"]])
    assert said[0] == said[1] != [] and Decision.objects.count() == 1
    assert client.post(url, sent(state, outcome="return")).status_code == 409
    recall(desk.page, by=desk.author)
    assert client.post(url, sent(state)).status_code == 409, "it no longer counts"


def test_a_refused_verdict_keeps_what_was_written_and_says_why() -> None:
    desk = Desk.open()
    state, client = desk.state, signed_in(desk.reader())
    url = reverse("review:read", args=[state.pk])
    response = client.post(url, sent(state, opinion="我写了半天的短意见"))
    assert response.status_code == 422
    html = response.content.decode()
    assert "我写了半天的短意见" in html and 'id="refused"' in html
    stale = client.post(url, sent(state, revision=state.revision_id + 999))
    assert stale.status_code == 409
    desk.decide()
    assert client.post(url, sent(state, outcome="return")).status_code == 409
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"revision": "x"},
        {"revision": "9" * 40},
        {"outcome": "publish"},
        {"opinion": "\x00" * 60},
        {"answer-q1": "<b>"},
        {"return_to": "-1"},
        {"checklist": "1e9"},
        {"answer-q99": "yes"},
    ],
)
def test_hostile_verdicts_are_answered_without_a_fault(change: dict[str, str]) -> None:
    desk = Desk.open()
    state = desk.state
    response = signed_in(desk.reader()).post(reverse("review:read", args=[state.pk]), sent(state, **change))
    assert response.status_code in (302, 400, 409, 422)


@pytest.mark.parametrize("pk", [0, 999_999, 2**63, 10**30])
def test_forged_numbers_are_404(pk: int, client_of: Any) -> None:
    client = client_of(Role.FIRST_REVIEWER, Role.EDITOR)
    for name in ("read", "manuscript", "withdraw", "circulation", "dossier"):
        assert client.get(reverse(f"review:{name}", args=[pk])).status_code == 404
    for name in ("comment", "resolve", "submit"):
        assert client.post(reverse(f"review:{name}", args=[pk])).status_code == 404


def test_who_may_not_decide_reads_why_instead_of_a_button() -> None:
    everybody = factories.UserFactory(roles=[Role.FIRST_REVIEWER, Role.SECOND_REVIEWER])
    desk = Desk.open()
    desk.decide(by=everybody)
    html = signed_in(everybody).get(reverse("review:read", args=[desk.state.pk])).content.decode()
    assert 'data-code="other-stage"' in html and 'name="opinion"' not in html


def test_the_manuscript_of_somebody_else_does_not_exist_for_authors(client_of: Any) -> None:
    desk = Desk.open()
    client = client_of(Role.AUTHOR)
    assert client.get(reverse("review:manuscript", args=[desk.page.pk])).status_code == 404
    assert client.get(reverse("review:read", args=[desk.state.pk])).status_code == 404
    assert client.post(reverse("review:submit", args=[desk.page.pk])).status_code == 404
    assert client.get(reverse("review:preview", args=[desk.state.pk])).status_code == 404


def test_the_author_reads_the_opinion_and_submits_again() -> None:
    desk = Desk.open()
    desk.decide("return", opinion="请补充第二部分的数据来源，核对三处时间，统一人物称谓以后再次提交审读。")
    client = signed_in(desk.author)
    html = client.get(reverse("review:manuscript", args=[desk.page.pk])).content.decode()
    assert "请补充第二部分的数据来源" in html
    assert client.get(reverse("review:manuscripts")).content.decode().count(desk.page.title) >= 1
    assert client.post(reverse("review:submit", args=[desk.page.pk])).status_code == 302
    assert desk.state.task.name == "初审"
    client.post(reverse("review:take_back", args=[desk.page.pk]))
    assert not StageState.objects.filter(status="in_progress").exists()


def test_a_draft_that_was_never_submitted_is_not_the_reviewers_to_read() -> None:
    page = manuscript(factories.UserFactory(roles=[Role.AUTHOR]))
    for name in ("review:manuscript", "review:dossier"):
        url = reverse(name, args=[page.pk])
        for role, status in ((Role.FIRST_REVIEWER, 404), (Role.FINAL_REVIEWER, 404), (Role.EDITOR, 200)):
            assert signed_in(factories.UserFactory(roles=[role])).get(url).status_code == status, (name, role)
    submit_for_review(page, by=page.owner)
    reader = signed_in(factories.UserFactory(roles=[Role.FIRST_REVIEWER]))
    assert reader.get(reverse("review:manuscript", args=[page.pk])).status_code == 200


def test_findings_and_comments_are_recorded_from_the_page() -> None:
    desk = Desk.open(body=body("联系电话13812345678。"))
    state, client = desk.state, signed_in(desk.reader())
    finding = Finding.objects.get(run__page_id=desk.page.pk, rule="mobile")
    url = reverse("review:finding", args=[state.pk, finding.pk])
    client.post(url, {"disposition": "dismissed", "reason": ""})
    assert Finding.objects.get(pk=finding.pk).disposition == "open"
    for wrong, said in (({"disposition": "dismissed"}, "理由"), ({"disposition": "?"}, "请选择")):
        partial = client.post(url, wrong, headers={"HX-Request": "true"})
        html = partial.content.decode()
        assert partial.status_code == 200 and html.strip().startswith("<li") and 'role="alert"' in html and said in html
    partial = client.post(
        url, {"disposition": "dismissed", "reason": "单位公开的值班电话"}, headers={"HX-Request": "true"}
    )
    assert partial.status_code == 200 and f'id="finding-{finding.pk}"' in partial.content.decode()
    assert Finding.objects.get(pk=finding.pk).disposition == "dismissed"
    response = client.post(
        reverse("review:comment", args=[state.pk]), {"text": "请核对。", "passage": 4, "start": 0, "end": 2}
    )
    assert "#comment-" in response["Location"]
    html = client.get(reverse("review:read", args=[state.pk])).content.decode()
    assert "请核对。" in html and "mark--comment" in html
    for wrong in ({"text": "x", "passage": "0"}, {"text": "", "passage": 1}, {"text": "x", "passage": 10**9}):
        assert client.post(reverse("review:comment", args=[state.pk]), wrong).status_code == 302


def test_the_next_reader_sees_what_changed() -> None:
    desk = Desk.open(body=body("原来的一段。", "不变的一段。"))
    desk.decide("return")
    old = desk.now().latest_revision_id
    page = desk.now()
    page.body = body("改过的一段。", "不变的一段。")
    page.save_revision(user=desk.author)
    client = signed_in(desk.author)
    client.post(reverse("review:submit", args=[desk.page.pk]))
    reader = signed_in(desk.reader())
    html = reader.get(reverse("review:read", args=[desk.state.pk])).content.decode()
    assert html.count("manuscript__line--changed") == 1
    diff = reader.get(reverse("review:compare", args=[desk.state.pk, old])).content.decode()
    assert "改过" in diff


def test_shared_passages_stand_side_by_side() -> None:
    Desk.open(body=body(PARAGRAPH)).publish()
    desk = Desk.open(body=body(PARAGRAPH, "另外一段。"))
    row = Similarity.objects.get(run__page_id=desk.page.pk)
    client = signed_in(desk.reader())
    html = client.get(reverse("review:similar", args=[desk.state.pk, row.pk])).content.decode()
    assert html.count(PARAGRAPH[:20]) == 2
    assert "mark--shared" in client.get(reverse("review:read", args=[desk.state.pk])).content.decode()


def test_the_preview_shows_the_text_under_review_only_to_the_office() -> None:
    desk = Desk.open(body=body("预览里的一句话。"))
    response = signed_in(desk.reader()).get(reverse("review:preview", args=[desk.state.pk]))
    assert response.status_code == 200 and "no-store" in response["Cache-Control"]
    response.render() if hasattr(response, "render") and not response.is_rendered else None
    assert "预览里的一句话" in response.content.decode()
    assert reverse("catalogue:resource_qr", args=[desk.page.pk]) not in response.content.decode()


def test_the_preview_of_a_revised_page_shows_the_revision_and_readers_keep_what_is_published() -> None:
    """What readers see is kept in pieces by the live version; a preview must neither be shown those nor fill them."""
    desk = Desk.open(body=body("发布时的一句话。"))
    desk.publish()
    page = desk.now()
    page.title, page.body = "修订后的题名", body("修订里的一句话。")
    page.authors.add(ResourceAuthor(name="后来的作者"))
    page.save_revision(user=desk.author)
    signed_in(desk.author).post(reverse("review:submit", args=[page.pk]))
    reader, public = signed_in(desk.reader()), Client()
    for _turn in range(2):
        preview = reader.get(reverse("review:preview", args=[desk.state.pk])).content.decode()
        assert "修订里的一句话" in preview and "修订后的题名" in preview
        assert "发布时的一句话" not in preview
        assert "后来的作者" in preview
        for client in (public, reader):
            html = client.get(page.get_url()).content.decode()
            assert "发布时的一句话" in html
            assert "修订" not in html and "后来的作者" not in html


@pytest.mark.parametrize(
    "query",
    [
        "stage=x",
        "unit=99999999999999999999",
        "kind=none",
        "older_than=-5",
        "page=abc",
        "page=0",
        "light=overdue&mine=on",
        "reviewer=x",
    ],
)
def test_the_queue_ignores_filters_that_make_no_sense(query: str) -> None:
    desk = Desk.open()
    assert signed_in(desk.reader()).get(reverse("review:queue") + "?" + query).status_code == 200


def test_the_queue_filters_by_stage_unit_kind_and_reviewer() -> None:
    desk, other = Desk.open(), Desk.open()
    reader = desk.reader()
    client = signed_in(reader)
    url = reverse("review:queue")

    def titles(query: str) -> set[str]:
        html = client.get(f"{url}?{query}").content.decode()
        return {page.title for page in (desk.page, other.page) if page.title in html}

    assert titles("") == {desk.page.title, other.page.title}
    assert titles(f"unit={desk.page.unit_id}") == {desk.page.title}
    assert titles("kind=course") == set()
    assert titles(f"stage={desk.state.task_id}") == {desk.page.title, other.page.title}
    client.post(reverse("review:assign", args=[desk.state.pk]), {"assignee": reader.pk})
    assert titles(f"reviewer={reader.pk}") == {desk.page.title}
    assert titles("older_than=3") == set()


@pytest.mark.parametrize("name", ["queue", "manuscripts", "due"])
def test_lists_ask_as_many_questions_for_thirty_rows_as_for_one(name: str) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    reader = author if name == "manuscripts" else factories.UserFactory(roles=[Role.FIRST_REVIEWER, Role.EDITOR])
    client = signed_in(reader)

    def more() -> None:
        desk = Desk.open(author=author)
        if name == "due":
            page = desk.publish()
            type(page).objects.filter(pk=page.pk).update(review_due_on="2026-01-01")

    def count() -> int:
        client.get(reverse(f"review:{name}"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(f"review:{name}")).status_code == 200
        return len(captured)

    more()
    one = count()
    for _number in range(29):
        more()
    assert count() <= one


def test_the_security_administrator_imports_a_pack_and_sees_each_wrong_row(client_of: Any) -> None:
    client, url = client_of(Role.SECURITY_ADMIN), reverse("review:packs")
    assert client.get(url).status_code == 200
    wrong = SimpleUploadedFile("pack.csv", "key,text,kind\na,(,pattern\nb,好\n".encode())
    response = client.post(url, {"code": "demo", "name": "示例", "file": wrong})
    assert response.status_code == 422 and not RulePack.objects.filter(code="demo").exists()
    right = SimpleUploadedFile(
        "pack.csv", "词语,程度\n坏说法,阻断\n".replace("词语", "text").replace("程度", "severity").encode()
    )
    assert client.post(url, {"code": "demo", "name": "示例", "file": right}).status_code == 302
    csv = client.get(reverse("review:pack_csv", args=["demo"]))
    assert "坏说法" in csv.content.decode()
    assert client.get(url).status_code == 200
    checklist = Checklist.objects.get(name="初审")
    page = reverse("review:checklist", args=[checklist.pk])
    assert client.get(page).status_code == 200
    client.post(page, {"questions": "只问一句 *"})
    assert checklist.current().items == [{"key": "q1", "text": "只问一句", "required": True}]


def test_rules_are_edited_in_the_admin_and_make_a_new_version(client_of: Any) -> None:
    client = client_of(Role.SECURITY_ADMIN)
    pack = RulePack.objects.get(code="starting")
    rule = pack.rules.first()
    url = reverse("wagtailsnippets_review_rule:edit", args=[rule.pk])
    assert client.get(url).status_code == 200
    values = {"pack": pack.pk, "key": rule.key, "text": "(", "kind": "pattern", "category": "style", "severity": "info"}
    assert client.post(url, values).status_code == 200, "a broken pattern is shown with its reason"
    assert client.post(url, values | {"text": "新的说法", "kind": "term"}).status_code == 302
    pack.refresh_from_db()
    assert pack.version == 2


def test_withdrawing_and_changing_the_level_in_the_browser(client_of: Any) -> None:
    page = Desk.open().publish()
    client = client_of(Role.EDITOR)
    url = reverse("review:withdraw", args=[page.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    level = reverse("review:circulation", args=[page.pk])
    assert client.get(level).status_code == 200
    assert client.post(level, {"level": "internal", "reason": "缩小范围。"}).status_code == 422, "the final stage's act"
    assert client.post(url, {"reason": "数据过时。"}).status_code == 302
    assert client.post(url, {"reason": "再撤一次。"}).status_code == 422


def test_an_unchecked_draft_is_not_called_faultless_and_a_published_text_does_not_ask_to_be_submitted() -> None:
    page = manuscript()
    assert page.owner
    address = reverse("review:manuscript", args=[page.pk])
    before = signed_in(page.owner).get(address).content.decode()
    assert "自动检查没有发现问题" not in before
    assert "尚未检查" in before
    assert 'class="button button--primary"' in before
    assert reverse("imports_export", args=[page.pk]) in before, "the author takes the text home as Word"

    desk = Desk.open()
    desk.publish()
    after = signed_in(desk.author).get(reverse("review:manuscript", args=[desk.page.pk])).content.decode()
    assert 'class="button button--primary"' not in after


def test_the_editor_offers_one_way_to_submit_a_returned_text_again() -> None:
    desk = Desk.open()
    desk.decide(Outcome.RETURN)
    edit = signed_in(desk.author).get(reverse("wagtailadmin_pages:edit", args=[desk.page.pk])).content.decode()
    assert "重新送审（" in edit
    assert "撤回送审" in edit
    assert "工作流" not in edit.split('class="footer')[-1]


def test_no_workflow_or_task_has_an_english_name() -> None:
    assert not [name for name in Workflow.objects.values_list("name", flat=True) if name.isascii()]
    assert not [name for name in Task.objects.values_list("name", flat=True) if name.isascii()]


@pytest.mark.parametrize("kind", [Kind.VIDEO, Kind.CASE])
def test_a_new_resource_is_submitted_for_review_not_for_that_of_other_pages(kind: Kind) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    folder = folder_for(author.unit, kind, 2026)
    address = reverse("wagtailadmin_pages:add", args=["resources", kind.value, folder.pk])
    said = signed_in(author).get(address).content.decode()
    assert 'name="action-submit"' in said and "提交初审" in said and "其他页面审核" not in said
