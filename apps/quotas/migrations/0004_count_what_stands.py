"""What stands already is counted against the ceilings, which have no limit yet."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Sum


def count(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """One row for each dimension of the lab and of everybody with a personal project."""
    counters = apps.get_model("quotas", "Counter").objects.order_by()
    ceiling = apps.get_model("quotas", "Ceiling")
    sums = {"used": Sum("used"), "reserved": Sum("reserved")}
    lab = counters.values("dimension").annotate(**sums)
    own = counters.filter(project__personal_of__isnull=False)
    people = own.values("dimension", "project__personal_of_id").annotate(**sums)
    rows = [ceiling(scope="lab", **each) for each in lab]
    rows += [
        ceiling(
            scope="person",
            person_id=each["project__personal_of_id"],
            dimension=each["dimension"],
            used=each["used"],
            reserved=each["reserved"],
        )
        for each in people
    ]
    ceiling.objects.bulk_create(rows)


class Migration(migrations.Migration):
    """Fills the new table once."""

    dependencies = [("quotas", "0003_ceilings_and_history")]
    operations = [migrations.RunPython(count, migrations.RunPython.noop, elidable=True)]
