"""The overlay covers every text the pinned Wagtail leaves in English, and the running site uses it."""

from pathlib import Path

import polib
import wagtail
from django.utils import translation
from django.utils.translation import trans_real

import cms
from cms.translations import catalogues

CMS = Path(cms.__file__).parent
#: The texts of the admin's scripts stand in LOCALE_PATHS: Django looks for them nowhere else.
OVERLAYS = {
    "django": catalogues.catalogue_path(CMS / "wagtail_zh"),
    "djangojs": catalogues.catalogue_path(CMS).with_name("djangojs.po"),
}


def untranslated(domain: str) -> set[str]:
    gaps = set()
    for english in Path(wagtail.__file__).parent.rglob(f"locale/en/LC_MESSAGES/{domain}.po"):
        chinese = english.parents[2] / catalogues.LANGUAGE / "LC_MESSAGES" / english.name
        done = {e.msgid for e in polib.pofile(str(chinese)).translated_entries()} if chinese.exists() else set()
        gaps |= {e.msgid for e in polib.pofile(str(english)) if not e.obsolete} - done
    return gaps


def test_the_overlay_closes_every_gap_of_the_pinned_wagtail() -> None:
    for domain, path in OVERLAYS.items():
        ours = {e.msgid for e in polib.pofile(str(path)).translated_entries()}
        gaps = untranslated(domain)
        assert gaps, "nothing is missing upstream: the overlay can go"
        assert gaps <= ours


def test_the_running_site_shows_the_overlay() -> None:
    with translation.override("zh-hans"):
        assert translation.gettext("Autosave is paused") == "自动保存已暂停"
        assert translation.gettext("Publish") == "发布", "Wagtail's own translations still stand"


def test_the_scripts_of_the_admin_get_their_texts() -> None:
    catalogue = trans_real.DjangoTranslation(
        "zh-hans", domain="djangojs", localedirs=[str(Path(wagtail.__file__).parent / "admin" / "locale")]
    )
    assert catalogue.gettext("Insert a block") == "插入内容块"
