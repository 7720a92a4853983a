"""A cluster that does not answer when a log is to be followed."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import Person
from kernel.errors import Unavailable
from tests.factories import catalogue
from tests.factories.apps import submit


def test_a_page_is_told_which_part_is_away_and_asks_again(
    monkeypatch: pytest.MonkeyPatch, alice: Person, signed_in: Callable[[Person], Client]
) -> None:
    """A browser gives up a stream that is answered with an error, and never says since when."""

    def none(_app: object) -> None:
        raise Unavailable("nomad", "timed out")

    monkeypatch.setattr("apps.telemetry.live.logs.copies", none)
    catalogue.template()
    answer = signed_in(alice).get(f"/apps/{submit(alice).app.id}/logs/stream/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
    told = answer.content.decode()
    assert told.startswith("retry: ")
    state = json.loads(told.partition("event: state\ndata: ")[2])
    assert (state["state"], state["part"]) == ("away", "nomad")
    assert state["since"]
