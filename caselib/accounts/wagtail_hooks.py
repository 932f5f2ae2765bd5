"""Registers units in the admin's settings menu."""

from wagtail import hooks

from .viewsets import UnitViewSet, unit_viewset


@hooks.register("register_admin_viewset")
def register_units() -> UnitViewSet:
    return unit_viewset
