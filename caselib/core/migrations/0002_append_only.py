"""The audit chain refuses update and delete in the database itself."""

from django.db import migrations

from caselib.core.migrations_support import append_only


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [append_only("core_auditrecord")]
