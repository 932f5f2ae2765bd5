"""The catalogue tools on a small project written for the test."""

import gettext
import shutil
import subprocess
from pathlib import Path

import polib
import pytest

from cms.translations import catalogues
from cms.translations.extraction import Message, extract, source_files

PYTHON = """
from django.utils.translation import gettext as tr, gettext_lazy as _, ngettext, pgettext_lazy
from django.utils import translation

TITLE = _("Plain" " joined")
KEPT = pgettext_lazy("button", "Order")
text = tr("Aliased")
other = translation.gettext("By module")
count = ngettext("%(n)d case", "%(n)d cases", 3)
dynamic = tr(TITLE)

def _private(value):
    return gettext("not imported: not ours")
"""
TEMPLATE = """{% load i18n %}
<h1 title="{% translate 'Heading with "quotes"' %}">{{ _("In a variable") }}</h1>
{% blocktranslate trimmed count n=cases|length %}
  One case
{% plural %}
  {{ n }} cases
{% endblocktranslate %}
{% translate "Order" context "button" %} {% if x == _("Compared (with brackets)") %}{% endif %}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "caselib/review/apps.py": "",
        "caselib/review/services.py": PYTHON,
        "caselib/review/migrations/0001_initial.py": 'from django.utils.translation import gettext as _\n_("no")',
        "caselib/word/model.py": 'from django.utils.translation import gettext as _\n_("Of a plain package")',
        "search/views.py": 'from django.utils.translation import gettext as _\n_("Search box")',
        "cms/menus.py": 'from django.utils.translation import gettext as _\n_("Menu")',
        "templates/review/page.html": TEMPLATE,
        "templates/search/page.html": '{% load i18n %}{% translate "Search box" %}',
        "templates/base.html": '{% load i18n %}{% translate "Menu" %}{% translate "Foot" %}',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def parts_of(project: Path) -> dict[str, dict[Message, list[str]]]:
    return catalogues.split(extract(project, source_files(project)), catalogues.apps(project))


def test_texts_go_to_the_app_that_owns_the_file(project: Path) -> None:
    parts = parts_of(project)
    assert {m.msgid for m in parts["review"]} == {
        "Plain joined", "Order", "Aliased", "By module", "%(n)d case",
        'Heading with "quotes"', "In a variable", "One case", "Compared (with brackets)",
    }  # fmt: skip
    assert {m.msgid for m in parts["search"]} == {"Search box"}
    assert {m.msgid for m in parts["cms"]} == {"Menu", "Foot", "Of a plain package"}
    assert parts["review"][Message("Order", "button")] == ["caselib/review/services.py", "templates/review/page.html"]
    assert Message("One case", None, "%(n)s cases") in parts["review"]


@pytest.mark.skipif(not shutil.which("xgettext"), reason="xgettext is not installed: nothing to compare with")
def test_python_texts_are_those_xgettext_finds(project: Path) -> None:
    source = project / "caselib/review/services.py"
    options = ["--keyword=tr", "--keyword=pgettext_lazy:1c,2", "--keyword=gettext_lazy", "-L", "Python", "-o", "-"]
    pot = subprocess.run(["xgettext", *options, str(source)], capture_output=True, check=True).stdout.decode()
    reference = {e.msgid for e in polib.pofile(pot)} - {"not imported: not ours"}
    found = extract(project, [source])
    assert {m.msgid for m in found.files} == reference


@pytest.mark.parametrize("call", ['_(f"Hello {name}")', '_("Hello %s" % name)', '_("a" + name)'])
def test_a_composed_text_is_a_fault(project: Path, call: str) -> None:
    source = project / "caselib/review/services.py"
    source.write_text(f"from django.utils.translation import gettext as _\nname = 1\nx = {call}\n")
    assert any("services.py:3" in fault for fault in extract(project, [source]).faults)


def test_merge_keeps_translations_and_drops_what_is_gone() -> None:
    old = polib.POFile()
    old.append(polib.POEntry(msgid="Kept", msgstr="保留"))
    old.append(polib.POEntry(msgid="Gone", msgstr="不用"))
    old.append(polib.POEntry(msgid="Guessed", msgstr="猜的", flags=["fuzzy"]))
    new = catalogues.merge(old, {Message("Kept"): ["a"], Message("Guessed"): ["a"], Message("New"): ["b"]})
    assert {e.msgid: e.msgstr for e in new} == {"Kept": "保留", "Guessed": "", "New": ""}
    assert str(
        catalogues.merge(new, {Message("New"): ["b"], Message("Guessed"): ["a"], Message("Kept"): ["a"]})
    ) == str(new)


def test_a_text_that_gains_a_plural_keeps_its_translation() -> None:
    old = polib.POFile()
    old.append(polib.POEntry(msgid="case", msgstr="案例"))
    new = catalogues.merge(old, {Message("case"): ["a"], Message("case", None, "cases"): ["b"]})
    assert [(e.msgid_plural, e.msgstr_plural) for e in new] == [("cases", {0: "案例"})]


@pytest.mark.parametrize(
    ("msgid", "msgstr", "wrong"),
    [
        ("Order", "", True),
        ("%(n)d cases", "%(n)d 个案例", False),
        ("%(n)d cases", "%(m)d 个案例", True),
        ("%(n)d cases", "个案例", True),
        ("{count} left", "剩余 {count}", False),
        ("{count} left", "剩余 {数量}", True),
        ("%s of %s", "共 %s", True),
        ("100%% sure", "百分之百", False),
    ],
)
def test_faults_of_an_entry(msgid: str, msgstr: str, wrong: bool) -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid=msgid, msgstr=msgstr))
    assert bool(list(catalogues.faults(catalogue, name="x"))) is wrong


def test_differences_name_both_directions(project: Path) -> None:
    parts = parts_of(project)
    old = catalogues.merge(polib.POFile(), {Message("Menu"): ["cms/menus.py"], Message("Old"): ["cms/x.py"]})
    lines = list(catalogues.differences(old, parts["cms"], name="cms"))
    assert len(lines) == 3
    assert "Foot" in lines[0] and "missing" in lines[0]
    assert "Old" in lines[2] and "no longer" in lines[2]


def test_the_same_text_translated_in_two_ways_is_a_conflict() -> None:
    both = {}
    for name, text in (("a", "点单"), ("b", "订单")):
        both[name] = polib.POFile()
        both[name].append(polib.POEntry(msgid="Order", msgstr=text))
    assert len(list(catalogues.conflicts(both))) == 1
    both["b"][0].msgstr = "点单"
    assert not list(catalogues.conflicts(both))


def test_compiled_catalogues_are_read_by_gettext(tmp_path: Path) -> None:
    path = catalogues.catalogue_path(tmp_path)
    path.parent.mkdir(parents=True)
    messages = {Message("Order", "button"): ["a"], Message("one", None, "many"): ["a"]}
    catalogue = catalogues.merge(polib.POFile(), messages)
    catalogue.find("Order", msgctxt="button").msgstr = "点单"
    catalogue.find("one").msgstr_plural = {0: "多个"}
    catalogue.save(str(path))
    assert catalogues.compile_catalogue(path)
    assert not catalogues.compile_catalogue(path), "nothing to do the second time"
    with path.with_suffix(".mo").open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    assert compiled.pgettext("button", "Order") == "点单"
    assert compiled.ngettext("one", "many", 1) == "多个"
