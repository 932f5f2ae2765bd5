"""WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")

application = get_wsgi_application()

# What has been loaded stays for the life of the process: it is not looked through for garbage again and again. A page makes
# some thousand objects, nearly all of which go by themselves.
gc.freeze()
gc.set_threshold(10_000, 20, 50)
