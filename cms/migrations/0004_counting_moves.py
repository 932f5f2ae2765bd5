"""The triggers of 0002 and 0003 give way to those that are registered in code and put back after each migration.

See ``caselib.resources.counting`` and ``cms.counting``: they say which page has changed, so that a publication does not end
what is kept of all, and count in one line.
"""

import importlib

from django.db import migrations

pages = importlib.import_module("cms.migrations.0002_count_changes")
calls = importlib.import_module("cms.migrations.0003_count_calls")


class Migration(migrations.Migration):
    dependencies = [("cms", "0003_count_calls"), ("core", "0003_line_of_changes")]
    operations = [
        migrations.RunPython(calls.backward, calls.forward),
        migrations.RunPython(pages.backward, pages.forward),
    ]
