"""Open stages and runs are found by an index: all that were ever closed stand in the same tables, and grow with the library."""

from django.db import migrations


class Migration(migrations.Migration):
    # Tables of Wagtail; a later migration of theirs that rebuilds one on SQLite would drop the index again.
    dependencies = [("review", "0002_guards"), ("wagtailcore", "0098_apitoken")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX review_stages_by_status ON wagtailcore_taskstate (status, task_id)",
            "DROP INDEX review_stages_by_status",
        ),
        migrations.RunSQL(
            "CREATE INDEX review_runs_by_status ON wagtailcore_workflowstate (status, base_content_type_id)",
            "DROP INDEX review_runs_by_status",
        ),
    ]
