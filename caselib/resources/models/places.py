"""Teaching points and the routes that join them."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, PageChooserPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable

from ..blocks import BodyBlock
from ..enums import Kind, PointKind, PointStanding
from .base import ResourcePage


class TeachingPoint(ResourcePage):
    """A place for on-site teaching (教学点). Coordinates are WGS 84 degrees."""

    kind = Kind.POINT
    template = "resources/teaching_point.html"

    point_kind = models.CharField(_("kind of point"), max_length=12, choices=PointKind.choices, blank=True)
    standing = models.CharField(
        _("standing"), max_length=10, choices=PointStanding.choices, default=PointStanding.CANDIDATE
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    contact = models.CharField(_("contact"), max_length=120, blank=True)
    capacity = models.PositiveSmallIntegerField(_("persons at a time"), null=True, blank=True)
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    teaching_plan = models.TextField(_("teaching plan"), blank=True)
    route_text = models.TextField(_("experience route"), blank=True)
    script = models.TextField(_("guide's script"), blank=True)
    materials = models.TextField(_("study materials"), blank=True)
    orderable = models.BooleanField(_("may be ordered"), default=True)
    body = StreamField(BodyBlock(), verbose_name=_("description"), blank=True)

    class Meta:
        verbose_name = _("teaching point")
        verbose_name_plural = _("teaching points")

    def missing_documents(self) -> list[str]:
        """Return the names of the four documents that the point still owes."""
        owed = ("teaching_plan", "route_text", "script", "materials")
        return [str(self._meta.get_field(name).verbose_name) for name in owed if not getattr(self, name).strip()]


class TeachingRoute(ResourcePage):
    """A line of teaching points (教学线路)."""

    kind = Kind.ROUTE
    template = "resources/teaching_route.html"

    body = StreamField(BodyBlock(), verbose_name=_("description"), blank=True)
    orderable = models.BooleanField(_("may be ordered"), default=True)

    class Meta:
        verbose_name = _("teaching route")
        verbose_name_plural = _("teaching routes")


class RouteStop(Orderable):
    """A stop on a route with its time and length."""

    page = ParentalKey(TeachingRoute, on_delete=models.CASCADE, related_name="stops")
    point = models.ForeignKey(
        TeachingPoint, on_delete=models.PROTECT, related_name="stops", verbose_name=_("teaching point")
    )
    starts_at = models.TimeField(_("arrival"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    panels = [
        PageChooserPanel("point", "resources.TeachingPoint"),
        FieldPanel("starts_at"),
        FieldPanel("minutes"),
        FieldPanel("remark"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("stop")
        verbose_name_plural = _("stops")

    def __str__(self) -> str:
        return str(self.point)
