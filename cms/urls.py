"""All URLs of the site. There is no public media location and no Django admin."""

from __future__ import annotations

from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from caselib.resources.reach import suggest_tags
from caselib.resources.showing import serve_address

urlpatterns = [
    # Before Wagtail's own view of the same address.
    path("admin/tag-autocomplete/", suggest_tags),
    path("admin/", include(wagtailadmin_urls)),
    path("account/", include("caselib.accounts.urls")),
    path("", include("caselib.core.urls")),
    path("r/", include("caselib.resources.urls")),
    path("review/", include("caselib.review.urls")),
    path("ingest/", include("caselib.ingest.urls")),
    path("search-api/", include("search.urls")),
    path("competitions/", include("caselib.competitions.urls")),
    path("anthologies/", include("caselib.anthologies.urls")),
    path("", include("cms.site_urls")),
    path("", include("caselib.catalogue.urls")),
    # Before Wagtail's own pattern of the same form, by which Wagtail makes its addresses.
    re_path(r"^(?P<path>(?!_util/)(?:[\w\-]+/)*)$", serve_address, name="resource_address"),
    path("", include(wagtail_urls)),
]

handler500 = "cms.views.fault"
