"""Django configuration of the resources app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResourcesConfig(AppConfig):
    name = "caselib.resources"
    label = "resources"
    verbose_name = _("Resources")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caselib.core.guards import register
        from caselib.media import holding

        from . import files, panels, reach, receivers
        from .counting import counting
        from .guards import guards

        register(*guards(), *counting())
        holding.register(files.holds)
        reach.install()
        receivers.connect()
        panels.install_edit_handlers()
