"""The database refuses to change history."""

import pytest
from django.db import DatabaseError, connection

pytestmark = pytest.mark.django_db

EVENT = (
    "INSERT INTO audit_event (at, actor_kind, actor_label, verb, target_kind, target_id, target_label,"
    " reason, request_id) VALUES (now(), 'system', 's', 'a.b', 'app', '1', '', '', '')"
)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_event SET verb = 'x'", "history cannot be rewritten"),
        ("DELETE FROM audit_event", "history cannot be deleted row by row"),
        ("TRUNCATE audit_event", "nor as a whole"),
    ],
)
def test_refused(statement: str, reason: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EVENT)
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_no_truncate")
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute(statement)
