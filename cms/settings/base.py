"""What every installation has in common."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from .environment import SEARCH_ENGINES

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# Everything the running site writes: database, private media, search index.
VAR_DIR = Path(os.environ.get("CASELIB_VAR", BASE_DIR / "var"))

INSTALLED_APPS = [
    "cms.wagtail_zh",
    "cms",
    "search",
    "caselib.anthologies",
    "caselib.competitions",
    "caselib.catalogue",
    "caselib.ingest",
    "caselib.review",
    "caselib.resources",
    "caselib.media",
    "caselib.vocabularies",
    "caselib.accounts",
    "caselib.core",
    "wagtail.embeds",
    "wagtail.sites",
    "caselib.accounts.apps.UsersAdminConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "axes",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # its catalogue: the administration says how long ago
    "django.forms",
]

MIDDLEWARE = [
    # Outermost: a page from the cache costs nothing else. What it keeps carries the headers set below.
    "cms.middleware.page_cache.PageCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cms.middleware.content_policy.ContentPolicyMiddleware",
    "cms.middleware.private_answers.PrivateAnswersMiddleware",
    "cms.middleware.input.CleanInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cms.middleware.input.LargeFormsMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cms.middleware.input.ArgumentsMiddleware",
    "cms.middleware.refusals.RefusalMiddleware",
    "cms.middleware.admin_reach.AdminReachMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    }
]

# Widgets of ours have templates of the project.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / "caselib.sqlite3",
        # Measured in benchmarks/writes.py: with the stock settings most of eight concurrent writers lose.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-32000;"
                "PRAGMA mmap_size=268435456;PRAGMA foreign_keys=ON;"
            ),
        },
        "CONN_MAX_AGE": 600,
        # Never with IMMEDIATE: each GET would take the write lock. Services are atomic, views are not.
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 5000},
    }
}

# Memory a web process may use for whole pages of anonymous readers; 0 switches that cache off.
PAGE_CACHE_BYTES = 48 * 1024 * 1024
# And for pieces of pages that are the same for all readers of the same rights; 0 keeps none.
FRAGMENT_CACHE_BYTES = 32 * 1024 * 1024

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "caselib.accounts.backends.AccountBackend"]
# What a sign-in costs is decided in docs/decisions/0013; whoever comes from another site keeps the old password once.
PASSWORD_HASHERS = [
    "caselib.accounts.hashers.LibraryPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
# One page to sign in: Wagtail's own has fields without a Chinese name.
WAGTAILADMIN_LOGIN_URL = "accounts:login"
WAGTAIL_FRONTEND_LOGIN_URL = "accounts:login"
# Whoever reads a mail would set any password, also of the three administrators, and the audit chain would not know (decision 0013).
WAGTAIL_PASSWORD_RESET_ENABLED = False
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AXES_HANDLER = "caselib.accounts.throttling.LibraryAxesHandler"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"

SESSION_ENGINE = "caselib.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# Text alone, without files: more than half a million signs however a browser writes them.
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = [("zh-hans", _("Simplified Chinese"))]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "cms" / "locale"]
FORMAT_MODULE_PATH = ["cms.formats"]
TIME_ZONE = "Asia/Shanghai"
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
# Not a public location: caselib.resources.views.private_file answers here, after the permission check.
MEDIA_URL = "/r/files/"
MEDIA_X_ACCEL = ""
# Static files of `make run` have no hash in their names; production.py gives them one.
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "caselib.media.storage.WholeFiles"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

WAGTAIL_SITE_NAME = "案例课程库"
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "caselib.resources.richtext.RichTextArea"}}
# Where the site is found by whoever holds a printed page of it; empty: under the name it was asked by.
SITE_ORIGIN = ""
WAGTAILADMIN_BASE_URL = "http://127.0.0.1:8000"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = False
WAGTAIL_FINISH_WORKFLOW_ACTION = "caselib.review.finish.publish_vetted"
# Resources ask for their workflow here, because they stand below the review app.
CASELIB_WORKFLOW_FOR = "caselib.review.routing.workflow_for"
WAGTAIL_PASSWORD_REQUIRED_TEMPLATE = "403.html"
WAGTAIL_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAIL_ALLOW_UNICODE_SLUGS = True
WAGTAIL_MODERATION_ENABLED = True
WAGTAILEMBEDS_FINDERS: list[dict[str, Any]] = []
WAGTAILIMAGES_IMAGE_MODEL = "media.CaseImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "caselib.media.wagtail_forms.ImageForm"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "caselib.media.wagtail_forms.DocumentForm"
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 40_000_000
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_DOCUMENT_MODEL = "media.CaseDocument"
WAGTAILDOCS_SERVE_METHOD = "direct"
WAGTAILDOCS_EXTENSIONS = [
    "docx", "doc", "wps", "pdf", "pptx", "ppt", "xlsx", "xls", "txt", "md", "srt", "vtt", "zip", "jpg", "png",
]  # fmt: skip
TAGGIT_CASE_INSENSITIVE = True
# People here write 、 and ， between words, which taggit takes for parts of a word.
TAGGIT_TAGS_FROM_STRING = "caselib.vocabularies.free_tags.parse"
TAGGIT_STRING_FROM_TAGS = "caselib.vocabularies.free_tags.join"
# The database backend of Wagtail with our Chinese tokens: explorer, choosers, images and documents go through it.
WAGTAILSEARCH_BACKENDS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "search.modelsearch_backend"}}

# The first whole library search: caselib's own, see search/.
_named = os.environ.get("CASELIB_SEARCH_ENGINE") or "embedded"
SEARCH_ENGINE = SEARCH_ENGINES.get(_named, _named)  # what nobody knows is refused by a check of the search app
SEARCH_INDEX_DIR = VAR_DIR / "search-index"
ELASTICSEARCH_URLS = [url for url in os.environ.get("CASELIB_ELASTICSEARCH_URLS", "").split(",") if url]
ELASTICSEARCH_INDEX_PREFIX = os.environ.get("CASELIB_ELASTICSEARCH_PREFIX", "caselib")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = "caselib@localhost"

# Strict for the site; cms.middleware relaxes it for the admin, whose scripts are inline in places.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

LOG_FILTERS: dict[str, Any] = {"one_line": {"()": "cms.logs.OneLine"}}
QUIET: dict[str, Any] = {
    # The client of Elasticsearch tells of each request, and of each that fails by sixty lines; search says it in one.
    "elastic_transport": {"level": "ERROR"},
}
# Django's default mails errors to ADMINS and is silent without them; here every fault stands in the server's log.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": LOG_FILTERS,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one_line"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}, **QUIET},
}
