"""A release names the secrets that were set with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workloads", "0010_leases")]
    operations = [
        migrations.AddField(
            model_name="release",
            name="secrets",
            field=models.JSONField(default=list),
        ),
    ]
