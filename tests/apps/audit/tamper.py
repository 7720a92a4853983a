"""What somebody with all rights on the database could do: the triggers are off meanwhile."""

from django.db import connection

from apps.audit.services import record, seal
from kernel.actors import system

TABLES = ("audit_event", "audit_seal")


def history(events: int = 6) -> None:
    """Some events, sealed."""
    for number in range(events):
        record(actor=system("test"), verb="app.started", target_kind="app", target_id=number)
    seal()


def tamper(*statements: str) -> None:
    """Run these as nobody may."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
