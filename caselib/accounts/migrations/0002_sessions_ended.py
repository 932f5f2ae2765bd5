from django.db import migrations, models


class Migration(migrations.Migration):
    # Without a default: SQLite adds such a column as it stands, where it would else write the whole table anew.
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="sessions_ended",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
    ]
