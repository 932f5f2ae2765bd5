"""Settings of an installation with PostgreSQL and Elasticsearch, from environment variables only."""

import os
from pathlib import Path

from .base import *  # noqa: F403
from .base import BASE_DIR, LOG_FILTERS, QUIET, STORAGES
from .environment import read

_env = read(os.environ)

DEBUG = False
SECRET_KEY = _env.secret_key
SECRET_KEY_FALLBACKS = _env.secret_key_fallbacks
ALLOWED_HOSTS = _env.hosts
CSRF_TRUSTED_ORIGINS = [_env.origin]
SITE_ORIGIN = WAGTAILADMIN_BASE_URL = _env.origin

DATABASES = {"default": _env.database}
VAR_DIR = _env.var_dir
MEDIA_ROOT = VAR_DIR / "media"
SEARCH_INDEX_DIR = VAR_DIR / "search-index"
SEARCH_ENGINE = _env.search_engine
ELASTICSEARCH_URLS = _env.elasticsearch_urls

# Files with a hash in their name: nginx may let browsers keep them for ever.
STATIC_ROOT = Path(os.environ.get("CASELIB_STATIC_ROOT", BASE_DIR / "static-root"))
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
# nginx reads them as another user; only the two containers (or users) concerned can reach the folder.
FILE_UPLOAD_PERMISSIONS = 0o644
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o755
# The internal location of deploy/nginx.conf.template; the permission check stays with the view.
MEDIA_X_ACCEL = "/private-media/"

# nginx is the only way in and sets these headers itself.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
AXES_CLIENT_IP_CALLABLE = "cms.middleware.proxy.client_address"
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^hello/$"]
SECURE_HSTS_SECONDS = _env.hsts_seconds
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Wagtail shows previews in a frame of the same origin, which X_FRAME_OPTIONS=DENY would refuse.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

# Without a mail server notices stay inside the site; nothing is silently sent elsewhere.
EMAIL_BACKEND = "django.core.mail.backends." + ("smtp" if _env.email["host"] else "dummy") + ".EmailBackend"
EMAIL_HOST = _env.email["host"]
EMAIL_PORT = _env.email["port"]
EMAIL_HOST_USER = _env.email["user"]
EMAIL_HOST_PASSWORD = _env.email["password"]
EMAIL_USE_TLS = _env.email["tls"]
EMAIL_USE_SSL = _env.email["ssl"]
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = _env.email["sender"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": LOG_FILTERS,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one_line"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": QUIET,
}
