"""A load error is said in both languages. Rows are rewritten at each load: the old ones need no conversion."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [
        migrations.RunSQL("DELETE FROM catalogue_loaderror", migrations.RunSQL.noop),
        migrations.RemoveField("loaderror", "reason"),
        migrations.AddField("loaderror", "reason", models.JSONField(default=dict), preserve_default=False),
    ]
