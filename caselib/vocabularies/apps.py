"""Django configuration of the vocabularies app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VocabulariesConfig(AppConfig):
    name = "caselib.vocabularies"
    label = "vocabularies"
    verbose_name = _("Vocabularies")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import jobs  # noqa: F401  registers the import
