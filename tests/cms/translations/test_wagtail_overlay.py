"""The overlay covers every text the pinned Wagtail leaves in English, and the running site uses it."""

from pathlib import Path

import polib
import wagtail
from django.utils import translation

import cms
from cms.translations import catalogues

OVERLAY = catalogues.catalogue_path(Path(cms.__file__).parent / "wagtail_zh")


def untranslated(domain: str) -> set[str]:
    gaps = set()
    for english in Path(wagtail.__file__).parent.rglob(f"locale/en/LC_MESSAGES/{domain}.po"):
        chinese = english.parents[2] / catalogues.LANGUAGE / "LC_MESSAGES" / english.name
        done = {e.msgid for e in polib.pofile(str(chinese)).translated_entries()} if chinese.exists() else set()
        gaps |= {e.msgid for e in polib.pofile(str(english)) if not e.obsolete} - done
    return gaps


def test_the_overlay_closes_every_gap_of_the_pinned_wagtail() -> None:
    for domain in ("django", "djangojs"):
        ours = {e.msgid for e in polib.pofile(str(OVERLAY.with_name(f"{domain}.po"))).translated_entries()}
        gaps = untranslated(domain)
        assert gaps, "nothing is missing upstream: the overlay can go"
        assert gaps <= ours


def test_the_running_site_shows_the_overlay() -> None:
    with translation.override("zh-hans"):
        assert translation.gettext("Autosave is paused") == "自动保存已暂停"
        assert translation.gettext("Publish") == "发布", "Wagtail's own translations still stand"
