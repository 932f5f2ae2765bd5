"""What is new of a type is found by an index: sorting the library for the home page would grow with it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("resources", "0004_vetted_text"), ("wagtailcore", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX resources_newest_of_type ON wagtailcore_page (content_type_id, first_published_at DESC, id DESC)",
            "DROP INDEX resources_newest_of_type",
        )
    ]
