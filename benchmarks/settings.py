"""The site as ``make run`` serves it, with a stock Wagtail page type beside ours for comparison."""

import os

from cms.settings.dev import *  # noqa: F403
from cms.settings.dev import DATABASES, INSTALLED_APPS

INSTALLED_APPS = ["benchmarks.stock", *INSTALLED_APPS]
ROOT_URLCONF = "benchmarks.urls"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if os.environ.get("BENCH_HASHER") != "real":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if os.environ.get("BENCH_DATABASE") == "postgresql":
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PGDATABASE"],
        "USER": os.environ["PGUSER"],
        "PASSWORD": os.environ["PGPASSWORD"],
        "HOST": os.environ["PGHOST"],
        "PORT": os.environ["PGPORT"],
        "CONN_MAX_AGE": 600,
    }
elif os.environ.get("BENCH_SQLITE") == "stock":
    # What ``django-admin startproject`` gives: no options at all.
    DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASES["default"]["NAME"]}
