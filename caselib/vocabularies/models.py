"""Controlled terms on three axes, each a hierarchy of three levels at most, all of them django-taggit tags."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from taggit.models import TagBase

MAX_LEVEL = 3
MAX_SLUG = 100


class Term(TagBase):  # type: ignore[misc]
    """A term of a controlled vocabulary. A retired term stays as a redirect to its replacement."""

    free_tagging = False

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("Letters, digits, dot, dash and underscore."))],
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("broader term")
    )
    level = models.PositiveSmallIntegerField(_("level"), default=1, editable=False)
    # The codes' path from the top ("12/57/"): descendants are one indexed prefix query, without recursion.
    path = models.CharField(max_length=60, blank=True, editable=False, db_index=True)
    synonyms = models.JSONField(_("synonyms"), default=list, blank=True)
    scope_note = models.TextField(_("scope note"), blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True, editable=False)
    replaced_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaces",
        verbose_name=_("retired in favour of"),
        editable=False,
    )
    # A draft written before keeps the free tag in its stored revision and must find the term when it is opened.
    promoted_from = models.OneToOneField(
        "taggit.Tag",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("made from the free tag"),
        editable=False,
    )

    axis: ClassVar[str] = ""

    class Meta:
        abstract = True
        ordering = ["path", "order", "name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Save the term and keep ``level`` and ``path`` true; those of descendants are kept by the move service."""
        self.level = self.parent.level + 1 if self.parent else 1
        super().save(*args, **kwargs)
        path = f"{self.parent.path if self.parent else ''}{self.pk}/"
        if path != self.path:
            self.path = path
            type(self).objects.filter(pk=self.pk).update(path=path)

    @classmethod
    def free_slug(cls, name: str, code: str) -> str:
        """Return a slug for a new term. Names that differ in marks only (C++ and C#) have one, and it is unique."""
        slug = slugify(name, allow_unicode=True)[:MAX_SLUG] or code.lower()
        taken, number = slug, 1
        while cls.objects.filter(slug=slug).exists():
            number += 1
            slug = f"{taken[: MAX_SLUG - 8]}-{number}"
        return slug

    @classmethod
    def axis_label(cls) -> str:
        """The name of the vocabulary in the reader's language."""
        return str(cls._meta.verbose_name_plural)

    @property
    def retired(self) -> bool:
        return self.retired_at is not None

    def ancestor_ids(self) -> list[int]:
        """Return the ids from the top down to this term, this term included."""
        return [int(part) for part in self.path.split("/") if part]

    def descendant_ids(self) -> list[int]:
        """Return the ids of this term and of every term below it. One query."""
        return list(type(self).objects.filter(path__startswith=self.path).values_list("pk", flat=True))


class Topic(Term):
    """What a resource is about (主题)."""

    axis = "topic"

    class Meta(Term.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")


class Sector(Term):
    """The field of work a resource concerns (领域)."""

    axis = "sector"

    class Meta(Term.Meta):
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")


class Position(Term):
    """The post a resource speaks to (岗位)."""

    axis = "position"

    class Meta(Term.Meta):
        verbose_name = _("position")
        verbose_name_plural = _("positions")


AXES: dict[str, type[Term]] = {"topic": Topic, "sector": Sector, "position": Position}
