"""Thousands of published resources in seconds: the rows that publishing writes, written table by table.

The services take about 40 ms for each resource, which is an hour for 100,000. Here every table gets the same rows in
bulk, in the order that the database's guards ask for: draft, revision, grant, then live.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from modelcluster.models import get_serializable_data_for_fields
from wagtail.models import Page, Revision

from benchmarks.passes import follow_ids, insert, write_passes
from caselib.accounts.models import Unit, User
from caselib.core import clock
from caselib.resources.codes import LETTERS
from caselib.resources.content import digest_of
from caselib.resources.enums import Circulation, EducationalLevel, Kind, Method
from caselib.resources.filing import folder_for
from caselib.resources.models import (
    KINDS,
    CodeSeries,
    Folder,
    PositionTagging,
    PublicationGrant,
    ResourceAuthor,
    ResourcePage,
    SectorTagging,
    TopicTagging,
)
from caselib.vocabularies.models import Position, Sector, Topic

PLACES = ("临江", "望海", "青石", "南坪", "云岭", "白沙", "长堤", "石桥", "东湾", "北塘")
DEEDS = (
    "村级账目公开",
    "招标限额管理",
    "窗口服务评价",
    "信访件回访",
    "采购验收",
    "项目资金监管",
    "干部轮岗",
    "廉政谈话",
)
PARAGRAPH = "当地把每一笔支出贴在公示栏里，群众可以当场提问，经办人当场答复，答不上来的写明期限。"
#: About the length of a real case: 2,000 characters.
PARAGRAPHS = 48
#: In a large library only every so many texts have that length, the others a sixth of it: gigabytes measure nothing.
LONG_EVERY = 10
ALL_LONG_UP_TO = 10_000
KINDS_OF_TEN = [Kind.CASE] * 6 + [Kind.COURSE] * 2 + [Kind.LESSON, Kind.TEXTBOOK]
CHUNK = 200
FIRST_YEAR, YEARS = 2019, 7
AXES = ((Topic, TopicTagging), (Sector, SectorTagging), (Position, PositionTagging))


@dataclass
class Shelf:
    """Where a batch files its pages: folders by (unit, kind, year) and how many children each has."""

    folders: dict[tuple[int, Kind, int], Folder]
    children: dict[int, int]

    def next_path(self, folder: Folder) -> tuple[str, int]:
        """Return the treebeard path of the next child of ``folder``."""
        self.children[folder.pk] += 1
        return Page._get_path(folder.path, folder.depth + 1, self.children[folder.pk]), folder.depth + 1


def body(number: int, paragraphs: int) -> list[dict[str, object]]:
    """Return a case text of three sections with ``paragraphs`` paragraphs of 43 characters."""

    def section(kind: str, heading: str) -> dict[str, object]:
        texts = [{"type": "paragraph", "value": f"<p>{PARAGRAPH}（{number}-{i}）</p>"} for i in range(paragraphs // 3)]
        return {"type": "section", "value": {"kind": kind, "heading": heading, "audience": "learner", "content": texts}}

    return [section("background", "背景"), section("practice", "做法"), section("outcome", "成效")]


def fill(size: int, editor: User, units: Sequence[Unit]) -> None:
    """Publish resources until there are ``size``; the same size gives the same library. Takes about 1 ms for each."""
    present = ResourcePage.objects.count()
    if present >= size:
        return
    rng = random.Random(present)
    terms = [
        (through, list(model.objects.filter(retired_at=None).values_list("pk", flat=True))) for model, through in AXES
    ]
    shelf = _shelf(units)
    long_every = 1 if size <= ALL_LONG_UP_TO else LONG_EVERY
    started = time.monotonic()
    for first in range(present, size, CHUNK):
        numbers = range(first, min(first + CHUNK, size))
        with transaction.atomic():
            _write(numbers, editor, units, shelf, terms, rng, long_every)
        if (numbers[-1] + 1) % (25 * CHUNK) == 0 or numbers[-1] + 1 == size:
            print(f"{numbers[-1] + 1} of {size}, {time.monotonic() - started:.0f} s", file=sys.stderr)
    for folder in shelf.folders.values():
        Page.objects.filter(pk=folder.pk).update(numchild=shelf.children[folder.pk])
    _continue_codes(size)


def _shelf(units: Sequence[Unit]) -> Shelf:
    folders = {
        (unit.pk, kind, year): folder_for(unit, kind, year)
        for unit in units
        for kind in dict.fromkeys(KINDS_OF_TEN)
        for year in range(FIRST_YEAR, FIRST_YEAR + YEARS)
    }
    return Shelf(folders, {folder.pk: folder.get_children_count() for folder in folders.values()})


def _write(
    numbers: range,
    editor: User,
    units: Sequence[Unit],
    shelf: Shelf,
    terms: Sequence[tuple[type[models.Model], list[int]]],
    rng: random.Random,
    long_every: int,
) -> None:
    first_id = (Page.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    pages = [
        _page(number, first_id + place, editor, units, shelf, rng, long_every) for place, number in enumerate(numbers)
    ]
    insert(Page, pages)
    insert(ResourcePage, pages)
    for model in {type(page) for page in pages}:
        insert(model, [page for page in pages if type(page) is model])
    for through, ids in terms:
        chosen = ((page, pk) for page in pages for pk in rng.sample(ids, min(3, len(ids))))
        through._base_manager.bulk_create(through(content_object_id=page.pk, tag_id=pk) for page, pk in chosen)
    ResourceAuthor.objects.bulk_create(
        ResourceAuthor(page_id=page.pk, name=editor.name, unit_name=str(page.unit), user=editor, sort_order=0)
        for page in pages
    )
    revisions = list(_revisions(pages, editor))
    first_revision = (Revision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    for place, revision in enumerate(revisions):
        revision.pk = first_revision + place
    Revision.objects.bulk_create(revisions)
    digests = [digest_of(revision.content) for revision in revisions]
    write_passes(revisions, digests)
    PublicationGrant.objects.bulk_create(
        PublicationGrant(
            revision=revision, page_id=page.pk, sha256=sha, granted_by=editor, granted_at=page.first_published_at
        )
        for page, revision, sha in zip(pages, revisions, digests, strict=True)
    )
    shift = first_revision - first_id
    with connection.cursor() as cursor:
        # The guard of the database sees to it that each of these has its grant.
        cursor.execute(
            "UPDATE wagtailcore_page SET live = %s, live_revision_id = id + %s, latest_revision_id = id + %s "
            "WHERE id BETWEEN %s AND %s",
            [True, shift, shift, first_id, first_id + len(pages) - 1],
        )
    for model in (Page, Revision):
        follow_ids(model)


def _page(
    number: int, pk: int, editor: User, units: Sequence[Unit], shelf: Shelf, rng: random.Random, long_every: int
) -> ResourcePage:
    kind = KINDS_OF_TEN[number % len(KINDS_OF_TEN)]
    # The first unit has as many as all others together: some folder is always the large one.
    unit = units[0] if rng.random() < 0.5 else rng.choice(units)
    day = date(FIRST_YEAR, 1, 1) + timedelta(days=rng.randrange(365 * YEARS))
    folder = shelf.folders[unit.pk, kind, day.year]
    path, depth = shelf.next_path(folder)
    moment = datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(seconds=number % 86_000)
    title = f"{rng.choice(PLACES)}{rng.choice(DEEDS)}（{number}）"
    slug = f"{title[:-1].replace('（', '-')}-{pk}"
    values: dict[str, Any] = {}
    if kind == Kind.CASE:
        values["body"] = body(number, PARAGRAPHS if number % long_every == 0 else PARAGRAPHS // 6)
    if kind in (Kind.COURSE, Kind.LESSON):
        values["class_hours"] = rng.choice((1, 2, 3, 4, 6, 8, 12))
    model = KINDS[kind.value]
    return model(
        id=pk,
        page_ptr_id=pk,
        resourcepage_ptr_id=pk,
        path=path,
        depth=depth,
        numchild=0,
        title=title,
        draft_title=title,
        slug=slug,
        url_path=f"{folder.url_path}{slug}/",
        live=False,
        has_unpublished_changes=False,
        first_published_at=moment,
        last_published_at=moment,
        latest_revision_created_at=moment,
        owner=editor,
        unit=unit,
        locale_id=folder.locale_id,
        content_type=ContentType.objects.get_for_model(model),
        abstract=PARAGRAPH,
        circulation=Circulation.PUBLIC,
        written_on=day,
        reviewed_on=day,
        methods=[rng.choice(Method.values)],
        educational_levels=[rng.choice(EducationalLevel.values)],
        code=f"{LETTERS[kind]}-{day.year}-{number:06d}",
        **values,
    )


def _revisions(pages: Sequence[ResourcePage], editor: User) -> Iterator[Revision]:
    base = ContentType.objects.get_for_model(Page)
    templates: dict[type, dict[str, Any]] = {}
    for page in pages:
        if type(page) not in templates:
            templates[type(page)] = page.serializable_data()
        mine = templates[type(page)] | get_serializable_data_for_fields(page)
        yield Revision(
            content_type=page.content_type,
            base_content_type=base,
            object_id=str(page.pk),
            created_at=page.first_published_at or clock.now(),
            user=editor,
            object_str=page.title,
            content=mine,
        )


def _continue_codes(size: int) -> None:
    """Let the next code of each series stand above all that were written here."""
    for kind in dict.fromkeys(KINDS_OF_TEN):
        for year in range(FIRST_YEAR, FIRST_YEAR + YEARS):
            CodeSeries.objects.update_or_create(prefix=f"{LETTERS[kind]}-{year}-", defaults={"last": size})
