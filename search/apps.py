"""Django configuration of the search app."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    label = "search"
    verbose_name = _("Search")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from search import checks, jobs, receivers  # noqa: F401 (importing jobs registers them)

        register(checks.engine_there_is, checks.TAG)
        receivers.connect()
