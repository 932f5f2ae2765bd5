"""Django configuration of the composition root."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    verbose_name = _("Site")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import announcements, sources, withdrawals

        withdrawals.connect()
        sources.connect()
        announcements.connect()
