"""Django configuration of the competitions app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompetitionsConfig(AppConfig):
    name = "caselib.competitions"
    label = "competitions"
    verbose_name = _("Competitions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hide from blind judges what they judge, everywhere in the library."""
        from caselib.accounts.viewers import register_veil

        from .selectors.veil import veiled_pages

        register_veil(veiled_pages)
