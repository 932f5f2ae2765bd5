"""What a reader sees is what our catalogues say: Wagtail and Django have texts of the same English and win over ours."""

from pathlib import Path

import polib
import pytest
from django.utils import translation

from caselib.resources.enums import SectionKind
from cms.translations import catalogues

ROOT = Path(__file__).resolve().parents[3]
APPS = catalogues.apps(ROOT)


@pytest.mark.parametrize("app", sorted(APPS))
def test_no_other_catalogue_answers_for_ours(app: str) -> None:
    differs = {}
    with translation.override("zh-hans"):
        for entry in polib.pofile(str(APPS[app].path), encoding="utf-8"):
            if entry.msgid_plural:
                continue
            ours = entry.msgstr
            shown = (
                translation.pgettext(entry.msgctxt, entry.msgid) if entry.msgctxt else translation.gettext(entry.msgid)
            )
            if shown != ours:
                differs[entry.msgid] = (ours, shown)
    assert not differs, "give the text a context (pgettext)"


def test_the_parts_of_a_case_bear_the_names_of_the_field() -> None:
    """ "Outcome" is also what the evaluation of a teaching point came to, and that word stood here."""
    with translation.override("zh-hans"):
        assert [str(label) for label in SectionKind.labels] == ["背景", "做法", "成效", "反思", "思考讨论", "其他章节"]
