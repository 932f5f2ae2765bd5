"""All counters take their numbers from one line, so that a process can ask for what is newer than what it knows."""

from django.db import migrations, models
from django.db.models import Max


def begin_the_line(apps, editor):
    counters = apps.get_model("core", "VersionCounter").objects
    last = counters.aggregate(last=Max("value"))["last"] or 0
    counters.update_or_create(name="changes", defaults={"value": last + 1})


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only")]
    operations = [
        migrations.AddIndex("versioncounter", models.Index(fields=["value"], name="counter_value")),
        migrations.RunPython(begin_the_line, migrations.RunPython.noop),
    ]
