from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workloads", "0003_moved_at")]

    operations = [
        migrations.AddField(model_name="claim", name="holder", field=models.IntegerField(null=True)),
        migrations.AddField(model_name="claim", name="holder_since", field=models.DateTimeField(null=True)),
    ]
