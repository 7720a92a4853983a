"""Seals are as append-only as events, and each event waits for its own from the moment it is written."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_await_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsealed (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_await_seal AFTER INSERT ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_await_seal();
INSERT INTO audit_unsealed (event_id) SELECT id FROM audit_event;
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_no_truncate BEFORE TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
BACKWARD = """
DROP TRIGGER audit_seal_no_truncate ON audit_seal;
DROP TRIGGER audit_seal_append_only ON audit_seal;
DROP TRIGGER audit_await_seal ON audit_event;
DROP FUNCTION audit_await_seal();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_chain")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
