"""Installs the starting vocabularies; running it again changes nothing and never overwrites an editor's work."""

from __future__ import annotations

import csv
from pathlib import Path

from django.db import transaction

from .models import AXES, Term

DATA = Path(__file__).parent / "data" / "vocabularies.csv"
PREFIX = {"topic": "T", "sector": "S", "position": "P"}


@transaction.atomic
def install_terms(path: Path = DATA) -> int:
    """Create the terms of ``path`` (columns vocabulary, term, parent, synonyms, note) that are missing.

    Vocabularies that are not one of the three axes are choices in code and are passed over. Returns how many terms
    were created.
    """
    created = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            model = AXES.get(row["vocabulary"])
            if model is not None and not model.objects.filter(name=row["term"]).exists():
                _create(model, row)
                created += 1
    return created


def _create(model: type[Term], row: dict[str, str]) -> None:
    parent = model.objects.filter(name=row["parent"]).first() if row["parent"] else None
    siblings = model.objects.filter(parent=parent).count() + 1
    code = f"{parent.code}.{siblings:02d}" if parent else f"{PREFIX[model.axis]}{siblings:02d}"
    while model.objects.filter(code=code).exists():
        siblings += 1
        code = f"{parent.code}.{siblings:02d}" if parent else f"{PREFIX[model.axis]}{siblings:02d}"
    model(
        name=row["term"],
        slug=model.free_slug(row["term"], code),
        code=code,
        parent=parent,
        order=siblings,
        synonyms=[text for text in row["synonyms"].split(";") if text],
        scope_note=row["note"],
    ).save()
