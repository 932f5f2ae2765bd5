"""Django configuration of the ingest app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IngestConfig(AppConfig):
    name = "caselib.ingest"
    label = "ingest"
    verbose_name = _("Ingest")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caselib.accounts import waiting as desk

        from . import jobs, waiting  # noqa: F401  registers the reading job

        desk.register("ingest", waiting.piles, place=20)
