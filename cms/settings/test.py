"""Settings of the test suite: fast hasher, no worker, the same database options as the site."""

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("CASELIB_VAR", str(Path(__file__).resolve().parents[2] / "var" / "test"))

from .base import *  # noqa: F403
from .base import DATABASES, VAR_DIR

SECRET_KEY = "only-for-tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
AXES_ENABLED = False
# Off, so that every request of a test runs its view; the tests of the cache switch it on.
PAGE_CACHE_BYTES = 0
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

if os.environ.get("CASELIB_TEST_DATABASE") == "postgresql":
    postgresql: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PGDATABASE", "caselib"),
        "USER": os.environ.get("PGUSER", "caselib"),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
    }
    DATABASES["default"] = postgresql
else:
    DATABASES["default"]["TEST"] = {
        "NAME": os.environ.get("CASELIB_TEST_DB", str(VAR_DIR / "test.sqlite3")),
    }
(VAR_DIR / "static").mkdir(parents=True, exist_ok=True)
