"""Files of terms as people send them: what is wrong is named with its line, what is right is taken, nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.core.models import AuditRecord
from caselib.vocabularies import services, transfer
from caselib.vocabularies.exchange import formats
from caselib.vocabularies.exchange.records import TermRecord, compare
from caselib.vocabularies.models import Topic

pytestmark = pytest.mark.django_db


def report(records: list[TermRecord], *, dry_run: bool = False) -> dict[str, tuple[str, str]]:
    """Import ``records`` into the topics and return (act, reason) by name."""
    changes = transfer.import_records(Topic, records, by=None, dry_run=dry_run)
    return {change.record.name: (change.act, change.reason) for change in changes}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (TermRecord("N1", ""), "missing"),
        (TermRecord("", "无码"), "missing"),
        (TermRecord("N 1", "空格"), "bad-code"),
        (TermRecord("编码", "汉字码"), "bad-code"),
        (TermRecord("N" * 41, "长码"), "bad-code"),
        (TermRecord("N1", "长" * 101), "too-long"),
        (TermRecord("N1", "零\x00字节"), "unfit"),
        (TermRecord("N1", "半个\ud83d"), "unfit"),
        (TermRecord("N1", "词", "", ("半个\udc00",)), "unfit"),
        (TermRecord("N1", "孤儿", "没有"), "unknown-parent"),
        (TermRecord("N1", "家风建设"), "name-taken"),
    ],
)
def test_a_record_at_fault_is_left_out_with_its_reason(record: TermRecord, reason: str) -> None:
    before = Topic.objects.count()
    assert report([record])[record.name] == ("refuse", reason)
    assert Topic.objects.count() == before


def test_a_code_twice_is_refused_both_times_and_nobody_wins_silently() -> None:
    got = report([TermRecord("N1", "甲"), TermRecord("N1", "乙"), TermRecord("N2", "丙")])
    assert got == {"甲": ("refuse", "code-twice"), "乙": ("refuse", "code-twice"), "丙": ("create", "")}


def test_what_stands_below_a_refused_record_is_refused_and_not_put_at_the_top() -> None:
    got = report([TermRecord("N1", "家风建设"), TermRecord("N2", "子", "N1"), TermRecord("N3", "孙", "N2")])
    assert got["子"] == got["孙"] == ("refuse", "parent-refused")
    assert not Topic.objects.filter(code__in=["N1", "N2", "N3"]).exists()


def test_the_code_of_a_retired_term_is_not_given_away() -> None:
    term = services.create_term(Topic, "旧题", by=None, code="N9")
    services.retire_term(term, None, by=None)
    assert report([TermRecord("N9", "新题")])["新题"] == ("refuse", "code-retired")


def test_a_term_with_narrower_ones_is_not_moved_so_deep_that_they_fall_off() -> None:
    services.create_term(Topic, "甲", by=None, code="N1")
    services.create_term(Topic, "乙", by=None, code="N2", parent=Topic.objects.get(code="N1"))
    top = services.create_term(Topic, "丙", by=None, code="M1")
    services.create_term(Topic, "丁", by=None, code="M2", parent=top)
    assert report([TermRecord("N1", "甲", "M2")])["甲"] == ("refuse", "too-deep")
    assert report([TermRecord("N1", "甲", "M1")])["甲"] == ("move", "")
    assert Topic.objects.get(code="N2").level == 3


def test_a_dry_run_says_what_the_run_then_does() -> None:
    retired = services.create_term(Topic, "退役", by=None, code="R1")
    services.retire_term(retired, None, by=None)
    records = [
        TermRecord("N1", "甲"),
        TermRecord("N2", "乙", "N1", ("副",), "注"),
        TermRecord("N3", "退役"),
        TermRecord("N4", "甲一", "N5"),
        TermRecord("N5", "甲二", "N4"),
    ]
    rows = AuditRecord.objects.count()
    dry = report(records, dry_run=True)
    assert AuditRecord.objects.count() == rows
    assert not Topic.objects.filter(code__startswith="N").exists()
    assert report(records) == dry
    assert dry["退役"][0] == "refuse"
    assert dry["甲一"] == ("refuse", "circle")


@pytest.mark.parametrize(
    "text",
    [
        "code,name,parent\nN1,数字廉政,\n",
        "\ufeffcode;name\nN1;数字廉政\n",
        "code\tname\r\nN1\t数字廉政\r\n",
        "代码,名称,上级,同义词,说明\nN1,数字廉政,,,\n",
        "name, CODE \n数字廉政,N1\n\n,\n",
        '"code","name"\r\n"N1","数字廉政"',
    ],
)
def test_a_table_is_read_as_offices_save_it(text: str) -> None:
    assert formats.from_csv(text) == [TermRecord("N1", "数字廉政")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("代码\nN1\n", "name"),
        ("c" * 200_000, "1"),
        ('code,name\nN1,"' + "c" * 200_000, "2"),
        ("code,name\nN1,甲,\nN2,甲,乙,丙\n", "3"),
    ],
)
def test_a_table_that_cannot_be_cut_into_cells_names_the_line(text: str, place: str) -> None:
    with pytest.raises(formats.UnreadableError, match=place):
        formats.from_csv(text)


def test_a_row_knows_its_line() -> None:
    assert [record.line for record in formats.from_csv('code,name,scope_note\nA,甲,"二\n行"\nB,乙,\n')] == [3, 4]


def test_a_formula_goes_out_guarded_and_comes_back_as_it_was() -> None:
    records = [TermRecord("N1", "=1+1"), TermRecord("N2", "'引号"), TermRecord("N3", "-负")]
    assert formats.from_csv(formats.to_csv(records)) == records


TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<urn:x:A> a skos:Concept ; skos:notation "N1" ; skos:prefLabel "甲"@zh, "A"@en ; skos:narrower <urn:x:B> .
<urn:x:B> a skos:Concept ; skos:notation "N2" ; skos:prefLabel "乙"@zh .
<urn:x:C> a skos:Concept ; skos:notation "N3" ; skos:prefLabel "丙"@zh ; skos:broader <urn:elsewhere:Z> .
"""


