"""Admin widgets: a tree of terms to tick, and a grid for tables."""

from __future__ import annotations

from typing import Any

from django import forms
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.telepath import register
from wagtail.admin.telepath.widgets import WidgetAdapter


class TermTreeWidget(forms.CheckboxSelectMultiple):
    """Terms as a scrolling tree of boxes with a filter line above it."""

    template_name = "resources/admin/term_tree.html"

    @property
    def media(self) -> forms.Media:
        return forms.Media(
            css={"all": [versioned_static("resources/editing.css")]}, js=[versioned_static("resources/editing.js")]
        )


class TableWidget(forms.Textarea):
    """A table as a grid of cells; the text area below it carries the data."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-controller": "case-table", "rows": 6, **(attrs or {})})

    @property
    def media(self) -> forms.Media:
        return forms.Media(
            css={"all": [versioned_static("resources/editing.css")]}, js=[versioned_static("resources/editing.js")]
        )


class TableWidgetAdapter(WidgetAdapter):  # type: ignore[misc]
    """The table in the block editor, where it is named by its words."""

    js_constructor = "caselib.widgets.TableWidget"

    @property
    def media(self) -> forms.Media:
        return forms.Media(
            js=[
                versioned_static("wagtailadmin/js/telepath/widgets.js"),
                versioned_static("resources/table_label.js"),
            ]
        )


register(TableWidgetAdapter(), TableWidget)
