"""Django configuration of the media app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MediaConfig(AppConfig):
    name = "caselib.media"
    label = "media"
    verbose_name = _("Media")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete

        from . import holding, policies, services

        holding.connect()
        post_delete.connect(services.forget_file, sender="media.VideoFile", dispatch_uid="media.film_file")
        policies.register()
