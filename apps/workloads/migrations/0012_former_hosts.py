import django.db.models.deletion
from django.db import migrations, models

# A host is held once, as somebody's address or as one that leads on: two tables, so a trigger asks the other
# one. The lock makes two transactions that want the same host take turns; whoever is second sees the first.
FORWARD = """
CREATE FUNCTION workloads_host_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.host, 5302605));
    IF TG_TABLE_NAME = 'workloads_app' THEN
        IF EXISTS (SELECT FROM workloads_formerhost f WHERE f.host = NEW.host) THEN
            RAISE unique_violation USING MESSAGE = 'host leads on to another app', CONSTRAINT = 'workloads_host_once';
        END IF;
    ELSIF EXISTS (SELECT FROM workloads_app a WHERE a.host = NEW.host) THEN
        RAISE unique_violation USING MESSAGE = 'host is held by an app', CONSTRAINT = 'workloads_host_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER workloads_app_host BEFORE INSERT OR UPDATE OF host ON workloads_app
    FOR EACH ROW WHEN (NEW.host IS NOT NULL) EXECUTE FUNCTION workloads_host_held();
CREATE TRIGGER workloads_formerhost_host BEFORE INSERT OR UPDATE OF host ON workloads_formerhost
    FOR EACH ROW EXECUTE FUNCTION workloads_host_held();
"""
BACKWARD = """
DROP TRIGGER workloads_formerhost_host ON workloads_formerhost;
DROP TRIGGER workloads_app_host ON workloads_app;
DROP FUNCTION workloads_host_held();
"""


class Migration(migrations.Migration):
    dependencies = [("workloads", "0011_secret_releases")]

    operations = [
        migrations.CreateModel(
            name="FormerHost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("host", models.CharField(max_length=253, unique=True)),
                ("until", models.DateTimeField()),
                (
                    "app",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_hosts",
                        to="workloads.app",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["until"], name="workloads_former_until")]},
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
