"""What of the settings would leave the site without the search engine its operator means to have."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from search.engines import ELASTIC, EMBEDDED

TAG = "search"


def engine_there_is(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Return an error for an engine of an unknown name, which nobody would ask, and for one without an address."""
    if settings.SEARCH_ENGINE not in (EMBEDDED, ELASTIC):
        told = f"CASELIB_SEARCH_ENGINE must be elasticsearch or embedded, not {settings.SEARCH_ENGINE!r}."
        return [Error(told, id="search.E001")]
    if settings.SEARCH_ENGINE == ELASTIC and not settings.ELASTICSEARCH_URLS:
        told = "CASELIB_ELASTICSEARCH_URLS is missing: the addresses of the nodes, such as http://node1:9200."
        return [Error(told, id="search.E002")]
    return []
