"""The index follows the library: publish, withdraw, rename, retag, recirculate, replace a file, delete."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core import clock, jobs
from caselib.media.models import CaptionTrack, VideoFile
from caselib.resources.enums import AwardTier, Circulation, Kind
from caselib.resources.models import ResourceAward, ResourcePage, RestrictedGroup
from caselib.resources.publishing import opened
from caselib.vocabularies.models import Topic
from search import api, engines, harvest, indexer, office, outbox, reading, rebuilding, upkeep
from search.api import SearchRequest
from search.backends.base import Refused
from search.backends.embedded import EmbeddedBuilder, EmbeddedEngine
from search.models import POISONED_AFTER, IndexBuild, OutboxJob
from search.records import Record
from tests import factories
from tests.search.finding import Find, teacher, titles

pytestmark = pytest.mark.django_db


def test_the_job_and_the_change_commit_together() -> None:
    page = factories.live(title="渔港")
    OutboxJob.objects.all().delete()
    try:
        with transaction.atomic():
            page.title = "改名"
            with opened([page.pk]):
                page.save()
            assert OutboxJob.objects.filter(key=harvest.key_of(page.pk)).exists()
            raise RuntimeError("the change fails after all")
    except RuntimeError:
        pass
    assert not OutboxJob.objects.exists()


def test_drafts_enqueue_nothing_and_are_not_found(find: Find) -> None:
    find()
    OutboxJob.objects.all().delete()
    page = factories.draft(title="未发布的草稿")
    page.save_revision()
    assert not OutboxJob.objects.exists()
    assert find("未发布的草稿").total == 0


def test_a_new_draft_of_a_live_page_changes_nothing_found(find: Find) -> None:
    page = factories.live(title="渔港旧名")
    page.title = "渔港新名"
    page.save_revision()
    assert titles(find("渔港")) == ["渔港旧名"]
    factories.publish(page)
    assert titles(find("渔港")) == ["渔港新名"]


def test_unpublished_is_gone_at_once_even_before_the_drain(find: Find) -> None:
    page = factories.live(title="渔港")
    assert find("渔港").total == 1
    page.unpublish()
    before_drain = api.search(SearchRequest("渔港", viewer=Viewer()))
    assert before_drain.hits == ()
    assert before_drain.total == 0
    assert find("渔港").total == 0


def test_narrower_circulation_hides_at_once(find: Find) -> None:
    page = factories.live(title="渔港")
    find()
    page.circulation = Circulation.INTERNAL
    with opened([page.pk]):
        page.save()
    assert api.search(SearchRequest("渔港", viewer=Viewer())).hits == ()
    assert find("渔港").total == 0
    assert titles(find("渔港", viewer=teacher())) == ["渔港"]


def test_a_group_opens_a_restricted_page(find: Find) -> None:
    page = factories.live(title="渔港", circulation=Circulation.RESTRICTED)
    user = factories.UserFactory(roles=[Role.TRAINEE])
    assert find("渔港", viewer=Viewer.of(user)).total == 0
    RestrictedGroup.objects.create(page_id=page.pk, group=user.groups.get())
    assert titles(find("渔港", viewer=Viewer.of(user))) == ["渔港"]


def test_terms_units_and_awards_are_followed(find: Find) -> None:
    topic = Topic.objects.create(name="旧词条", code="OLD-1")
    page = factories.live(title="渔港", tags={"topics": ["旧词条"]})
    assert titles(find("旧词条")) == ["渔港"]
    topic.name = "新词条"
    topic.save()
    assert find("旧词条").relaxed
    assert titles(find("新词条")) == ["渔港"]
    page.unit.name = "改名后的单位"
    page.unit.save()
    assert titles(find("unit:改名后的单位")) == ["渔港"]
    ResourceAward.objects.create(page_id=page.pk, tier=AwardTier.FIRST, competition="评选", year=2024)
    assert titles(find("", filters={"award": ["first"]})) == ["渔港"]


def test_an_award_marked_again_or_revoked_is_followed_in_the_same_transaction(find: Find) -> None:
    page = factories.live(title="渔港")
    find()
    key = {"page_id": page.pk, "competition": "评选", "year": 2024}
    for tier in (AwardTier.SECOND, AwardTier.FIRST):  # as the competition office marks them
        with transaction.atomic():
            ResourceAward.objects.update_or_create(**key, defaults={"tier": tier})
            assert OutboxJob.objects.filter(key=harvest.key_of(page.pk)).exists()
        assert titles(find("", filters={"award": [tier]})) == ["渔港"]
    assert find("", filters={"award": [AwardTier.SECOND]}).total == 0
    ResourceAward.objects.filter(**key).delete()
    assert find("", filters={"award": [AwardTier.FIRST]}).total == 0


def test_calls_of_footnotes_stand_in_no_passage(find: Find) -> None:
    body = [factories.section("做法", factories.paragraph("账本[^n-1]挂在墙上。[^2]数据[^ 不是脚注]照登。"))]
    page = factories.live(title="渔港", body=body)
    text = "\n".join(part.text for part in harvest.record(page).parts)
    assert "账本挂在墙上。数据[^ 不是脚注]照登。" in text
    shown = [p.text for hit in find("账本挂在墙上").hits for p in hit.passages]
    assert any("账本挂在墙上" in line for line in shown)
    assert "[^n-1]" not in "".join(shown)


def test_a_moved_term_is_counted_under_its_new_parent(find: Find) -> None:
    first, second = (Topic.objects.create(name=f"上级{n}", code=f"UP-{n}") for n in (1, 2))
    child = Topic.objects.create(name="下级", code="UP-1-1", parent=first)
    factories.live(title="渔港", tags={"topics": ["下级"]})
    assert find("", filters={"topics": [str(first.pk)]}).total == 1
    child.parent = second
    child.save()
    assert find("", filters={"topics": [str(first.pk)]}).total == 0
    assert find("", filters={"topics": [str(second.pk)]}).total == 1


def test_a_page_that_is_no_longer_live_leaves_the_index(find: Find) -> None:
    page = factories.live(title="渔港")
    find()
    page.live = False
    page.save()
    assert find("渔港").total == 0
    assert dict(engines.get("embedded").versions()) == {}


def captioned(words: str) -> VideoFile:
    film = VideoFile.objects.create(title="片子", file=ContentFile(words.encode(), name="a.mp4"))
    vtt = f"WEBVTT\n\n00:01.000 --> 00:02.000\n开头一句\n\n00:01:05.500 --> 00:01:08.000\n<v 张三>{words}\n"
    CaptionTrack.objects.create(video=film, vtt=vtt)
    return film


def test_captions_are_searched_with_their_second_and_leave_with_their_film(find: Find) -> None:
    page = factories.live(Kind.VIDEO, title="短片", video_file=captioned("渔船归港了"))
    passage = next(p for p in find("渔船归港").hits[0].passages if p.source == "caption")
    assert passage.seconds in (1.0, 65.5)
    assert "渔船归港了" in passage.text
    page.video_file = captioned("茶农上山了")
    page.save_revision()
    factories.publish(page)
    assert find("渔船归港").total == 0 or find("渔船归港").relaxed
    assert titles(find("茶农上山")) == ["短片"]


def test_a_page_that_cannot_be_read_backs_off_and_shows_in_the_office(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = factories.live(title="渔港好页"), factories.live(title="渔港坏页")
    find()
    real = harvest.record

    def failing(page: ResourcePage, **kwargs: object) -> object:
        if page.pk == bad.pk:
            raise ValueError("this page is broken")
        return real(page, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(harvest, "record", failing)
    for page in (good, bad):
        page.abstract = "改过"
        with opened([page.pk]):
            page.save()
    moment = clock.now()
    for attempt in range(POISONED_AFTER + 1):
        with clock.fixed(moment + timedelta(hours=attempt)):
            report = indexer.drain("embedded")
        assert report.failed == 1
        assert (report.indexed == 1) == (attempt == 0)
    job = office.failing().get()
    assert job.poisoned
    assert "this page is broken" in job.error
    assert office.status_of("embedded")["poisoned"] == 1
    with clock.fixed(moment + timedelta(hours=POISONED_AFTER)):
        assert indexer.drain("embedded").failed == 0  # not due yet
    monkeypatch.undo()
    assert office.retry([job.pk]) == 1
    assert indexer.drain("embedded").indexed == 1
    assert not OutboxJob.objects.exists()


def test_a_page_left_out_of_a_rebuild_waits_in_the_outbox(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = factories.live(title="渔港好页"), factories.live(title="渔港坏页")
    find()
    real = EmbeddedBuilder.add

    def choosy(builder: EmbeddedBuilder, records: list[Record]) -> dict[str, str]:
        kept = [r for r in records if r.key != harvest.key_of(bad.pk)]
        real(builder, kept)
        return {r.key: "not taken" for r in records if r not in kept}

    monkeypatch.setattr(EmbeddedBuilder, "add", choosy)
    for _ in range(2):
        assert rebuilding.rebuild("embedded") == 1
        assert [job.key for job in OutboxJob.objects.all()] == [harvest.key_of(bad.pk)]
    assert good.title in titles(api.search(SearchRequest("渔港")))
    assert sorted(titles(find("渔港"))) == sorted([good.title, bad.title])


def test_records_an_engine_refuses_are_blamed_one_by_one(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [factories.live(title=f"渔港{n}") for n in "甲乙丙"]
    find()
    for page in pages:
        outbox.enqueue([harvest.key_of(page.pk)])
    real = EmbeddedEngine.apply
    bad = harvest.key_of(pages[1].pk)

    def choosy(engine: EmbeddedEngine, upserts: list[Record], deletes: list[str], *, at: int) -> set[str]:
        if any(r.key == bad for r in upserts):
            raise Refused({bad if len(upserts) == 1 else "": "too long"})
        return real(engine, upserts, deletes, at=at)

    monkeypatch.setattr(EmbeddedEngine, "apply", choosy)
    report = indexer.drain("embedded")
    assert (report.indexed, report.failed, report.unavailable) == (2, 1, "")
    assert [(job.key, job.error) for job in office.failing()] == [(bad, f"Refused: {bad}: too long")]


def test_reconcile_finds_and_repairs_what_no_signal_told(find: Find) -> None:
    kept, changed, dropped = (factories.live(title=f"渔港{n}") for n in "甲乙丙")
    find()
    with opened([changed.pk]):
        ResourcePage.objects.filter(pk=changed.pk).update(abstract="批量改动", title="渔港改")
    ResourcePage.objects.filter(pk=dropped.pk).update(withdrawn_at=clock.now())
    engines.get("embedded").apply([], [harvest.key_of(kept.pk)], at=0)
    look = indexer.reconcile("embedded", repair=False)
    assert (look.missing, look.stale, look.surplus) == (
        [harvest.key_of(kept.pk)],
        [harvest.key_of(changed.pk)],
        [harvest.key_of(dropped.pk)],
    )
    assert indexer.reconcile("embedded").repaired == 3
    assert indexer.reconcile("embedded").differences == 0
    assert set(titles(find("渔港"))) == {"渔港甲", "渔港改"}


def test_a_change_during_a_rebuild_is_in_the_new_index(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    page, other = factories.live(title="渔港旧名"), factories.live(title="渔港要撤")
    find()
    real = rebuilding._fill

    def fill_then_change(*args: object) -> int:
        done = real(*args)  # type: ignore[arg-type]
        page.title = "渔港新名"
        page.save_revision()
        factories.publish(page)
        other.unpublish()
        assert indexer.drain("embedded").indexed == 1
        assert titles(api.search(SearchRequest("渔港"))) == ["渔港新名"]
        return done

    monkeypatch.setattr(rebuilding, "_fill", fill_then_change)
    rebuilding.rebuild("embedded")
    assert titles(api.search(SearchRequest("渔港"))) == ["渔港新名"]
    assert indexer.reconcile("embedded").differences == 0
    assert IndexBuild.objects.get(pk=IndexBuild.objects.latest("pk").pk).state == IndexBuild.DONE


def test_a_rebuild_that_fails_leaves_the_live_index(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.live(title="渔港")
    find()

    def failing(*args: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(rebuilding, "_switch", failing)
    with pytest.raises(RuntimeError):
        rebuilding.rebuild("embedded")
    assert find("渔港").total == 1
    assert IndexBuild.objects.first().state == IndexBuild.ABORTED


def test_the_rebuild_job_reports(find: Find) -> None:
    factories.live(title="渔港")
    find()
    job = jobs.start("search.rebuild", by=None, engine="embedded")
    jobs.run_pending()
    job.refresh_from_db()
    assert (job.state, job.result["records"]) == ("done", 1)


def test_draining_costs_the_same_queries_for_one_page_and_for_thirty(find: Find) -> None:
    find()
    pages = [factories.live(title=f"渔港{n}") for n in range(30)]
    OutboxJob.objects.all().delete()

    def cost(chosen: list[ResourcePage]) -> int:
        outbox.enqueue(harvest.key_of(p.pk) for p in chosen)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert indexer.drain("embedded").indexed == len(chosen)
        return len(caught)

    # A handful more for the batches that a long list is fetched in, none for each page; PostgreSQL adds a savepoint's.
    allowed = 5 if connection.vendor == "sqlite" else len(pages)
    assert cost(pages) <= cost(pages[:1]) + allowed


def test_a_job_that_failed_before_the_clock_was_set_back_does_not_wait_for_years(find: Find) -> None:
    factories.live(title="渔港")
    OutboxJob.objects.update(attempts=1, retry_at=clock.now() + timedelta(days=900))
    assert titles(find("渔港")) == ["渔港"]


def test_a_directory_that_takes_no_files_is_an_engine_that_is_away(tmp_path: Path, settings: Any) -> None:
    """Not a worker that dies with each drain, nor a command that ends in a stack of calls."""
    (tmp_path / "place").write_text("a file")
    settings.SEARCH_INDEX_DIR = tmp_path / "place" / "search"
    engines.reset()
    factories.live(title="渔港")
    assert indexer.drain("embedded").unavailable
    assert upkeep.keep_up("embedded").unavailable
    assert reading.read_all() == 0
    with pytest.raises(CommandError, match="does not answer"):
        call_command("search_index", "rebuild")
    assert titles(api.search(SearchRequest("渔港"))) == ["渔港"]
