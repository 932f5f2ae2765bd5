"""The home page; everything else on it comes from selectors of the apps."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class HomePage(Page):
    """The root page of the site. Its view is ``cms.views.home``, so that it can be cached by version."""

    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["resources.Library"]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")
