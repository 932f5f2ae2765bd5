"""Vocabularies: acts keep every link, files round-trip, and nothing hostile gets in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from taggit.models import Tag

from caselib.accounts.enums import Role
from caselib.core.errors import RefusedError
from caselib.core.models import AuditRecord
from caselib.resources.models import ResourcePage
from caselib.vocabularies import services, transfer
from caselib.vocabularies.exchange import formats
from caselib.vocabularies.exchange.records import TermRecord, compare
from caselib.vocabularies.models import Position, Sector, Topic
from caselib.vocabularies.selectors import in_tree_order
from tests import factories


def record_strategy() -> st.SearchStrategy[list[TermRecord]]:
    words = st.text(
        st.characters(codec="utf-8", categories=("Lo", "Lu", "Ll", "Nd", "Po")), min_size=1, max_size=12
    ).filter(lambda text: text.strip() == text and not set(";；、") & set(text) and not text.startswith("'"))
    codes = st.from_regex(r"[A-Z][A-Z0-9]{1,5}", fullmatch=True)
    one = st.builds(
        TermRecord, code=codes, name=words, synonyms=st.lists(words, max_size=3, unique=True).map(sorted).map(tuple),
        scope_note=words,
    )  # fmt: skip
    return st.lists(one, max_size=8, unique_by=(lambda r: r.code, lambda r: r.name))


@given(record_strategy())
def test_csv_round_trips(records: list[TermRecord]) -> None:
    assert formats.from_csv(formats.to_csv(records)) == records
    assert formats.to_csv(records).startswith("\ufeff"), "Excel and WPS would take the file for GBK"


@pytest.mark.parametrize("syntax", ["ttl", "jsonld", "rdf"])
def test_skos_round_trips(syntax: str) -> None:
    records = [
        TermRecord("T01", "廉政教育", "", ("廉洁教育",), "说明"),
        TermRecord("T01.01", "家风建设", "T01"),
    ]
    text = formats.to_skos(records, "topic", "主题", syntax)
    assert sorted(formats.from_skos(text, syntax), key=lambda r: r.code) == records


LAUGHS = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 40}'>" for n in range(1, 9))  # 40 to the eighth times one word


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("", "csv"),
        ("a,b\n1,2", "csv"),
        ("not turtle", "ttl"),
        ('{"@context": "http://127.0.0.1:9/context", "@id": "x"}', "jsonld"),
        ('{"@graph": [{"@context": ["http://127.0.0.1:9/c"]}]}', "jsonld"),
        ("{", "jsonld"),
        ("[" * 100_000, "jsonld"),
        ("not xml", "rdf"),
        (f"<!DOCTYPE a [<!ENTITY e0 'lol'>{LAUGHS}]><a>&e8;</a>", "rdf"),
    ],
)
def test_unreadable_files_are_named_as_such(text: str, syntax: str) -> None:
    with pytest.raises(formats.UnreadableError):
        transfer.read(text, syntax)


@pytest.mark.parametrize(
    "context",
    ['"http://x.test/c"', '["http://x.test/c"]', '[["http://x.test/c"]]', '[{}, [["http://x.test/c"]]]',
     '{"@import": "http://x.test/c"}', '[{"@import": "http://x.test/c"}]', '{"p": {"@id": "x:p", "@context": [["file:///c"]]}}'],
)  # fmt: skip
def test_no_context_is_fetched(context: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("rdflib.plugins.shared.jsonld.context.source_to_json", lambda *args: asked.append(args))
    with pytest.raises(formats.UnreadableError, match="@context"):
        formats.from_skos(f'[{{"@context": {context}, "@id": "x:y"}}]', "jsonld")
    assert asked == []


def test_formulas_are_disarmed_in_csv() -> None:
    text = formats.to_csv([TermRecord("X1", "=cmd|calc", "", ("@SUM(1)",), "+1")])
    assert "'=cmd" in text
    assert "'+1" in text


def test_compare_refuses_circles_depth_and_unknown_parents() -> None:
    wanted = [
        TermRecord("A", "甲", "B"),
        TermRecord("B", "乙", "A"),
        TermRecord("C", "丙", "Z"),
        TermRecord("D", "丁"),
        TermRecord("E", "戊", "D"),
        TermRecord("F", "己", "E"),
        TermRecord("G", "庚", "F"),
    ]
    got = {change.record.code: (change.act, change.reason) for change in compare({}, wanted)}
    assert got["A"] == ("refuse", "circle")
    assert got["C"] == ("refuse", "unknown-parent")
    assert got["F"] == ("create", "")
    assert got["G"] == ("refuse", "too-deep")


pytestmark = pytest.mark.django_db


def topic(name: str) -> Topic:
    return Topic.objects.get(name=name)


def test_the_starting_set_is_installed() -> None:
    assert (Topic.objects.count(), Sector.objects.count(), Position.objects.count()) == (65, 12, 33)
    assert topic("家风建设").parent == topic("廉政教育")


def test_a_renamed_term_keeps_its_old_name_as_synonym_and_its_links() -> None:
    page = factories.live(tags={"topics": ["家风建设"]})
    services.rename_term(topic("家风建设"), "家庭家教家风", by=None)
    assert list(ResourcePage.objects.get(pk=page.pk).topics.names()) == ["家庭家教家风"]
    assert "家风建设" in topic("家庭家教家风").synonyms
    assert AuditRecord.objects.filter(verb="vocabularies.renamed").exists()


def test_moving_a_term_moves_what_is_below_it() -> None:
    services.move_term(topic("廉政教育"), topic("党性教育"), by=None)
    child = topic("家风建设")
    assert child.level == 3
    assert child.ancestor_ids() == [topic("党性教育").pk, topic("廉政教育").pk, child.pk]
    assert child.pk in topic("党性教育").descendant_ids()


@pytest.mark.parametrize(("term", "parent"), [("廉政教育", "家风建设"), ("廉政教育", "廉政教育")])
def test_circles_are_refused(term: str, parent: str) -> None:
    with pytest.raises(RefusedError):
        services.move_term(topic(term), topic(parent), by=None)


def test_merging_keeps_live_links_drafts_and_redirects() -> None:
    live = factories.live(tags={"topics": ["家风建设", "廉政文化"]})
    draft = factories.draft(tags={"topics": ["家风建设"]})
    services.merge_terms(topic("家风建设"), topic("廉政文化"), by=None)
    assert list(ResourcePage.objects.get(pk=live.pk).topics.names()) == ["廉政文化"]
    assert list(draft.get_latest_revision_as_object().topics.names()) == ["廉政文化"]
    assert [tag.name for tag in factories.publish(draft).topics.all()] == ["廉政文化"]
    assert topic("家风建设").replaced_by == topic("廉政文化")
    assert "家风建设" in topic("廉政文化").synonyms


def test_merging_keeps_the_fingerprint_of_a_read_draft() -> None:
    from caselib.resources.content import digest

    draft = factories.draft(tags={"topics": ["家风建设"]})
    before = digest(draft.get_latest_revision())
    services.merge_terms(topic("家风建设"), topic("廉政文化"), by=None)
    assert digest(ResourcePage.objects.get(pk=draft.pk).get_latest_revision()) == before


def test_a_term_with_narrower_ones_is_not_retired() -> None:
    with pytest.raises(RefusedError):
        services.retire_term(topic("廉政教育"), None, by=None)


def test_a_free_tag_becomes_a_term() -> None:
    page = factories.live(tags={"free_tags": ["清廉乡村"]})
    services.promote_tag(Tag.objects.get(name="清廉乡村"), Topic, by=None, parent=topic("廉政教育"))
    page = ResourcePage.objects.get(pk=page.pk)
    assert list(page.topics.names()) == ["清廉乡村"]
    assert list(page.free_tags.names()) == []


def test_an_export_imported_again_changes_nothing() -> None:
    for syntax in ("csv", "ttl", "jsonld", "rdf"):
        records = transfer.read(transfer.export(Topic, syntax), syntax)
        assert {change.act for change in transfer.import_records(Topic, records, by=None)} == {"same"}


def test_a_dry_run_changes_nothing() -> None:
    records = [TermRecord("T99", "新主题"), TermRecord("T99.1", "新子主题", "T99")]
    before = AuditRecord.objects.count()
    assert [c.act for c in transfer.import_records(Topic, records, by=None, dry_run=True)] == ["create", "create"]
    assert not Topic.objects.filter(name="新主题").exists()
    assert AuditRecord.objects.count() == before
    transfer.import_records(Topic, records, by=None)
    assert topic("新子主题").parent == topic("新主题")


def test_the_editor_uses_the_tools(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.EDITOR)
    url = reverse("vocabulary_tools", args=["topic"])
    data = {"act": "retire", "retire-term": topic("家风建设").pk, "retire-successor": topic("廉政文化").pk}
    assert client.post(url, data).status_code == 302
    assert topic("家风建设").retired
    file = SimpleUploadedFile("t.csv", "code,name\nT98,数字廉政\n".encode("gb18030"))
    page = client.post(url, {"act": "import", "import-file": file, "import-syntax": "csv"}).content.decode()
    assert "数字廉政" in page
    assert not Topic.objects.filter(code="T98").exists()
    assert client.get(reverse("vocabulary_export", args=["topic", "ttl"])).status_code == 200


@pytest.mark.parametrize("role", [r for r in Role.values if r != Role.EDITOR])
def test_nobody_else_uses_the_tools(client_of: Callable[..., Client], role: str) -> None:
    client = client_of(role)
    for url in (reverse("vocabulary_tools", args=["topic"]), reverse("vocabulary_export", args=["topic", "csv"])):
        assert client.get(url).status_code in (302, 403)


def test_terms_are_added_and_edited_in_the_admin(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.EDITOR)
    data = {"name": "数字廉政", "parent": topic("廉政教育").pk, "synonyms": "智慧监督\n数字监督", "scope_note": ""}
    assert client.post(reverse("topics:add"), data).status_code == 302
    term = topic("数字廉政")
    assert term.synonyms == ["数字监督", "智慧监督"]
    response = client.post(reverse("topics:edit", args=[term.pk]), data | {"name": "作风建设"})
    assert response.status_code == 200
    assert topic("数字廉政") == term
    assert client.get(reverse("topics:index")).status_code == 200


@pytest.mark.django_db
def test_what_is_retired_below_a_restored_term_goes_with_it() -> None:
    top = services.create_term(Topic, "上", by=None)
    middle = services.create_term(Topic, "中", by=None, parent=top)
    low = services.create_term(Topic, "下", by=None, parent=middle)
    for term in (low, middle, top):
        services.retire_term(term, None, by=None)

    services.restore_term(middle, by=None)

    low, middle = Topic.objects.get(pk=low.pk), Topic.objects.get(pk=middle.pk)
    assert (middle.path, low.path, low.level) == (f"{middle.pk}/", f"{middle.pk}/{low.pk}/", 2)


def test_terms_stand_in_the_order_they_were_given_beyond_nine_and_ninety_nine(client_of: Callable[..., Client]) -> None:
    """The tree was sorted by a text of row numbers: 10 came before 9, in the table, in every choice, and in exports."""
    top = services.create_term(Topic, "卷", by=None)
    first = Topic.objects.order_by("-pk")[0].pk
    Topic.objects.filter(pk=first).update(order=100)
    made = [
        services.create_term(Topic, f"章{number:03d}", by=None, parent=top) for number in range(1, 112 - first % 10)
    ]
    low = services.create_term(Topic, "节", by=None, parent=made[1])
    want = ["卷", "章001", "章002", "节", *(term.name for term in made[2:])]
    assert [term.name for term in in_tree_order(Topic.objects.filter(path__startswith=top.path))] == want
    assert [record.name for record in transfer.records(Topic) if record.name[0] == "章"] == [term.name for term in made]
    page = client_of(Role.EDITOR).get(reverse("topics:index"), {"q": "章"}).content.decode()
    places = [page.index(f"　{name}") for name in ("章001", "章002", "章009", "章010")]
    assert places == sorted(places)
    assert low.level == 3
