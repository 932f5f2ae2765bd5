"""The overlay stands before Wagtail's apps in INSTALLED_APPS, so that its texts win."""

from django.apps import AppConfig


class WagtailZhConfig(AppConfig):
    """Catalogues only: no models, no code."""

    name = "cms.wagtail_zh"
    label = "wagtail_zh"
