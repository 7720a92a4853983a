"""Rows that were written before there were mails name things that nobody sends: they would stay for ever."""

from typing import Any

from django.db import migrations


def forget(apps: Any, _schema_editor: Any) -> None:
    """Drop what is not a mail, a letter or a webhook."""
    outbox = apps.get_model("notices", "Outbox")
    outbox.objects.filter(sent_at__isnull=True).exclude(kind__in=["mail", "letter", "webhook"]).delete()


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_notices")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