def test_narrower_counts_as_broader_and_a_broader_term_from_nowhere_is_not_forgotten() -> None:
    got = report(formats.from_skos(TURTLE, "ttl"))
    assert got == {"甲": ("create", ""), "乙": ("create", ""), "丙": ("refuse", "unknown-parent")}
    assert Topic.objects.get(code="N2").parent == Topic.objects.get(code="N1")


@pytest.mark.parametrize(
    ("data", "syntax"),
    [
        (b"", "csv"),
        (b"\xff\xfec\x00o\x00d\x00e\x00", "csv"),
        (b"PK\x03\x04" + bytes(range(256)), "csv"),
        (b"code,name\nN1," + b"x" * 140_000, "csv"),
        (b"<rdf:RDF><!DOCTYPE x></rdf:RDF>", "ttl"),
        (b'{"@context": "http://127.0.0.1:9/", "@id": "x"}', "jsonld"),
        (b"[]", "jsonld"),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "rdf"),
    ],
)
def test_no_file_is_an_error_of_the_site(client_of: Callable[..., Client], data: bytes, syntax: str) -> None:
    upload = SimpleUploadedFile("terms.txt", data)
    url = reverse("vocabulary_tools", args=["topic"])
    page = client_of(Role.EDITOR).post(
        url, {"act": "import", "import-file": upload, "import-syntax": syntax, "import-apply": "on"}
    )
    assert page.status_code == 200


def test_the_report_tells_line_and_reason_and_that_nothing_was_changed(client_of: Callable[..., Client]) -> None:
    upload = SimpleUploadedFile("terms.csv", "code,name\nN1,甲\nN1,乙\nN3,丙\n".encode("gb18030"))
    url = reverse("vocabulary_tools", args=["topic"])
    page = client_of(Role.EDITOR).post(url, {"act": "import", "import-file": upload, "import-syntax": "csv"})
    text = page.content.decode()
    assert "尚未" in text
    assert "<td>3</td><td>N1</td><td>乙</td>" in text
    assert not Topic.objects.filter(code="N3").exists()


def test_a_file_of_another_office_program_is_read_and_a_missing_column_named(client_of: Callable[..., Client]) -> None:
    """Excel saves its Unicode text as UTF-16 with tabs."""
    url = reverse("vocabulary_tools", args=["topic"])
    for encoding in ("utf-16", "utf-8-sig", "gb18030"):
        upload = SimpleUploadedFile("terms.txt", "代码\t名称\nN7\t家风建设\n".encode(encoding))
        page = client_of(Role.EDITOR).post(url, {"act": "import", "import-file": upload, "import-syntax": "csv"})
        assert "<td>N7</td><td>家风建设</td>" in page.content.decode(), encoding
    upload = SimpleUploadedFile("terms.csv", "名称,说明\n家风建设,\n".encode())
    page = client_of(Role.EDITOR).post(url, {"act": "import", "import-file": upload, "import-syntax": "csv"})
    assert "首行缺少列：代码 (code)" in page.content.decode()


