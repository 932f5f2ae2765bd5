"""How a resource is cited, and how it describes itself to machines (schema.org LearningResource)."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from caselib.core import clock
from caselib.resources.enums import Kind
from caselib.resources.models import Course, ResourcePage, TeachingPoint, Textbook, Video

from .selectors.cards import kind_of

# The marks of GB/T 7714 for what is read on a network: monographs and everything that has no mark of its own.
BOOK, OTHER = "M/OL", "Z/OL"
NAMED_AUTHORS = 3


def citation(page: ResourcePage, url: str) -> str:
    """Return the reference to ``page`` in the form of GB/T 7714 for online documents, dated today.

    Authors (three, then 等; the unit where nobody is named). Title[mark]. Unit, year(day of publication)[today]. Code. Address.
    """
    names = [author.name for author in page.authors.all()[: NAMED_AUTHORS + 1]]
    unit = page.unit.name if page.unit else ""
    authors = ", ".join([*names[:NAMED_AUTHORS], *(["等"] if len(names) > NAMED_AUTHORS else [])]) or unit
    mark = BOOK if kind_of(page) == Kind.TEXTBOOK else OTHER
    day = page.written_on or (timezone.localdate(page.first_published_at) if page.first_published_at else None)
    issued = f"{unit}, {page.year}" if unit else str(page.year)
    dates = f"{f'({day:%Y-%m-%d})' if day else ''}[{clock.today():%Y-%m-%d}]"
    pieces = [authors, f"{page.title}[{mark}]", f"{issued}{dates}", page.code, url]
    return ". ".join(piece for piece in pieces if piece) + "."


SCHEMA_TYPES: dict[type, str] = {Video: "VideoObject", Course: "Course", Textbook: "Book", TeachingPoint: "Place"}


def schema_org(page: ResourcePage, url: str) -> SafeString:
    """Return the JSON-LD of a live page; only what every reader of the page sees stands in it."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": ["LearningResource", *[name for model, name in SCHEMA_TYPES.items() if isinstance(page, model)]],
        "name": page.title,
        "identifier": page.code or str(page.pk),
        "url": url,
        "inLanguage": "zh-Hans",
        "description": page.abstract,
        "learningResourceType": str(kind.label) if (kind := kind_of(page)) else "",
        "author": [{"@type": "Person", "name": author.name} for author in page.authors.all()],
        "publisher": {"@type": "Organization", "name": page.unit.name} if page.unit else None,
        "about": sorted(tagging.tag.name for tagging in page.topic_taggings.all()),
        "educationalLevel": page.educational_level_labels(),
        "datePublished": timezone.localdate(page.first_published_at).isoformat() if page.first_published_at else None,
        "timeRequired": f"PT{int(page.class_hours * 45)}M" if page.class_hours else None,
        "isBasedOn": page.source_title or None,
        "isAccessibleForFree": True,
    }
    text = json.dumps({key: value for key, value in data.items() if value}, ensure_ascii=False)
    # what could end the script element or open a comment is escaped as JSON allows
    text = (
        text.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
    return mark_safe(text)  # noqa: S308
