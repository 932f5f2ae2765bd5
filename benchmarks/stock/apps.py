"""App of the comparison page."""

from django.apps import AppConfig


class StockConfig(AppConfig):
    """Only installed by benchmarks.settings."""

    name = "benchmarks.stock"
    label = "benchmarks_stock"
    default_auto_field = "django.db.models.BigAutoField"
