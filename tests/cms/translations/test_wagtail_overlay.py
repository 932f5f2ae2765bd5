"""The overlay covers every text the pinned Wagtail leaves in English, and the running site uses it."""

import re
from datetime import timedelta
from pathlib import Path

import polib
import pytest
import wagtail
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils import timezone, translation
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


def test_forms_speak_chinese_as_it_is_spoken() -> None:
    """Django's own would be 确保该值大于或等于1 and 你的密码必须包含至少 10 个字符."""

    class Asked(forms.Form):
        place = forms.CharField(max_length=3)
        headcount = forms.IntegerField(min_value=1)

    with translation.override("zh-hans"):
        assert Asked({"headcount": "0"}).errors == {"place": ["请填写此项。"], "headcount": ["不能小于 1。"]}
        assert Asked({"place": "四个字了", "headcount": "x"}).errors == {
            "place": ["最多 3 个字符，现有 4 个。"],
            "headcount": ["请填写整数。"],
        }
        said = [*password_validators_help_texts(), *refusals_of("12345")]
    assert not [text for text in said if "你" in text or "必须" in text or not re.search(r"[一-鿿]", text)]


def refusals_of(password: str) -> list[str]:
    try:
        validate_password(password)
    except ValidationError as error:
        return error.messages
    return []


def test_the_running_site_shows_the_overlay() -> None:
    with translation.override("zh-hans"):
        assert translation.gettext("Autosave is paused") == "自动保存已暂停"
        assert translation.gettext("Publish") == "发布", "Wagtail's own translations still stand"


def test_the_scripts_of_the_admin_get_their_texts() -> None:
    catalogue = trans_real.DjangoTranslation(
        "zh-hans", domain="djangojs", localedirs=[str(Path(wagtail.__file__).parent / "admin" / "locale")]
    )
    assert catalogue.gettext("Insert a block") == "插入内容块"


def test_a_short_name_that_is_refused_says_what_may_be_typed() -> None:
    with translation.override("zh-hans"), pytest.raises(ValidationError, match="英文字母"):
        validate_slug("现场教学")


def test_the_administration_says_how_long_ago_in_chinese() -> None:
    """Its words come from an app of Django that Wagtail uses without installing it."""
    with translation.override("zh-hans"):
        assert re.search(r"[一-鿿]", naturaltime(timezone.now() - timedelta(minutes=3)))
