"""Taking the audit away: streamed, disarmed, and noted itself."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.test import AsyncClient, Client
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.enums import LabRole
from apps.accounts.models import Person
from apps.audit.models import Event
from apps.audit.serializers import AuditEventSerializer, Reader, as_csv
from apps.audit.services import record, seal
from kernel.actors import system
from kernel.cells import disarm, is_formula, rearm
from tests.cast import BACKEND, enter

SignedIn = Callable[[Person], Client]


def happened(label: str, verb: str = "app.started", reason: str = "") -> None:
    record(
        actor=system("test"),
        verb=verb,
        target_kind="app",
        target_id="1",
        target_label=label,
        reason=reason,
        after={"formula": "=1+1"},
    )


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(erik: Person, signed_in: SignedIn, start: str) -> None:
    happened(f'{start}HYPERLINK("http://evil.example")', reason=f"{start}2")
    answer = signed_in(erik).post("/audit/export/", {"form": "csv"})
    rows = list(csv.reader(io.StringIO(body(answer), newline="")))
    assert len(rows) == 2
    assert not [cell for row in rows for cell in row if is_formula(cell)]
    told = dict(zip(rows[0], rows[1], strict=True))
    assert rearm(told["target_label"]).startswith(start)


@given(st.text())
def test_disarming_is_undone(text: str) -> None:
    assert not is_formula(disarm(text))
    assert rearm(disarm(text)) == text


def test_the_filtered_set_alone_and_noted(erik: Person, signed_in: SignedIn) -> None:
    happened("wanted")
    happened("other", verb="quota.set")
    seal()
    answer = signed_in(erik).post("/audit/export/?verb=app&who=test", {"form": "jsonl"})
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    rows = [json.loads(line) for line in body(answer).splitlines()]
    assert [row["target_label"] for row in rows] == ["wanted"]
    assert rows[0]["after"] == {"formula": "=1+1"}
    assert rows[0]["position"] == 1
    noted = Event.objects.get(verb="audit.exported")
    assert noted.actor_id == erik.id
    assert noted.after == {"filters": {"who": "test", "verb": "app"}, "form": "jsonl"}


def test_more_than_one_piece_each_once(
    erik: Person, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.audit.views._PIECE", 3)
    for number in range(10):
        happened(f"n{number}")
    answer = signed_in(erik).post("/audit/export/", {"form": "csv"})
    labels = [row["target_label"] for row in csv.DictReader(io.StringIO(body(answer)))]
    assert labels == [f"n{number}" for number in reversed(range(10))]


def test_a_member_takes_what_they_may_read(charlie: Person, signed_in: SignedIn) -> None:
    happened("not his")
    assert body(signed_in(charlie).post("/audit/export/", {"form": "jsonl"})) == ""


@pytest.mark.parametrize(
    ("address", "form"),
    [("/audit/export/", "xlsx"), ("/audit/export/", ""), ("/audit/export/?from=x", "csv")],
)
def test_what_cannot_be_exported(erik: Person, signed_in: SignedIn, address: str, form: str) -> None:
    assert signed_in(erik).post(address, {"form": form}).status_code == 400
    assert not Event.objects.filter(verb="audit.exported").exists()


def test_by_post_alone(erik: Person, signed_in: SignedIn) -> None:
    assert signed_in(erik).get("/audit/export/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(erik, backend=BACKEND)
    assert strict.post("/audit/export/", {"form": "csv"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_under_asgi_it_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.audit.views._PIECE", 2)
    with transaction.atomic():
        for number in range(5):
            happened(f"n{number}")
    erik = enter("erik", LabRole.AUDITOR)

    async def pieces() -> list[bytes]:
        client = AsyncClient()
        await client.aforce_login(erik, backend=BACKEND)
        answer: Any = await client.post("/audit/export/", {"form": "jsonl"})
        assert answer.is_async
        return [piece async for piece in answer.streaming_content]

    assert [len(piece.splitlines()) for piece in async_to_sync(pieces)()] == [2, 2, 1]


def test_the_columns_are_those_of_the_api(db: None) -> None:
    header = as_csv([], first=True).strip().split(",")
    happened("x")
    told = Reader(Event.objects.get().pk, reads_all=True).told(Event.objects.get())  # type: ignore[arg-type]
    assert header == list(told) == list(AuditEventSerializer().fields)
