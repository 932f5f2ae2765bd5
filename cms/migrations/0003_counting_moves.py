"""The triggers of 0002 give way to those that are registered in code and put back after each migration.

See ``caselib.resources.counting``: they say which page has changed, so that a publication does not end what is kept of all.
"""

import importlib

from django.db import migrations

before = importlib.import_module("cms.migrations.0002_count_changes")


class Migration(migrations.Migration):
    dependencies = [("cms", "0002_count_changes"), ("core", "0003_line_of_changes")]
    operations = [migrations.RunPython(before.backward, before.forward)]
