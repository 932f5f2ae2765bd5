"""What a form names by number is asked for like what is opened: choosers offer what is one's own, a request names anything.

A draft opens the files it shows to those who work on it; else everybody could open every file by naming it in a draft.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import QueryDict
from wagtail.blocks import BaseStreamBlock, BaseStructBlock, Block, ChooserBlock, ListBlock
from wagtail.fields import StreamField
from wagtail.models import Page

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core.numbers import row_number
from caselib.media.models import CaseDocument, CaseImage, VideoFile
from caselib.media.policies import choosable

from . import files, selectors
from .models import ResourcePage

FILES: dict[type[Model], str] = {CaseImage: "image", CaseDocument: "document", VideoFile: "film"}
# A field of the form, and what its value names.
Field = tuple[re.Pattern[str], type[Model]]


def foreign_fields(form: Any, data: QueryDict, instance: ResourcePage, user: User) -> list[str]:
    """Return the fields of ``data`` that name a file or a page which ``user`` may not open and ``instance`` does not show."""
    named: dict[type[Model], dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    known = _fields(form)
    for name in data:
        model = next((model for pattern, model in known if pattern.fullmatch(name)), None)
        number = row_number(data.get(name, "").strip()) if model else None
        if model is not None and number is not None:
            named[model][number].append(name)
    shown = _shown(form, instance) if named else {}
    found = []
    for model, numbers in named.items():
        new = set(numbers) - shown.get(model, set())
        found += [name for pk in sorted(new - _open_to(user, model, new)) for name in numbers[pk]]
    return found


def _open_to(user: User, model: type[Model], numbers: set[int]) -> set[int]:
    viewer = Viewer.of(user)
    if issubclass(model, Page):
        roads: tuple[QuerySet[Any], ...] = (selectors.workable(user), ResourcePage.objects.visible_to(viewer))
        return {pk for road in roads for pk in road.filter(pk__in=numbers).values_list("pk", flat=True)}
    chosen = set(choosable(model, user).filter(pk__in=numbers).values_list("pk", flat=True))
    others = model._default_manager.filter(pk__in=numbers - chosen)
    return chosen | {file.pk for file in others if files.may_open(_stored(file), user, viewer)}


def _stored(file: Any) -> files.StoredFile:
    return files.StoredFile(file.file.name, FILES[type(file)], file, file.title)


def _shown(form: Any, instance: ResourcePage) -> dict[type[Model], set[int]]:
    """What the draft names already: whoever works on it may leave it there."""
    shown: dict[type[Model], set[int]] = defaultdict(set)
    kinds = {kind: model for model, kind in FILES.items()}
    for kind, pk, _audience in files.shown(instance):
        if pk:
            shown[kinds[kind]].add(pk)
    for name, model in _choices(form.base_fields):
        shown[model].add(getattr(instance, f"{name}_id"))
    for relation, formset in form.formsets.items():
        for name, model in _choices(formset.form.base_fields):
            shown[model].update(getattr(row, f"{name}_id") for row in getattr(instance, relation).all())
    return shown


@lru_cache(maxsize=64)
def _fields(form: Any) -> tuple[Field, ...]:
    found = [(re.escape(name), model) for name, model in _choices(form.base_fields)]
    for relation, formset in form.formsets.items():
        found += [(rf"{relation}-\d+-{name}", model) for name, model in _choices(formset.form.base_fields)]
    for field in form._meta.model._meta.get_fields():
        if isinstance(field, StreamField):
            found += [(rf"{field.name}-.+-{name}", model) for name, model in _choosers(field.stream_block)]
    return tuple((re.compile(pattern), model) for pattern, model in found)


def _choices(fields: dict[str, forms.Field]) -> Iterator[tuple[str, type[Model]]]:
    for name, field in fields.items():
        queryset = field.queryset if isinstance(field, forms.ModelChoiceField) else None
        model = queryset.model if queryset is not None else None
        if model is not None and (model in FILES or issubclass(model, Page)):
            yield name, model


def _choosers(block: Block, name: str = "value") -> Iterable[tuple[str, type[Model]]]:
    if isinstance(block, ChooserBlock):
        return {(name, block.model_class)}
    children: dict[str, Block] = {}
    if isinstance(block, BaseStreamBlock | BaseStructBlock):
        children = dict(block.child_blocks)
    elif isinstance(block, ListBlock):
        children = {"value": block.child_block}
    inside = "value" if isinstance(block, BaseStreamBlock) else ""
    return {pair for key, child in children.items() for pair in _choosers(child, inside or key)}
