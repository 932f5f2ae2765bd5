"""A canary in every non-public state: its words reach nobody through any page, count, export, file or cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import NoReverseMatch, reverse

from caselib.accounts.enums import Role
from caselib.media.models import CaseDocument
from caselib.resources.models import Attachment, ResourcePage
from caselib.review.services.submission import submit_for_review
from caselib.review.services.withdrawal import withdraw
from search import indexer
from tests import factories
from tests.permission_matrix.test_matrix import ROWS

# With the caches of pages and of their pieces on, as on a real site.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]

# The word a spy searches for; it stands in every hidden text, beside a secret that no query contains.
BAIT = "茑萝松"
TAGS = {"topics": ["家风建设"], "sectors": ["民政"], "positions": ["选调生"], "free_tags": ["茑萝松标签甲"]}


@dataclass(frozen=True)
class Hidden:
    """A resource in a state that some reader must not see, and the secrets planted in it."""

    state: str
    page: ResourcePage
    secrets: tuple[str, ...]
    files: tuple[str, ...] = ()


def fields(secret: str) -> dict[str, object]:
    """Return every free-text field of a case filled with a secret of its own."""

    def text(where: str) -> str:
        return f"{BAIT}{secret}{where}"

    return {
        "title": text("题"),
        "abstract": text("摘"),
        "source_title": text("源"),
        "source_by": text("人"),
        "permission": text("许"),
        "place": text("地"),
        "notes": [{"type": "note", "value": {"key": "1", "text": text("注")}}],
        "body": [
            factories.section(
                text("节"),
                factories.paragraph(text("段")),
                {"type": "quote", "value": {"text": text("引"), "attribution": text("者")}},
                {"type": "table", "value": {"caption": text("表"), "header_rows": 0, "rows": [[{"text": text("格")}]]}},
                {"type": "figures", "value": [{"label": text("数"), "value": "1", "unit": "个", "qualifier": ""}]},
                {"type": "heading", "value": {"level": "2", "text": text("目")}},
                {"type": "lead", "value": {"lead": text("领"), "text": f"<p>{text('句')}</p>"}},
            )
        ],
    }


def attach(page: ResourcePage, secret: str) -> tuple[str, ...]:
    document = CaseDocument(title=f"{BAIT}{secret}附")
    document.file.save("canary.txt", ContentFile(f"{BAIT}{secret}文".encode()))
    page.attachments = [Attachment(document=document, title=f"{BAIT}{secret}件")]
    page.save_revision()
    return (document.url,)


def hidden(state: str, secret: str, **kwargs: object) -> Hidden:
    page = factories.draft(tags=TAGS, authors=[(f"{secret}作", f"{secret}位")], **{**fields(secret), **kwargs})
    urls = attach(page, secret)
    return Hidden(state, page, (secret,), urls)


@pytest.fixture
def canaries() -> list[Hidden]:
    """One resource in every state that is not public, in the database and in the index."""
    found = [hidden("draft", "密甲")]
    waiting = hidden("in review", "密乙")
    submit_for_review(waiting.page, by=waiting.page.owner)
    found.append(waiting)
    for state, secret, extra in (
        ("internal", "密丙", {"circulation": "internal"}),
        ("restricted", "密丁", {"circulation": "restricted"}),
        ("for teachers", "密戊", {"audience": "teacher"}),
        ("for reviewers", "密己", {"audience": "reviewer"}),
        ("withdrawn", "密庚", {}),
    ):
        item = hidden(state, secret, **extra)
        found.append(Hidden(state, factories.publish(item.page), item.secrets, item.files))
    withdraw(found[-1].page, reason=f"{BAIT}密庚因", by=factories.UserFactory(roles=[Role.EDITOR]))
    live = factories.live(title="公开的案例", tags={"topics": ["家风建设"]})
    live.abstract = f"{BAIT}密辛新稿"
    live.save_revision()
    found.append(Hidden("later draft", live, ("密辛",)))
    indexer.drain_all()
    return found


def addresses(canaries: list[Hidden]) -> Iterator[str]:
    """Yield every address a curious reader would try: all URLs of the table, the pages, searches, exports, files."""
    for name, row in ROWS.items():
        try:
            yield reverse(name, kwargs=dict(row.args()))
        except NoReverseMatch:
            continue
    bait = quote(BAIT)
    yield from (f"/browse/?q={bait}", f"/browse/?q=-{bait}", f"/browse/?q=title:{bait}", "/browse/?sort=newest")
    yield from (f"/search-api/suggest/?q={quote('茑')}", f"/search-api/suggest/?q={bait}", "/search-api/suggest/?q=nls")
    for item in canaries:
        page = ResourcePage.objects.get(pk=item.page.pk)
        yield page.get_url() or f"/library/{page.slug}/"
        yield f"/library/{'/'.join(page.url_path.strip('/').split('/')[2:])}/"
        for name in ("catalogue:resource", "catalogue:basket_add", "review:manuscript", "review:dossier"):
            yield reverse(name, kwargs={"pk": page.pk})
        yield f"/admin/pages/{page.pk}/edit/"
        yield f"/admin/pages/{page.pk}/view_draft/"
        yield f"/admin/imports/export/{page.pk}/"
        yield from item.files


def sweep(client: Client, canaries: list[Hidden], allowed: frozenset[str] = frozenset()) -> list[str]:
    """Return where a secret of a state that is not ``allowed`` was said."""
    leaks = []
    secrets = {secret: item.state for item in canaries for secret in item.secrets if item.state not in allowed}
    for address in addresses(canaries):
        response = client.get(address, follow=True)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        said = body.decode("utf-8", "replace") + str(dict(response.headers))
        leaks += [f"{address}: {state}" for secret, state in secrets.items() if secret in said]
    return leaks


def test_the_public_hears_of_none(canaries: list[Hidden]) -> None:
    client = Client(raise_request_exception=False)
    assert sweep(client, canaries) == []
    # A second time, from whatever was cached the first time.
    assert sweep(client, canaries) == []


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        # Who could read an item before may be told by name that it can no longer be ordered.
        (Role.TRAINEE, {"internal", "withdrawn"}),
        (Role.UNIT_CONTACT, {"internal", "withdrawn"}),
        (Role.JUDGE, {"internal", "withdrawn"}),
        (Role.AUTHOR, {"internal", "withdrawn", "for teachers"}),
        (Role.DISPATCHER, {"internal", "withdrawn", "for teachers"}),
        # Reviewers, editors and the audit administrator oversee the reviews and so read what is under review.
        (Role.SYSTEM_ADMIN, {"withdrawn"}),
        (Role.SECURITY_ADMIN, {"withdrawn"}),
    ],
)
def test_a_role_hears_of_what_it_may_read_and_of_nothing_else(
    canaries: list[Hidden], role: Role, allowed: set[str]
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(factories.UserFactory(roles=[role]))
    assert sweep(client, canaries, frozenset(allowed)) == []


def test_what_a_member_read_is_not_served_to_the_public_afterwards(canaries: list[Hidden]) -> None:
    member, public = Client(), Client()
    member.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    for address in addresses(canaries):
        member.get(address, follow=True)
    assert sweep(public, canaries) == []


def test_counts_speak_only_of_what_is_seen(canaries: list[Hidden]) -> None:
    from caselib.accounts.viewers import Viewer
    from search.api import SearchRequest, search

    anonymous = search(SearchRequest(text=BAIT, viewer=Viewer()))
    assert anonymous.total == 0
    assert all(not buckets for buckets in anonymous.facets.values())
    member = search(SearchRequest(text=BAIT, viewer=Viewer.of(factories.UserFactory(roles=[Role.TRAINEE]))))
    assert member.total == 1
