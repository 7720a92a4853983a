"""The chain: every event gets its link once, and nothing done behind the triggers' back stays unseen."""

import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from apps.audit.chain import FORM, FORMS, Head, read_head, verify
from apps.audit.models import Event, Seal, Unsealed
from apps.audit.services import record, seal
from kernel.actors import system
from tests.apps.audit.tamper import history, tamper
from tests.waiting import wait_for


def test_every_field_of_an_event_is_digested() -> None:
    columns = {field.name for field in Event._meta.concrete_fields}
    assert set(FORMS[FORM]) == columns, "a new column needs a new form"


def test_a_sound_chain(db: None) -> None:
    history(3)
    assert list(Seal.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    record(actor=system("test"), verb="a.b", target_kind="app", target_id="x")
    report = verify()
    assert (report.ok, report.sealed, report.waiting, report.head.position) == (True, 3, 1, 3)
    assert seal() == 1
    assert seal() == 0, "twice is once"
    assert verify(known=report.head, since=True).sealed == 1


def test_more_than_a_batch(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.audit.services._BATCH", 4)
    monkeypatch.setattr("apps.audit.chain.verifying._BATCH", 3)
    history(11)
    assert (verify().sealed, verify().ok) == (11, True)


ADDED = (
    "INSERT INTO audit_event (at, actor_kind, actor_label, verb, target_kind, target_id, target_label,"
    " reason, request_id) SELECT at, actor_kind, actor_label, verb, target_kind, target_id, '', '', ''"
    " FROM audit_event WHERE id = {2}"
)


@pytest.mark.parametrize(
    ("statements", "found", "reason"),
    [
        (["UPDATE audit_event SET verb = 'app.stopped' WHERE id = {2}"], "was changed", "a word"),
        (["UPDATE audit_event SET ip = '192.0.2.1' WHERE id = {2}"], "was changed", "an address"),
        (["UPDATE audit_event SET at = at + interval '1 microsecond' WHERE id = {2}"], "was changed", "time"),
        (["UPDATE audit_event SET after = '{{}}' WHERE id = {2}"], "was changed", "what came of it"),
        (["DELETE FROM audit_event WHERE id = {2}"], "was deleted", "an event alone"),
        (
            ["DELETE FROM audit_event WHERE id = {2}", "DELETE FROM audit_seal WHERE event_id = {2}"],
            "seal 3 is missing",
            "an event with its seal",
        ),
        (["DELETE FROM audit_seal WHERE event_id = {2}"], "seal 3 is missing", "a seal alone"),
        (["DELETE FROM audit_seal WHERE event_id = {5}"], "its seal was removed", "the last seal alone"),
        (["DELETE FROM audit_event WHERE id = {5}"], "was deleted", "the last event alone"),
        (
            [ADDED],
            "added beside the chain",
            "an event put in",
        ),
        (
            [
                "UPDATE audit_seal SET event_id = -1 WHERE event_id = {1}",
                "UPDATE audit_seal SET event_id = {1} WHERE event_id = {2}",
                "UPDATE audit_seal SET event_id = {2} WHERE event_id = -1",
            ],
            "was changed",
            "two events in another order",
        ),
        (
            [
                "UPDATE audit_seal SET position = -1 WHERE position = 2",
                "UPDATE audit_seal SET position = 2 WHERE position = 3",
                "UPDATE audit_seal SET position = 3 WHERE position = -1",
            ],
            "does not follow",
            "two links in another order",
        ),
        (["UPDATE audit_seal SET form = 99 WHERE position = 3"], "was changed", "a form that never was"),
    ],
)
def test_tampering_is_found(db: None, statements: list[str], found: str, reason: str) -> None:
    history()
    ids = list(Event.objects.order_by("id").values_list("id", flat=True))
    tamper(*(statement.format(*ids) for statement in statements))
    report = verify()
    assert not report.ok, reason
    assert found in report.broken, reason


def test_an_end_cut_off_is_found_by_the_head_that_was_noted(db: None) -> None:
    history()
    head = verify().head
    tamper(
        "DELETE FROM audit_event WHERE id = (SELECT max(id) FROM audit_event)",
        "DELETE FROM audit_seal WHERE position = (SELECT max(position) FROM audit_seal)",
    )
    assert verify().ok, "the rows that are left fit: only a note made elsewhere can tell"
    for since in (False, True):
        assert "cut off" in verify(known=head, since=since).broken


def test_a_history_written_anew_is_found_by_the_head_that_was_noted(db: None) -> None:
    history()
    head = verify().head
    tamper(
        "UPDATE audit_event SET verb = 'app.stopped'",
        "INSERT INTO audit_unsealed SELECT id FROM audit_event",
        "DELETE FROM audit_seal",
    )
    seal()
    assert verify().ok
    assert "written anew" in verify(known=head).broken


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_event SET at = now() - interval '1 hour'", "waited too long"),
        ("DELETE FROM audit_event", "deleted before it was sealed"),
        ("DELETE FROM audit_unsealed", "added beside the chain"),
    ],
)
def test_what_waits_is_looked_at_too(db: None, statement: str, found: str) -> None:
    record(actor=system("test"), verb="a.b", target_kind="app", target_id="x")
    tamper(statement)
    assert found in verify().broken


