"""Django configuration of the catalogue app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    name = "caselib.catalogue"
    label = "catalogue"
    verbose_name = _("Catalogue")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caselib.accounts import waiting as desk

        from . import waiting

        desk.register("catalogue", waiting.piles, place=40)
