"""A sentence from the captions of a film leads to the second at which it is spoken, not to the first of a long stretch."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile

from caselib.accounts.viewers import Viewer
from caselib.catalogue import spoken
from caselib.catalogue.addresses import Query
from caselib.catalogue.browsing import _rows_of
from caselib.catalogue.result_rows import frame, row
from caselib.catalogue.selectors.cards import cards_by_id
from caselib.media.models import CaptionTrack, VideoFile
from caselib.resources.enums import Kind
from search.api import Hit, Passage
from tests import factories

pytestmark = pytest.mark.django_db

LINES = (
    (0.3, "打开樟木箱，里面没有存折。"),
    (61.2, "<v 程姐>退不掉的，折价付钱。"),
    (3700.0, "今天没占，明天也不占。"),
)
TEXT = "打开樟木箱，里面没有存折。 退不掉的，折价付钱。 今天没占，明天也不占。"


def clocked(seconds: float) -> str:
    return f"{int(seconds // 3600):02d}:{int(seconds % 3600 // 60):02d}:{seconds % 60:06.3f}"


def track() -> CaptionTrack:
    film = VideoFile.objects.create(title="片子", file=ContentFile(b"film", name="a.mp4"))
    cues = [f"{clocked(at)} --> {clocked(at + 2)}\n{words}\n" for at, words in LINES]
    return CaptionTrack.objects.create(video=film, vtt="WEBVTT\n\n" + "\n".join(cues))


def passage(track: CaptionTrack, *marked: str, text: str = TEXT) -> Passage:
    marks = tuple((text.index(words), text.index(words) + len(words)) for words in marked)
    return Passage(text, marks, "caption", "中文", str(track.pk), 0.3)


@pytest.mark.parametrize(
    ("marked", "second"),
    [(("樟木箱",), 0), (("折价付钱",), 61), (("今天", "明天也不占"), 3700), ((), 0)],
)
def test_the_second_is_that_of_the_longest_words_found(marked: tuple[str, ...], second: int) -> None:
    found = passage(track(), *marked)
    assert spoken.seconds_of([found]) == {found: second}


def test_captions_that_were_changed_since_leave_the_second_at_which_the_passage_begins() -> None:
    for text, vtt in (("另外的话", None), (TEXT, "not captions"), (TEXT, "")):
        made = track()
        if vtt is not None:
            CaptionTrack.objects.filter(pk=made.pk).update(vtt=vtt)
        found = Passage(text, ((0, 4),), "caption", "", str(made.pk), 5.0)
        assert spoken.seconds_of([found]) == {found: 5}


def test_the_reason_of_a_result_leads_to_the_second_in_the_film() -> None:
    made = track()
    page = factories.live(Kind.VIDEO, title="短片", video_file=made.video)
    card = cards_by_id([page.pk], Viewer.of(AnonymousUser()))[page.pk]
    hit = Hit(card, card.title, (), card.kind, card.url, 1.0, (passage(made, "折价付钱"),))
    [shown] = _rows_of([hit], Query(text="折价付钱"))
    assert shown.why == "出自影片 1:01 处的字幕"
    assert f'<a href="{card.url}#t=61">{shown.why}</a>' in row(
        card, frame(card, ""), hit=hit, why=shown.why, there=shown.there
    )