def test_the_command(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    history()
    call_command("verify_audit")
    out = capsys.readouterr().out
    assert "OK: 6 events" in out
    head = out.split("head ")[1].strip()
    assert read_head(head) == verify().head
    call_command("verify_audit", head=head, since=True)
    assert "OK: 0 events" in capsys.readouterr().out
    tamper("UPDATE audit_event SET reason = 'x'")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit")
    assert ended.value.code == 1
    assert "BROKEN: event" in capsys.readouterr().err


@pytest.mark.parametrize("options", [{"head": "nonsense"}, {"head": "1:zz"}, {"since": True}])
def test_the_command_refuses(db: None, options: dict[str, object]) -> None:
    with pytest.raises(CommandError):
        call_command("verify_audit", **options)


@pytest.mark.parametrize("statement", ["UPDATE audit_seal SET digest = ''", "DELETE FROM audit_seal"])
def test_seals_are_append_only(db: None, statement: str) -> None:
    history(1)
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_an_event_that_commits_late_is_sealed_late_and_not_skipped() -> None:
    """Its id is smaller than that of an event that was sealed before it."""
    written, release = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record(actor=system("slow"), verb="a.slow", target_kind="app", target_id="x")
            written.set()
            release.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    wait_for(written.is_set, 20, "the slow transaction has written")
    with transaction.atomic():
        record(actor=system("fast"), verb="a.fast", target_kind="app", target_id="x")
    assert seal() == 1
    release.set()
    thread.join(20)
    assert seal() == 1
    verbs = [each.event.verb for each in Seal.objects.select_related("event").order_by("position")]
    assert verbs == ["a.fast", "a.slow"]
    assert (verify().ok, Unsealed.objects.count()) == (True, 0)


@pytest.mark.django_db(transaction=True)
def test_writers_and_two_sealers_at_once() -> None:
    """Eight writers, two sealers: every event once, no gap."""
    done = threading.Event()

    def write() -> None:
        for number in range(15):
            with transaction.atomic():
                record(actor=system("writer"), verb="a.b", target_kind="app", target_id=number)
        connection.close()

    def sealing() -> None:
        while not done.is_set():
            seal()
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(8)]
    sealers = [threading.Thread(target=sealing) for _ in range(2)]
    for thread in [*writers, *sealers]:
        thread.start()
    for thread in writers:
        thread.join(60)
    done.set()
    for thread in sealers:
        thread.join(60)
    seal()
    report = verify()
    assert (report.ok, report.sealed, report.waiting) == (True, 120, 0), report.broken


def test_the_start_is_a_head_too(db: None) -> None:
    record(actor=system("test"), verb="a.b", target_kind="app", target_id="x")
    assert Event.objects.get().at > timezone.now() - timedelta(minutes=1)
    assert verify(known=Head()).ok
