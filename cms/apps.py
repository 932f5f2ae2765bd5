"""Django configuration of the composition root."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    verbose_name = _("Site")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caselib.core.guards import register

        from . import announcements, sources, withdrawals
        from .counting import counting

        register(*counting())
        withdrawals.connect()
        sources.connect()
        announcements.connect()
