"""The keywords of a manuscript: found as authors write them, proposed as tags, and never lost on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import jobs
from caselib.ingest import deciding, services
from caselib.ingest.abstracts import abstract_of
from caselib.ingest.forms import CorrectionForm
from caselib.ingest.keywords import keywords_of, without_keywords
from caselib.ingest.models import ImportItem
from caselib.resources.text import plain_text
from caselib.vocabularies.models import Topic
from caselib.word.model import Block, Cell, Heading, Paragraph, Run, Table
from caselib.word.reader.document import read_docx
from tests.caselib.word.packages import docx, p, r
from tests.caselib.word.test_read_structure import BOLD, LONG

UserOf = Callable[..., User]
_ABSTRACT = "摘要：村里把账本挂在墙上，谁家有疑问谁来问，问完当场记下来。"
_CENTRED = '<w:jc w:val="center"/>'


def line(text: str) -> Paragraph:
    return Paragraph((Run(text),))


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["关键词：村务公开；议事会；账本"], ("村务公开", "议事会", "账本")),
        (["【关键词】村务公开　议事会　账本"], ("村务公开", "议事会", "账本")),
        (["关 键 字:村务公开 议事会 账本"], ("村务公开", "议事会", "账本")),
        (["主题词：村务公开、议事会。"], ("村务公开", "议事会")),
        ([f"{_ABSTRACT}\n关键词：村务公开，议事会"], ("村务公开", "议事会")),
        ([f"{_ABSTRACT}关键词：“村务公开”；议事会"], ("村务公开", "议事会")),
        (["关键词：村务公开；议事会　中图分类号：D267"], ("村务公开", "议事会")),
        (["Key words: open books; meetings", "关键词：村务公开；议事会"], ("村务公开", "议事会")),
        (["Key words: open books; village meetings"], ("open books", "village meetings")),
        (["关键词：1.村务公开 2.议事会"], ("村务公开", "议事会")),
        (['关键词：“三资”管理；“清、廉”建设；"四议"公开'], ("“三资”管理", "“清、廉”建设", "“四议”公开")),
        (["关键词：“三资管理；议事会"], ("三资管理", "议事会")),
        (["这里的关键词：村务公开、议事会"], None),
        (["关键词是村务公开。"], None),
        (["关键词：抓住了公开这个要害，事情就好办了，村里人心也就顺了。"], None),
        (["关键词："], None),
    ],
)
def test_the_words_that_stand_there(texts: list[str], words: tuple[str, ...] | None) -> None:
    found = keywords_of([line(text) for text in texts])

    assert (found.words if found else None) == words


def test_below_a_heading_and_beside_a_label() -> None:
    below: list[Block] = [
        Heading(1, (Run("关键词"),), guessed=True),
        line("村务公开；议事会"),
        Heading(1, (Run("背景"),)),
    ]
    cells = (Cell((line("关键词"),)), Cell((line("村务公开；议事会"),)))
    form: list[Block] = [Table((cells,), 2)]

    for blocks in (below, form):
        found = keywords_of(blocks)
        assert found is not None and found.words == ("村务公开", "议事会")
    assert without_keywords(below, {"村务公开", "议事会"}) == below[2:]
    assert without_keywords(form, {"村务公开", "议事会"}) == form


def test_the_line_goes_only_when_all_of_it_is_kept_elsewhere() -> None:
    alone, beside = line("关键词：村务公开；议事会"), line("关键词：村务公开；议事会　中图分类号：D267")
    noted = Paragraph((Run("关键词：村务公开；议事会", note="n1"),))
    both = {"村务公开", "议事会"}

    assert without_keywords([alone], both) == []
    assert without_keywords([alone], {"议事会"}) == [alone]
    assert without_keywords([beside], both) == [beside]
    assert without_keywords([noted], both) == [noted]


def test_keywords_behind_the_abstract_are_no_part_of_it() -> None:
    blocks = [line(f"{_ABSTRACT}\n关键词：村务公开；议事会")]

    found = abstract_of(blocks)

    assert found is not None and (found.text, found.rest) == (_ABSTRACT[3:], "关键词：村务公开；议事会")
    assert [block.text for block in without_keywords(blocks, {"村务公开", "议事会"})] == [_ABSTRACT]  # type: ignore[union-attr]


def test_sections_do_not_stand_below_the_heading_of_the_keywords() -> None:
    large = '<w:b/><w:sz w:val="32"/>'
    body = p("小院议事厅", props=_CENTRED, run='<w:b/><w:sz w:val="44"/>')
    body += p("摘要", run=large) + p(LONG) + p("关键词", run=large) + p("村务公开；议事会")
    body += p("一、案例背景", run=large) + p(LONG) + p("二、主要做法", run=large) + p(LONG)

    heads = [part for part in read_docx(docx(body)).blocks if isinstance(part, Heading) and not part.title]

    assert [part.text for part in heads] == ["摘要", "关键词", "一、案例背景", "二、主要做法"]
    assert len({part.level for part in heads}) == 1


# -- accepting ----------------------------------------------------------------------------------------------------


def imported(by: User, keywords: str = "关键词：村务公开；议事会；小院") -> ImportItem:
    body = p("小院议事厅", props=_CENTRED, run='<w:b/><w:sz w:val="36"/>') + p("云岭县委党校　李明", props=_CENTRED)
    body += p(inner=r(_ABSTRACT) + "<w:r><w:br/></w:r>" + r(keywords)) + p("一、案例背景", run=BOLD) + p(LONG)
    stored = services.receive_upload(SimpleUploadedFile("议事厅.docx", docx(body)), by=by)
    jobs.run_pending()
    return stored.batch.items.get()


@pytest.fixture
def topic(db: None) -> Topic:
    return Topic.objects.create(name="村级监督", code="T-1", synonyms=["村务公开"])


def test_keywords_become_terms_and_free_tags(user_of: UserOf, topic: Topic) -> None:
    author = user_of(Role.AUTHOR)
    item = imported(author)

    draft = deciding.accept_item(item, by=author).get_latest_revision_as_object()

    assert [term.name for term in draft.topics.all()] == ["村级监督"]
    assert {tag.name for tag in draft.free_tags.all()} == {"议事会", "小院"}
    assert draft.abstract == _ABSTRACT[3:]
    assert "关键词" not in plain_text(draft)


def test_quotation_marks_within_a_word_reach_its_tag_and_do_not_hide_its_term(user_of: UserOf, topic: Topic) -> None:
    author = user_of(Role.AUTHOR)
    Topic.objects.create(name="集体“三资”管理", code="T-2", synonyms=["三资管理"])
    item = imported(author, "关键词：“三资”管理；“板凳会”制度；小院")
    form = CorrectionForm(item=item)
    assert form.initial["topics"] == ["集体“三资”管理"] and form.initial["free_tags"] == "“板凳会”制度, 小院"

    sent = {
        "title": "小院议事厅",
        "kind": "casestudy",
        "free_tags": form.initial["free_tags"],
        "topics": form.initial["topics"],
    }
    filled = CorrectionForm(sent, item=item)
    assert filled.is_valid()
    draft = deciding.accept_item(item, by=author, corrections=filled.corrections()).get_latest_revision_as_object()

    assert {tag.name for tag in draft.free_tags.all()} == {"“板凳会”制度", "小院"}
    assert "关键词" not in plain_text(draft)


def test_the_form_shows_them_and_what_is_taken_out_stays_in_the_text(user_of: UserOf, topic: Topic) -> None:
    author = user_of(Role.AUTHOR)
    item = imported(author)
    form = CorrectionForm(item=item)
    assert form.initial["topics"] == ["村级监督"] and form.initial["free_tags"] == "议事会, 小院"
    assert "村级监督" in [value for value, _ in form.fields["topics"].choices]  # type: ignore[attr-defined]

    sent = {"title": "小院议事厅", "kind": "casestudy", "abstract": form.initial["abstract"], "free_tags": "议事会"}
    filled = CorrectionForm(sent, item=item)
    assert filled.is_valid()
    draft = deciding.accept_item(item, by=author, corrections=filled.corrections()).get_latest_revision_as_object()

    assert not draft.topics.all() and [tag.name for tag in draft.free_tags.all()] == ["议事会"]
    assert "关键词：村务公开；议事会；小院" in plain_text(draft)


def test_a_tag_that_is_too_long_is_refused(user_of: UserOf, topic: Topic) -> None:
    item = imported(user_of(Role.AUTHOR))

    form = CorrectionForm({"title": "小院", "kind": "casestudy", "free_tags": "长" * 101}, item=item)

    assert not form.is_valid() and "free_tags" in form.errors


def test_a_file_without_keywords_has_no_tags(user_of: UserOf, topic: Topic) -> None:
    author = user_of(Role.AUTHOR)
    item = imported(author, "说明：本文人名皆为化名。")

    draft = deciding.accept_item(item, by=author).get_latest_revision_as_object()

    assert not draft.topics.all() and not draft.free_tags.all()
