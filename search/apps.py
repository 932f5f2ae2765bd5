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
        from caselib.review import attached
        from search import checks, harvest, jobs, reading, receivers  # noqa: F401 (importing jobs registers them)

        register(checks.engine_there_is, checks.TAG)
        receivers.connect()
        # The checks of a review scan attached files too; the review stands below and cannot ask itself.
        attached.register(attached.FileReader(known=harvest.known_text, read=reading.read))
