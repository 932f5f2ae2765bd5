"""Fills a database with a library of a given size, through the same services people use."""

from __future__ import annotations

import random
import sys
import time

from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import transaction
from taggit.models import Tag
from wagtail.models import Site

from benchmarks.stock.models import StockPage, StockTag
from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.accounts.services import set_roles
from caselib.resources.content import digest
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import CaseStudy, ResourcePage
from caselib.resources.publishing import publish_granted
from caselib.resources.services import create_draft
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
BATCH = 200
# About the length of a real case: 2,000 characters.
PARAGRAPHS = 48


def _body(number: int) -> list[dict[str, object]]:
    def section(kind: str, heading: str, count: int) -> dict[str, object]:
        texts = [{"type": "paragraph", "value": f"<p>{PARAGRAPH}（{number}-{i}）</p>"} for i in range(count)]
        return {"type": "section", "value": {"kind": kind, "heading": heading, "audience": "learner", "content": texts}}

    third = PARAGRAPHS // 3
    return [section("background", "背景", third), section("practice", "做法", third), section("outcome", "成效", third)]


def build(size: int) -> None:
    """Install the library and publish ``size`` resources and as many stock pages; takes minutes for thousands."""
    call_command("migrate", verbosity=0)
    call_command("install_library", verbosity=0)
    present = ResourcePage.objects.count()
    editor = _editor()
    random.seed(present)
    terms = {
        axis: list(model.objects.filter(retired_at=None).values_list("name", flat=True)) for axis, model in _axes()
    }
    kinds = [Kind.CASE] * 6 + [Kind.COURSE] * 2 + [Kind.LESSON, Kind.TEXTBOOK]
    started = time.monotonic()
    for first in range(present, size, BATCH):
        with transaction.atomic():
            for number in range(first, min(first + BATCH, size)):
                _resource(number, kinds[number % len(kinds)], editor, terms)
        print(f"{min(first + BATCH, size)} of {size}, {time.monotonic() - started:.0f} s", file=sys.stderr)
    _stock(size, terms["topics"])
    call_command("search_index", "rebuild", verbosity=0)


def _axes() -> tuple[tuple[str, type[Topic | Sector | Position]], ...]:
    return (("topics", Topic), ("sectors", Sector), ("positions", Position))


def _editor() -> User:
    found = User.objects.filter(username="bench-editor").first()
    if found:
        return found
    unit = Unit.add_root(name="临江党校", code="bench")
    user = User.objects.create(username="bench-editor", name="编辑", unit=unit)
    set_roles(user, [Role.EDITOR.value, Role.AUTHOR.value, Role.TEACHER.value], by=None)
    return user


def _resource(number: int, kind: Kind, editor: User, terms: dict[str, list[str]]) -> None:
    title = f"{random.choice(PLACES)}{random.choice(DEEDS)}（{number}）"
    fields: dict[str, object] = {"abstract": PARAGRAPH, "circulation": Circulation.PUBLIC}
    if kind == Kind.CASE:
        fields["body"] = _body(number)
    tags = {axis: random.sample(names, min(3, len(names))) for axis, names in terms.items()}
    page = create_draft(kind, title=title, by=editor, fields=fields, tags=tags)
    revision = page.get_latest_revision()
    publish_granted(page, revision, digest(revision), by=editor)


def _stock(size: int, names: list[str]) -> None:
    """The same number of stock pages: made in bulk below one index page, since their making is not measured."""
    if StockPage.objects.exists():
        return
    site = Site.objects.get(is_default_site=True)
    tags = [Tag.objects.get_or_create(name=name, defaults={"slug": f"bench-{i}"})[0] for i, name in enumerate(names)]
    index = site.root_page.add_child(instance=StockPage(title="stock", slug="stock", body=[]))
    body = [("heading", "做法"), *(("paragraph", f"<p>{PARAGRAPH}</p>") for _ in range(PARAGRAPHS))]
    with transaction.atomic():
        for number in range(min(size, 1000)):
            page = StockPage(title=f"案例{number}", slug=f"stock-{number}", abstract=PARAGRAPH, body=body)
            index.add_child(instance=page)
            StockTag.objects.bulk_create(
                StockTag(content_object=page, tag=tag) for tag in random.sample(tags, min(9, len(tags)))
            )


def targets() -> dict[str, str]:
    """Addresses to measure: one case in the middle of the library, lists and searches over all of it."""
    cases = CaseStudy.objects.live().order_by("pk")
    page = cases[cases.count() // 2]
    stock = StockPage.objects.order_by("pk")[StockPage.objects.count() // 2]
    return {
        "hello": "/hello/",
        "detail": page.get_url() or "",
        "list": "/browse/",
        "search": "/browse/?q=账目公开",
        "home": "/",
        "stock_detail": f"/bench-stock/{stock.slug}/",
        "stock_list": "/bench-stock/list/",
    }


def size() -> int:
    """How many resources there are, those of a kept library included."""
    return ResourcePage.objects.count()


def session_of_editor() -> str:
    """A session cookie of a signed-in editor."""
    user = User.objects.get(username="bench-editor")
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.save()
    assert store.session_key is not None
    return store.session_key
