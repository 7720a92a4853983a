"""Every ledger has a counter for apps whose lease does not end: none may, until an admin grants it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_NAME = "always_on"


def open_counters(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """One counter a project, one ceiling for the lab and for everybody who has some."""
    counter, ceiling = apps.get_model("quotas", "Counter"), apps.get_model("quotas", "Ceiling")
    opened = counter.objects.order_by().values_list("project_id", flat=True).distinct()
    counter.objects.bulk_create(
        [counter(project_id=each, dimension=_NAME, base_limit=0, limit=0) for each in opened],
        ignore_conflicts=True,
    )
    owners = ceiling.objects.order_by().values_list("scope", "person_id").distinct()
    ceiling.objects.bulk_create(
        [ceiling(scope=scope, person_id=person, dimension=_NAME) for scope, person in owners],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    """Fills the tables once."""

    dependencies = [("quotas", "0004_count_what_stands")]
    operations = [migrations.RunPython(open_counters, migrations.RunPython.noop, elidable=True)]
