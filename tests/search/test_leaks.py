"""A unique word in every guarded field and state; no reader finds it through any channel of search."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.media.models import CaptionTrack, CaseDocument, VideoFile
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import Attachment, ResourcePage, RestrictedGroup
from caselib.resources.selectors import listed_by_id
from caselib.vocabularies.models import Topic
from search import api, engines, synonyms, upkeep
from search.api import SearchRequest
from search.models import Completion
from tests import factories
from tests.search.contract.conftest import elastic_urls, node_answers

pytestmark = pytest.mark.django_db

# Rare characters, so that no other text of the test has them by chance.
GUARDED = {
    "draft": "魑魅草稿", "withdrawn": "魍魉撤回", "unpublished": "鳜鲮下线", "pending": "鲟鳇改稿", "internal": "鹡鸰内部",
    "restricted": "獬豸限读", "teacher-page": "貔貅教师", "teacher-section": "麒麟段落", "attachment": "蟾蜍附件",
    "caption": "蜻蜓字幕", "author": "鸬鹚某", "tag": "鸳鸯词条",
}  # fmt: skip


@pytest.fixture(params=["embedded", "elastic"])
def planted(
    request: pytest.FixtureRequest, settings: object, up_to_date: Callable[[], None]
) -> Iterator[dict[str, ResourcePage]]:
    """A library with a guarded word in each place, indexed on either engine."""
    if request.param == "elastic":
        from tests.conftest import require_service
        from tests.search.contract.conftest import NO_NODE

        require_service(node_answers(elastic_urls()), NO_NODE)
        settings.SEARCH_ENGINE, settings.ELASTICSEARCH_URLS = "elastic", elastic_urls()  # type: ignore[attr-defined]
        settings.ELASTICSEARCH_INDEX_PREFIX = f"test-{uuid.uuid4().hex[:10]}"  # type: ignore[attr-defined]
        engines.reset()
        engines.get("elastic").connection.timeout = 20.0  # type: ignore[attr-defined]
    pages = plant()
    up_to_date()
    yield pages
    if request.param == "elastic":
        engines.get("elastic").remove_all()  # type: ignore[attr-defined]


def plant() -> dict[str, ResourcePage]:
    def text(word: str, **kwargs: str) -> list[dict[str, object]]:
        return [factories.section("做法", factories.paragraph(f"这里写着{word}。"), **kwargs)]

    Topic.objects.create(name=GUARDED["tag"], code="LEAK", retired_at=clock.now())
    pages: dict[str, ResourcePage] = {}
    pages["draft"] = factories.draft(title=GUARDED["draft"], body=text(GUARDED["draft"]))
    for state in ("withdrawn", "unpublished"):
        page = factories.live(title=GUARDED[state], body=text(GUARDED[state]))
        pages[state] = page
    pages["unpublished"].unpublish()
    ResourcePage.objects.filter(pk=pages["withdrawn"].pk).update(withdrawn_at=clock.now())
    page = factories.live(title="公开旧文")
    page.title = GUARDED["pending"]
    page.save_revision()
    pages["pending"] = page
    pages["internal"] = factories.live(
        title=GUARDED["internal"], circulation=Circulation.INTERNAL, authors=[(GUARDED["author"], "")]
    )
    pages["restricted"] = factories.live(title=GUARDED["restricted"], circulation=Circulation.RESTRICTED)
    group = factories.UserFactory(roles=[Role.JUDGE]).groups.get()
    RestrictedGroup.objects.create(page_id=pages["restricted"].pk, group=group)
    pages["teacher-page"] = factories.live(title=GUARDED["teacher-page"], audience="teacher")
    pages["teacher-section"] = factories.live(
        title="公开有段", body=text(GUARDED["teacher-section"], audience="teacher")
    )
    document = CaseDocument.objects.create(
        title=GUARDED["attachment"], file=ContentFile(GUARDED["attachment"].encode(), "a.txt")
    )
    page = factories.draft(title="公开有件")
    page.attachments = [Attachment(document=document, title=GUARDED["attachment"], audience="teacher")]
    page.save_revision()
    pages["attachment"] = factories.publish(page)
    film = VideoFile.objects.create(title="片", file=ContentFile(b"x", name="a.mp4"))
    CaptionTrack.objects.create(video=film, vtt=f"WEBVTT\n\n00:01.000 --> 00:02.000\n{GUARDED['caption']}")
    pages["caption"] = factories.live(Kind.VIDEO, title="片", video_file=film, circulation=Circulation.INTERNAL)
    return pages


NOBODY = ("draft", "withdrawn", "unpublished", "pending", "tag")
ALLOWED = {
    "public": (),
    "trainee": ("internal", "author", "caption"),
    "judge": ("internal", "author", "caption", "restricted"),
    "author": ("internal", "author", "caption", "teacher-page", "teacher-section", "attachment"),
}


def viewer_of(name: str) -> Viewer:
    if name == "public":
        return Viewer()
    return Viewer.of(factories.UserFactory(roles=[Role(name)]))


@pytest.mark.parametrize("reader", sorted(ALLOWED))
def test_guarded_words_are_found_by_whom_they_are_for_and_by_nobody_else(
    planted: dict[str, ResourcePage], reader: str
) -> None:
    viewer = viewer_of(reader)
    synonyms.forget()
    for place, word in GUARDED.items():
        allowed = place in ALLOWED[reader]
        assert not (allowed and place in NOBODY)
        for text in (word, f'"{word}"', f"title:{word}", f"author:{word}", word[:2], f"{word}在哪里？"):
            result = api.search(SearchRequest(text, viewer=viewer))
            told = everything_told(result)
            if not allowed:
                assert word not in told, (place, text)
                assert not exact_hits(result), (place, text)
                if text == f'"{word}"':
                    assert result.total == 0, place
                    assert not any(b.count for rows in result.facets.values() for b in rows), place
        found = api.search(SearchRequest(f'"{word}"', viewer=viewer)).total
        assert bool(found) is allowed, place
        for typed in (word[0], word[:2], pinyin_of(word), pinyin_of(word)[:4]):
            for suggestion in api.suggest(typed, viewer):
                assert allowed or suggestion.text != word, (place, typed)


def test_the_suggestion_address_and_browsing_leak_nothing(planted: dict[str, ResourcePage]) -> None:
    client = Client()
    for word in GUARDED.values():
        answer = client.get("/search-api/suggest/", {"q": word[:2]})
        assert word not in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    everything = api.search(SearchRequest("", page_size=100))
    assert not any(word in everything_told(everything) for word in GUARDED.values())
    counted = sum(b.count for b in everything.facets["kind"])
    assert counted == everything.total == len(everything.hits)


def test_wrong_spellings_are_not_corrected_to_guarded_words(planted: dict[str, ResourcePage]) -> None:
    for word in GUARDED.values():
        assert api.search(SearchRequest(word[:3] + "错", viewer=Viewer())).did_you_mean is None


def test_likeness_names_nothing_guarded(planted: dict[str, ResourcePage]) -> None:
    for page in planted.values():
        if page.live:
            ids = api.similar(page, Viewer(), limit=20)
            titles = ResourcePage.objects.filter(pk__in=ids).values_list("title", flat=True)
            assert not set(titles) & set(GUARDED.values())


def test_completions_of_what_nobody_sees_are_not_even_stored(planted: dict[str, ResourcePage]) -> None:
    stored = set(Completion.objects.values_list("text", flat=True))
    assert not stored & {GUARDED[place] for place in NOBODY}


def test_office_accounts_cursors_and_made_up_filters_tell_nothing(planted: dict[str, ResourcePage]) -> None:
    engine = engines.configured()[0]
    for place, page in planted.items():
        word = GUARDED[place]
        if place not in ("draft", "withdrawn", "unpublished", "internal", "restricted", "teacher-page"):
            continue
        # The account of a score is for the office, and still asked for a reader: nothing of the page is in it.
        account = api.explain(SearchRequest(word), page)
        assert not account["account"].get("found"), place
        for axis in ("unit", "year", "kind", "topics"):
            for value in (word, f"page:{page.pk}", str(page.pk), "0", "x" * 64):
                result = api.search(SearchRequest(word, filters={axis: [value]}))
                assert not result.total or result.relaxed, (place, axis)
                assert word not in everything_told(result).replace(json.dumps(value, ensure_ascii=False), "")
        for after in ([0, f"page:{page.pk}"], [10**6, ""], [-1.5, "page:0"], [1e18, "\udcff"], None):
            cursor = made_up([0, after])
            for sort in ("relevance", "newest", "title"):
                result = api.search(SearchRequest("", sort=sort, cursor=cursor, page_size=100))
                assert result.engine == engine, (place, after)
                assert word not in everything_told(result), (place, after)
    for cursor in ("%%%", "W10", made_up([-1, None]), made_up([True, None]), made_up([0, ["a", "b"]]), "x" * 5000):
        result = api.search(SearchRequest("", cursor=cursor))
        assert result.engine == engine
        assert result.hits
        assert any("第一条" in notice for notice in result.notices), cursor
    assert not api.search(SearchRequest("", cursor=made_up([10**7, None]))).hits


def test_what_is_withdrawn_is_neither_completed_nor_proposed_nor_likened(planted: dict[str, ResourcePage]) -> None:
    """At once, before any index has heard of it."""
    page = factories.live(title="鹧鸪塘议事", body=[factories.section("做法", factories.paragraph("鹧鸪塘有议事亭。"))])
    other = factories.live(title="鹧鸪塘旧事", body=[factories.section("做法", factories.paragraph("鹧鸪塘有戏台。"))])
    upkeep.keep_all_up()
    assert "鹧鸪塘议事" in {s.text for s in api.suggest("鹧鸪", Viewer())}
    assert page.pk in shown_beside(other)
    ResourcePage.objects.filter(pk=page.pk).update(withdrawn_at=clock.now())
    assert "鹧鸪塘议事" not in {
        s.text for text in ("鹧鸪", "zgtys", "zhegutangyi") for s in api.suggest(text, Viewer())
    }
    assert page.pk not in shown_beside(other)
    result = api.search(SearchRequest("鹧鸪塘"))
    assert [hit.title for hit in result.hits] == ["鹧鸪塘旧事"]
    assert api.search(SearchRequest("鹧鸪塘义事")).did_you_mean != "鹧鸪塘议事"


def shown_beside(page: ResourcePage) -> set[int]:
    return set(listed_by_id(list(api.similar(page, Viewer(), limit=20)), Viewer()))


def made_up(position: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def everything_told(result: api.SearchResult) -> str:
    """All words a reader could take from a result."""
    return json.dumps(
        [
            [[h.title, h.url, [[p.text, p.label] for p in h.passages]] for h in (*result.hits, *result.others)],
            [[b.label for b in rows if b.count] for rows in result.facets.values()],
            result.did_you_mean,
            list(result.notices),
        ],
        ensure_ascii=False,
    )


def exact_hits(result: api.SearchResult) -> bool:
    """Whether the reader learns that something has the words."""
    return (
        bool(result.total)
        and not result.relaxed
        and result.did_you_mean is None
        and any(h.title_marks or any(p.marks for p in h.passages) for h in result.hits)
    )


def pinyin_of(word: str) -> str:
    from search.analysis.pinyin import spell

    return spell(word)[0]
