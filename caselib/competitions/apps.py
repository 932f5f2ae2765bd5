"""Django configuration of the competitions app."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class CompetitionsConfig(AppConfig):
    name = "caselib.competitions"
    label = "competitions"
    verbose_name = _("Competitions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hide from blind judges what they judge, everywhere in the library; say what waits for whom."""
        from caselib.accounts import waiting as desk
        from caselib.accounts.viewers import register_veil

        from . import checks, waiting
        from .selectors.veil import veiled_pages

        register(checks.faces_there_are, checks.TAG, deploy=True)
        register_veil(veiled_pages)
        desk.register("competitions", waiting.piles, place=30)
