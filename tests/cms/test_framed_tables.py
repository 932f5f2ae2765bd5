"""Every table of the public look stands in a frame that the keyboard reaches, so that its right end can be read without a mouse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# Pages in the look of the administration, and a piece of theirs: tables are framed there by Wagtail's own classes.
FOREIGN = {"ingest", "search", "wagtailadmin", "vocabularies", "core"}
FILES = sorted(
    path
    for path in TEMPLATES.rglob("*.html")
    if path.relative_to(TEMPLATES).parts[0] not in FOREIGN and "admin" not in path.parts
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_table_stands_in_the_frame(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "table-scroll" not in text, "use {% framed %}"
    assert text.count("<table") == len(re.findall(r"{% framed [^%]+%}\s*<table", text))


def test_the_frame_is_named_and_takes_the_focus() -> None:
    template = "{% load look %}{% framed one two three %}<table></table>{% endframed %}"
    shown = Template(template).render(Context({"one": "<组别>", "two": "", "three": 2}))
    assert (
        shown
        == '<div class="table-scroll" tabindex="0" role="region" aria-label="&lt;组别&gt; · 2"><table></table></div>'
    )