def test_a_table_may_name_the_broader_term() -> None:
    records = formats.from_csv("sep=,\r\n代码,名称,上位词\r\nN1,家风建设,\r\nN2,家训,家风建设\r\nN3,家书,没有的\r\n")
    found = {change.record.name: change for change in compare({}, records)}
    assert found["家训"].act == "create" and found["家训"].record.parent == "N1"
    assert (found["家书"].reason, found["家书"].record.line) == ("unknown-parent", 5)


def test_names_that_differ_in_their_marks_only_are_terms_of_their_own() -> None:
    names = ["C++", "C#", "农、林、牧、渔业", "农林牧渔业", "——", "……", "㍿" * 100, "㍿" * 99 + "社"]
    got = report([TermRecord(f"N{number}", name) for number, name in enumerate(names)])
    assert got == dict.fromkeys(names, ("create", ""))
    assert len(set(Topic.objects.filter(name__in=names).values_list("slug", flat=True))) == len(names)
    assert all(len(slug) <= 100 for slug in Topic.objects.values_list("slug", flat=True))
    services.create_term(Topic, "C", by=None)


SKOS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix : <http://example.org/> .
:n1 a skos:Concept ; skos:prefLabel "Anbau"@de, "Farming"@en, "種植業"@zh-Hant, "种植业"@zh-Hans ;
    skos:scopeNote "in English"@en, "中文说明"@zh .
:n2 a skos:Concept ; skos:prefLabel "Fischerei"@de, "Fishing"@en ; skos:broader :n3, :n1 .
:n3 a skos:Concept ; skos:prefLabel "水产"@zh ; skos:narrower :n2 .
:n4 a skos:Concept ; skos:prefLabel "旧词"@zh ; owl:deprecated true .
"""


def test_of_several_languages_the_one_that_is_read_here_is_taken() -> None:
    got = {record.code: (record.name, record.scope_note) for record in formats.from_skos(SKOS, "ttl")}
    assert (got["n1"], got["n2"]) == (("种植业", "中文说明"), ("Fishing", ""))


def test_of_several_broader_terms_the_one_that_is_not_kept_is_named(client_of: Callable[..., Client]) -> None:
    client, address = client_of(Role.EDITOR), reverse("vocabulary_tools", args=["topic"])

    def sent() -> str:
        file = SimpleUploadedFile("a.ttl", SKOS.encode())
        data = {"act": "import", "import-syntax": "ttl", "import-file": file, "import-apply": "on"}
        return client.post(address, data).content.decode()

    text = sent()
    assert "本库中每个词只有一个上位词：已保留 n1，未采用 n3。" in text
    assert "文件将该词标为不再使用。" in text
    assert not Topic.objects.filter(code="n4").exists()
    # What an editor has put elsewhere since then stays there, and the report still tells.
    services.move_term(Topic.objects.get(code="n2"), Topic.objects.get(code="n3"), by=None)
    assert "已保留 n3，未采用 n1。" in sent()
    assert Topic.objects.get(code="n2").parent == Topic.objects.get(code="n3")


RDF_XML = """<?xml version="1.0" encoding="gb2312"?>
<!DOCTYPE rdf:RDF [<!ENTITY skos "http://www.w3.org/2004/02/skos/core#"><!ENTITY other SYSTEM "%s">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="&skos;">
  <skos:Concept rdf:about="http://terms.test/T1"><skos:prefLabel xml:lang="zh">乡村治理&other;</skos:prefLabel></skos:Concept>
  <rdf:Description rdf:about="http://terms.test/T2">
    <rdf:type rdf:resource="&skos;Concept"/><skos:prefLabel>村务公开</skos:prefLabel>
    <skos:broader rdf:resource="http://terms.test/T1"/>
  </rdf:Description>
</rdf:RDF>"""


def test_rdf_xml_is_read_in_any_encoding_and_brings_nothing_from_the_disk(
    client_of: Callable[..., Client], tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("机密")
    data = (RDF_XML % (tmp_path / "secret.txt").as_uri()).encode("gb2312")
    url = reverse("vocabulary_tools", args=["topic"])
    upload = SimpleUploadedFile("terms.rdf", data)
    form = {"act": "import", "import-file": upload, "import-syntax": "rdf", "import-apply": "on"}
    page = client_of(Role.EDITOR).post(url, form).content.decode()
    assert "机密" not in page
    assert Topic.objects.get(code="T2").parent == Topic.objects.get(code="T1", name="乡村治理")
