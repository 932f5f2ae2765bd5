"""Searching through the one door: what is found, how it is shown, what the reader is told."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import ResourcePage
from caselib.vocabularies.models import Position, Topic
from search import api, showing
from search.api import SearchRequest
from search.models import Completion, SynonymGroup
from search.queries import Found, FoundPassage
from search.records import BODY
from tests import factories
from tests.search.finding import Find, titles

pytestmark = pytest.mark.django_db


def body(*paragraphs: str, audience: str = "learner") -> list[dict[str, object]]:
    return [factories.section("做法", *map(factories.paragraph, paragraphs), kind="practice", audience=audience)]


def test_a_keyword_finds_exactly_the_resources_that_contain_it(find: Find) -> None:
    factories.live(title="云溪村的账本", body=body("村务监督委员会每月公布账目。"))
    factories.live(title="石桥镇的夜校", body=body("夜校开课三个月，来了两百人。"))
    result = find("村务监督")
    assert titles(result) == ["云溪村的账本"]
    assert result.total == 1
    assert not result.relaxed


def test_marks_are_offsets_into_the_text_as_written(find: Find) -> None:
    factories.live(title="臺賬管理", body=body("㎞ 鄉村振興要靠人才。"))
    hit = find("乡村振兴").hits[0]
    passage = next(p for p in hit.passages if p.marks)
    start, end = passage.marks[0]
    assert passage.text[start:end] == "鄉村振興"
    assert passage.source == "body"


def test_a_question_finds_what_answers_it(find: Find) -> None:
    factories.live(title="海塘加固", body=body("海塘加固工程由县水利局负责，总投资三千万元。"))
    factories.live(title="茶园改造", body=body("茶园改造由合作社负责。"))
    result = find("海塘加固工程是由哪个部门负责的？")
    assert titles(result)[0] == "海塘加固"


def test_phrases_minus_and_fields(find: Find) -> None:
    factories.live(title="基层治理一", body=body("网格员走访。"), authors=[("丁一舟", "东浦学校")])
    factories.live(title="基层治理二", body=body("网格长巡查。"), authors=[("马小川", "西岭学校")])
    assert titles(find("基层治理 -巡查")) == ["基层治理一"]
    assert titles(find("author:马小川")) == ["基层治理二"]
    assert titles(find("作者：丁一舟 治理")) == ["基层治理一"]
    assert sorted(titles(find("title:基层治理"))) == ["基层治理一", "基层治理二"]
    assert titles(find("“网格员走访”")) == ["基层治理一"]
    assert find("“走访网格员”").total == 0


def test_the_unit_is_a_field(find: Find) -> None:
    unit = factories.unit("南山县委党校")
    author = factories.UserFactory(roles=[Role.AUTHOR], unit=unit)
    factories.live(title="账本", by=author)
    factories.live(title="夜校")
    assert titles(find("unit:南山县")) == ["账本"]


def test_pinyin_in_full_and_by_initials_finds_titles_and_names(find: Find) -> None:
    factories.live(title="党风廉政建设", authors=[("丁一舟", "")])
    factories.live(title="茶园改造")
    assert titles(find("lianzheng")) == ["党风廉政建设"]
    assert titles(find("dflz")) == ["党风廉政建设"]
    assert titles(find("dingyizhou")) == ["党风廉政建设"]


def test_numbers_in_chinese_and_in_digits_are_the_same(find: Find) -> None:
    factories.live(title="总结", body=body("二〇二四年办了十二期。"))
    assert titles(find("2024年")) == ["总结"]
    assert titles(find("12期")) == ["总结"]


def test_synonyms_work_at_once(find: Find) -> None:
    factories.live(title="共享单车", body=body("街头的共享单车摆放有序。"))
    assert find("公共自行车").relaxed or find("公共自行车").total == 0
    SynonymGroup.objects.create(words="公共自行车，共享单车")
    result = find("公共自行车")
    assert titles(result) == ["共享单车"]
    assert not result.relaxed


def test_what_is_tagged_is_found_by_any_name_of_the_term_and_says_so(client: Client, find: Find) -> None:
    Position.objects.create(name="村（社区）支部负责人", code="TRY", synonyms=["村里的带头人"])
    factories.live(title="只有标签", tags={"positions": ["村（社区）支部负责人"]})
    factories.live(title="写在文中", body=body("村里的带头人是老赵。"))
    factories.live(title="别的案例")
    for text in ("村里的带头人", "社区支部负责人", "村支部负责人"):
        result = find(text)
        assert not result.relaxed
        # What the term means is found; one of its other names does not mean the others.
        assert set(titles(result)) == {"只有标签", *(["写在文中"] if text == "村里的带头人" else [])}, text
        tagged = next(hit for hit in result.hits if hit.title == "只有标签")
        (passage,) = [p for p in tagged.passages if p.marks]
        assert (passage.source, passage.label) == ("meta", "村（社区）支部负责人"), text
    named = find("村（社区）支部负责人")  # the term itself means all of its names
    assert set(titles(named)) == {"只有标签", "写在文中"} and not named.relaxed
    marked = next(hit for hit in named.hits if hit.title == "写在文中").passages[0]
    assert [marked.text[a:b] for a, b in marked.marks] == ["村里的带头人"]
    page = client.get(reverse("catalogue:browse"), {"q": "村支部负责人"}).content.decode()
    assert "标签：村（社区）支部负责人" in page


def test_a_term_typed_with_its_bracket_finds_texts_without_it(find: Find) -> None:
    Topic.objects.create(name="乡村茶旅（2023）", code="TRY")
    factories.live(title="只有标签", tags={"topics": ["乡村茶旅（2023）"]})
    factories.live(title="写在文中", body=body("乡村茶旅办了三年。"))
    factories.live(title="别的案例", body=body("2023年的乡村。"))
    for text in ("乡村茶旅（2023）", "title:别的 乡村茶旅(2023)", "乡村茶旅（2024）"):
        wanted = {"只有标签", "写在文中"} if text == "乡村茶旅（2023）" else set()
        result = find(text)
        assert (set() if result.relaxed else set(titles(result))) == wanted, text


def test_terms_have_their_synonyms_and_include_their_descendants(find: Find) -> None:
    parent = Topic.objects.create(name="试用主题", code="TRY", synonyms=["别样说法"])
    child = Topic.objects.create(name="试用小题", code="TRY.1", parent=parent)
    factories.live(title="子题案例", tags={"topics": [child.name]})
    factories.live(title="别的案例")
    result = find("", filters={"topics": [str(parent.pk)]})
    assert titles(result) == ["子题案例"]
    counts = {b.label: b.count for b in result.facets["topics"]}
    assert counts["试用主题"] == counts["试用小题"] == 1


def test_facets_count_as_if_their_own_axis_were_unfiltered(find: Find) -> None:
    factories.live(title="案例甲")
    factories.live(Kind.COURSE, title="课程甲")
    factories.live(Kind.COURSE, title="课程乙")
    result = find("", filters={"kind": ["course"]})
    assert result.total == 2
    assert {b.value: (b.count, b.selected) for b in result.facets["kind"]} == {
        "casestudy": (1, False),
        "course": (2, True),
    }
    assert sum(b.count for b in result.facets["year"]) == 2


def test_did_you_mean_comes_from_the_library_itself(find: Find) -> None:
    factories.live(title="廉政教育")
    assert find("连政教育").did_you_mean == "廉政教育"  # the same sound
    assert find("廉政教肓").did_you_mean == "廉政教育"  # one wrong character
    assert find("完全无关").did_you_mean is None


def test_did_you_mean_keeps_what_is_left_out_quoted_or_sought_in_one_field(find: Find) -> None:
    factories.live(title="廉政教育", body=body("会场里摆着一百把椅子。"))
    assert find("title:连政教育 -渔港").did_you_mean == "title:廉政教育 -渔港"
    assert find("“连政教育” 椅子").did_you_mean == "“廉政教育” 椅子"
    assert find("title:连政教育 -椅子").did_you_mean is None


def test_did_you_mean_proposes_only_what_this_reader_finds(find: Find) -> None:
    factories.live(title="廉政教育", body=body("会场里摆着一百把椅子。"))
    factories.live(title="渔港扩建", circulation=Circulation.INTERNAL)
    assert find("连政教育 椅子").did_you_mean == "廉政教育 椅子"
    assert find("连政教育 渔港").did_you_mean is None, "nothing has both"
    assert find("连政教育", filters={"kind": ["course"]}).did_you_mean is None, "not under this filter"
    assert find("渔岗扩建").did_you_mean is None
    inside = Viewer.of(factories.UserFactory(roles=[Role.TRAINEE]))
    assert find("渔岗扩建", viewer=inside).did_you_mean == "渔港扩建"


def test_a_library_has_few_completions_and_each_as_one_would_begin_to_type(find: Find) -> None:
    Topic.objects.create(name="海洋渔业", code="SEA")
    factories.live(
        title="八十个车位怎么分给三百户——槐树里社区“邻里议事厅”的规则课", authors=[("丁一舟", "")],
        tags={"topics": ["海洋渔业"]},
    )  # fmt: skip
    find()
    rows = list(Completion.objects.exclude(record=""))
    assert len(rows) < 50
    assert "海洋渔业" not in {row.text for row in rows}, "a term has rows of its own, once for all"
    begun = {row.key for row in rows if row.kind == Completion.TITLE}
    assert not any(key.startswith(("的规则", "里社区")) for key in begun)
    for typed in ("八十", "车位", "bsgcw", "chewei", "丁一", "dyz"):
        assert api.suggest(typed, Viewer()), typed


def test_a_quotation_runs_on_over_blanks_and_punctuation(find: Find) -> None:
    factories.live(title="甲", body=body("会上说：“抓早抓小，防微杜渐”，大家记下了。"))
    factories.live(title="乙", body=body("防微杜渐要抓早抓小。"))
    for text in ("“抓早抓小，防微杜渐”", '"抓早抓小 防微杜渐"', "「抓早抓小。防微杜渐」"):
        assert titles(find(text)) == ["甲"], text
    assert find("“抓早抓小，防微渐杜”").total == 0
    assert sorted(titles(find("抓早抓小 防微杜渐"))) == ["乙", "甲"]
    assert titles(find("抓早抓小 -“抓早抓小，防微杜渐”")) == ["乙"]


def test_pages_and_cursors_walk_through_everything_once(find: Find) -> None:
    for number in range(23):
        factories.live(title=f"网格案例{number}")
    seen: list[str] = []
    cursor, steps = "", 0
    while cursor is not None and steps < 10:
        result = find("网格", page_size=5, cursor=cursor)
        seen += titles(result)
        cursor, steps = result.next_cursor, steps + 1
    assert len(seen) == len(set(seen)) == 23
    paged = [t for page in range(1, 6) for t in titles(find("网格", page_size=5, page=page))]
    assert paged == seen


def test_sorting(find: Find) -> None:
    for title in ("丙", "甲", "乙"):
        factories.live(title=f"{title}级案例")
    assert titles(find("案例", sort="title")) == ["丙级案例", "甲级案例", "乙级案例"]  # bing, jia, yi
    assert len(titles(find("案例", sort="newest"))) == 3


def test_suggestions_by_chinese_pinyin_and_initials(find: Find) -> None:
    factories.live(title="党风廉政建设的启示", authors=[("丁一舟", "")])
    factories.live(title="内部党风通报", circulation=Circulation.INTERNAL)
    factories.live(title="账本", authors=[("曾长霞", "")])
    find()
    for typed in ("党风", "dangf", "dflz", "廉政", "lianzh", "jsdqs"):
        assert api.suggest(typed, Viewer())[0] == api.Suggestion("党风廉政建设的启示", "title"), typed
    assert [s.text for s in api.suggest("dingy", Viewer())] == ["丁一舟"]
    for typed in ("zengchangxia", "zcx", "cengzhangxia"):
        assert [s.text for s in api.suggest(typed, Viewer())] == ["曾长霞"], typed
        assert titles(find(typed)) == ["账本"], typed
    assert api.suggest("neibu", Viewer()) == ()


def test_similar_respects_terms_and_text(find: Find) -> None:
    Topic.objects.create(name="海洋渔业", code="SEA")
    page = factories.live(title="渔港治理", tags={"topics": ["海洋渔业"]}, body=body("渔船进港，渔民议事。"))
    like = factories.live(title="渔民议事会", tags={"topics": ["海洋渔业"]}, body=body("渔民议事会定下休渔的规矩。"))
    factories.live(title="校园食堂", body=body("食堂换了灶台。"))
    find()
    found = api.similar(page, Viewer(), limit=2)
    assert found[0] == like.pk
    assert page.pk not in found


def test_explain_tells_how_the_query_was_read(find: Find) -> None:
    page = factories.live(title="渔港治理")
    find()
    account = api.explain(SearchRequest("渔港怎么治理"), page)
    assert account["question"] is True
    assert account["runs"] == ["渔港", "治理"]
    assert account["account"]["found"] is True


def test_a_query_that_is_too_long_is_cut_with_a_note(find: Find) -> None:
    factories.live(title="渔港治理")
    result = find("渔港" * 5000)
    assert any("1000" in notice for notice in result.notices)


def test_an_open_cursor_of_somebody_else_counts_for_nothing(find: Find) -> None:
    factories.live(title="渔港治理")
    for cursor in ("%%%", "W10", "bnVsbA", "x" * 5000, "WyJhIiwgbnVsbF0"):
        assert find("渔港", cursor=cursor).total == 1


def test_what_is_found_by_pinyin_is_no_second_best(find: Find) -> None:
    factories.live(title="党风廉政建设")
    result = find("dangfeng")
    assert (result.total, result.relaxed, result.notices) == (1, False, ())


def test_running_text_is_shown_before_names_and_terms_and_of_these_only_what_matched(find: Find) -> None:
    Topic.objects.create(name="海洋渔业", code="SEA")
    factories.live(
        title="账本甲", tags={"topics": ["海洋渔业"]}, body=body("渔港的海洋渔业账本。" + "无关的话。" * 200)
    )
    factories.live(title="账本乙", tags={"topics": ["海洋渔业"]}, body=body("无关的话。"))
    shown = {hit.title: hit.passages[0] for hit in find("海洋渔业").hits}
    assert shown["账本甲"].source == "body"
    assert (shown["账本乙"].source, shown["账本乙"].text) == ("meta", "海洋渔业")


def test_beside_what_is_marked_nothing_unmarked_is_shown() -> None:
    pattern = re.compile("海塘")
    named, other, third = (
        FoundPassage(BODY, "", "", 0, 0.0, text) for text in ("海塘加固。", "池塘加高。", "塘边的路。")
    )
    both = showing._passages(Found("1", 1.0, (other, named)), pattern, frozenset())
    none = showing._passages(Found("1", 1.0, (other, third)), pattern, frozenset())
    assert [p.text for p in both] == ["海塘加固。"]
    assert [p.text for p in none] == ["池塘加高。"], "one has to say what it is about"


def test_where_all_words_stand_as_asked_only_they_are_marked(find: Find) -> None:
    factories.live(title="驻村第一书记", body=body("驻村第一书记回访，党支部书记同行。"))
    passage = next(p for p in find("驻村第一书记").hits[0].passages if p.source == "body")
    assert [passage.text[a:b] for a, b in passage.marks] == ["驻村第一书记"]


def test_did_you_mean_knows_free_tags_but_no_other_numbers(find: Find) -> None:
    factories.live(title="邻里议事", tags={"free_tags": ["党建引领"]})
    factories.live(title="二十个做法")
    assert find("党健引领").did_you_mean == "党建引领"
    assert find("二十大").did_you_mean is None


def test_what_has_some_of_the_words_follows_under_a_heading_and_is_not_counted(client: Client, find: Find) -> None:
    factories.live(title="渔港夜校", body=body("渔港的夜校开在码头旁。"))
    factories.live(title="渔港修路", body=body("渔港修了新路。"))
    result = find("渔港的夜校")
    assert (titles(result), result.total, result.relaxed, result.notices) == (["渔港夜校"], 1, False, ())
    (other,) = result.others
    assert other.title == "渔港修路"
    assert [other.title[a:b] for a, b in other.title_marks] == ["渔港"]
    page = client.get(reverse("catalogue:browse"), {"q": "渔港的夜校"}).content.decode()
    assert page.index("渔港夜校") < page.index("只含其中部分词语") < page.index("渔港修路")
    by_date = client.get(reverse("catalogue:browse"), {"q": "渔港的夜校", "sort": "newest"}).content.decode()
    assert "渔港修路" not in by_date
    assert "只含其中部分词语" not in client.get(reverse("catalogue:browse"), {"q": "修路"}).content.decode()


def test_what_is_taken_back_is_not_among_the_others(find: Find) -> None:
    factories.live(title="渔港夜校", body=body("渔港的夜校开在码头旁。"))
    other = factories.live(title="渔港修路", body=body("渔港修了新路。"))
    assert [hit.title for hit in find("渔港的夜校").others] == ["渔港修路"]
    # The index still has it: the database is asked before it is shown.
    type(other).objects.filter(pk=other.pk).update(live=False)
    assert api.search(SearchRequest("渔港的夜校")).others == ()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("海洋鱼业", "海洋渔业"),  # the same sound
        ("海羊渔业", "海洋渔业"),
        ("海详渔业", "海洋渔业"),  # a look-alike
        ("海洋洋渔业", "海洋渔业"),
        ("海渔业", "海洋渔业"),
        ("海渔洋业", "海洋渔业"),
        ("监郑执纪", "监政执纪"),
        ("马晓川", "马小川"),
        ("廉振教育", "廉政教育"),  # a sound taken for another
        ("廉正教育案例", "廉政教育案例"),  # a word inside
        ("haiyangyuye", "海洋渔业"),  # how a term is spelt, which no title is
        ("haiyanyuye", "海洋渔业"),
        ("haiyangyuey", "海洋渔业"),
        ("pyhton", "python"),
    ],
)
def test_did_you_mean_knows_how_people_slip(find: Find, typed: str, meant: str) -> None:
    Topic.objects.create(name="海洋渔业", code="SEA")
    Topic.objects.create(name="监政执纪", code="JZ")
    factories.live(
        title="廉政教育案例选", authors=[("马小川", "")], tags={"topics": ["海洋渔业", "监政执纪"]},
        body=body("廉政教育与 Python 编程，廉政教育案例。"),
    )  # fmt: skip
    factories.live(title="Python 入门与廉政教育", body=body("会场里摆着椅子。"))
    assert find(typed).did_you_mean == meant


def test_what_is_no_slip_is_not_corrected(find: Find) -> None:
    factories.live(title="廉政教育", body=body("会场里摆着一百把椅子。"))
    factories.live(title="老干部与停车难", body=body("女同志，车位。"))
    for typed in ("女干部", "停车位", "廉政课", "教育局", "桌子", "廉政教育椅子", "abcd", "😀"):
        assert find(typed).did_you_mean is None, typed


def test_what_may_not_be_seen_any_more_is_not_counted_before_the_index_knows(find: Find) -> None:
    """Neither in the total, nor on any axis, on whatever page it would have stood."""
    pages = [factories.live(title=f"网格案例{n}", body=body("蘑菇屋。")) for n in range(6)]
    course = factories.live(Kind.COURSE, title="网格课程")
    assert find("网格").total == 7
    for page in (*pages[:2], course):
        page.unpublish()
    for text, size in (("网格", 20), ("网格", 1), ("", 1)):
        result = api.search(SearchRequest(text, page_size=size))
        assert result.total == 4, (text, size)
        assert {b.value: b.count for b in result.facets["kind"]} == {"casestudy": 4}
        assert len(result.hits) == min(size, 4)
    # Without any signal, too, where it would be shown.
    ResourcePage.objects.filter(pk=pages[2].pk).update(withdrawn_at=clock.now())
    result = api.search(SearchRequest("“蘑菇屋”"))
    assert (result.total, len(result.hits)) == (3, 3)
    assert sum(b.count for b in result.facets["kind"]) == 3


def test_a_passage_that_has_changed_since_is_not_shown(find: Find) -> None:
    page = factories.live(title="渔港夜校", body=body("夜校的口令是蘑菇屋。"))
    assert "蘑菇屋" in find("夜校").hits[0].passages[0].text
    page.body = body("夜校的口令是蘑菇屋。", audience="teacher")
    page.save_revision()
    factories.publish(page)
    (hit,) = api.search(SearchRequest("夜校")).hits
    assert not hit.passages
    assert "蘑菇屋" not in "".join(p.text for hit in find("夜校").hits for p in hit.passages)


def test_likeness_is_of_what_may_be_seen_now(find: Find) -> None:
    page, like = (factories.live(title=title, body=body("渔民议事会。")) for title in ("渔民议事", "渔民议事会"))
    find()
    assert api.similar(page, Viewer()) == (like.pk,)
    like.unpublish()
    assert api.similar(page, Viewer()) == ()


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "title"])
def test_cursors_lose_and_double_nothing_while_the_index_changes(find: Find, sort: str) -> None:
    old = [factories.live(title=f"网格案例{n:02}") for n in range(12)]
    find()
    gone, seen, cursor, step = set(), [], "", 0
    while cursor is not None:
        result = find("网格", page_size=3, cursor=cursor, sort=sort)
        seen += titles(result)
        factories.live(title=f"网格新案{step}")
        victim = next((page for page in old if page.title in seen[-3:]), None)
        if victim is not None:
            old.remove(victim)
            gone.add(victim.title)
            victim.unpublish()
        cursor, step = result.next_cursor, step + 1
        assert step < 60
    assert len(seen) == len(set(seen))
    assert {page.title for page in old} <= set(seen)


def test_filters_of_any_kind_are_answered(find: Find) -> None:
    factories.live(title="渔港")
    for value in (None, 2024, 3.5, [None], [2024, None], {}, object(), b"x"):
        assert find("渔港", filters={"year": value, "kind": value}).total >= 0
