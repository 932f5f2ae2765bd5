"""Settings of ``make run``: one machine, SQLite, embedded search, nothing else to install."""

import os

from .base import *  # noqa: F403
from .base import VAR_DIR, WAGTAILADMIN_BASE_URL

DEBUG = False
SECRET_FILE = VAR_DIR / "secret-key"
if SECRET_FILE.exists():
    SECRET_KEY = SECRET_FILE.read_text().strip()
else:
    from django.core.management.utils import get_random_secret_key

    VAR_DIR.mkdir(parents=True, exist_ok=True)
    SECRET_KEY = get_random_secret_key()
    SECRET_FILE.write_text(SECRET_KEY)
    SECRET_FILE.chmod(0o600)
# What else others call this machine by; tools/serve.py adds the addresses it serves on.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS += [name for part in os.environ.get("CASELIB_HOSTS", "").split(",") if (name := part.strip())]
# Mails and books are made where nobody asks by any name: their addresses begin with this. tools/serve.py says the other.
SITE_ORIGIN = os.environ.get("CASELIB_ORIGIN", "").strip().rstrip("/")
WAGTAILADMIN_BASE_URL = SITE_ORIGIN or os.environ.get("CASELIB_SERVED_AT", "") or WAGTAILADMIN_BASE_URL
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# Mails are kept as files, one each: a server's terminal is no place to read them.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
