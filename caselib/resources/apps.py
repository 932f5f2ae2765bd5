"""Django configuration of the resources app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResourcesConfig(AppConfig):
    name = "caselib.resources"
    label = "resources"
    verbose_name = _("Resources")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caselib.core import indexes
        from caselib.core.guards import register
        from caselib.media import holding

        from . import files, panels, reach, receivers
        from .counting import counting
        from .guards import guards

        register(*guards(), *counting())
        # The newest of a type: to sort the library for the front page would grow with it.
        newest = "content_type_id, first_published_at DESC, id DESC"
        indexes.register(indexes.Index("resources_newest_of_type", "wagtailcore_page", newest))
        holding.register(files.holds)
        reach.install()
        receivers.connect()
        panels.install_edit_handlers()
