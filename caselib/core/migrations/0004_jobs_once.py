from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0003_line_of_changes")]

    operations = [
        migrations.AddField(
            model_name="job",
            name="key",
            field=models.CharField(editable=False, max_length=120, null=True),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("key",),
                name="job_once_at_a_time",
            ),
        ),
    ]
