"""How a resource is cited, and how it describes itself to machines (schema.org LearningResource)."""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from caselib.resources.models import Course, ResourcePage, TeachingPoint, Textbook, Video

from .selectors.cards import kind_of


def citation(page: ResourcePage, site_name: str) -> str:
    """Return authors, title, kind, unit, year and code as one line after the Chinese order of references."""
    authors = "，".join(author.name for author in page.authors.all()[:6])
    kind = kind_of(page)
    pieces = [
        authors,
        f"{page.title}〔{kind.label if kind else ''}〕",
        page.unit.name if page.unit else "",
        str(page.year),
    ]
    line = ". ".join(piece for piece in pieces if piece)
    return f"{line}. {site_name}{f'，{page.code}' if page.code else ''}."


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
        "datePublished": page.first_published_at.date().isoformat() if page.first_published_at else None,
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
