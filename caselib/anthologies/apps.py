"""Django configuration of the anthologies app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnthologiesConfig(AppConfig):
    name = "caselib.anthologies"
    label = "anthologies"
    verbose_name = _("Anthologies")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import jobs  # noqa: F401  registers the compile job
