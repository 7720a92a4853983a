"""A call with a key happens once, also when it is sent twice at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from uuid import UUID, uuid4

import pytest
from django.db import connection
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from apps.accounts.models import Person
from apps.base.idempotency import idempotent
from apps.base.models import IdempotencyKey
from apps.base.services import Answer, once
from kernel.errors import Conflict, Refused

PERSON = uuid4()


def call(run: Callable[[], Answer], *, key: str = "k", body: str = "b", person: UUID = PERSON) -> Answer:
    """One call."""
    return once(person_id=person, key=key, route="POST /x", body_digest=body, run=run)


@pytest.mark.django_db
def test_a_repeat_gets_the_first_answer() -> None:
    first = call(lambda: Answer(202, {"id": 1}, {"Location": "/o/1"}))
    again = call(lambda: Answer(202, {"id": 2}))
    assert (again.status, again.body, again.headers) == (202, {"id": 1}, {"Location": "/o/1"})
    assert (first.replayed, again.replayed) == (False, True)


@pytest.mark.django_db
def test_another_body_is_refused() -> None:
    call(lambda: Answer(202, {}))
    with pytest.raises(Conflict, match="other_body"):
        call(lambda: Answer(202, {}), body="other")


@pytest.mark.django_db
def test_a_key_belongs_to_its_person() -> None:
    call(lambda: Answer(202, {"id": 1}))
    assert call(lambda: Answer(202, {"id": 2}), person=uuid4()).body == {"id": 2}


@pytest.mark.django_db
def test_a_refused_call_leaves_nothing_and_may_be_tried_again() -> None:
    def refuse() -> Answer:
        raise Refused("refused")

    with pytest.raises(Refused):
        call(refuse)
    assert call(lambda: Answer(202, {"id": 2})).body == {"id": 2}


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_happen_once() -> None:
    barrier, runs = Barrier(10), []

    def run() -> Answer:
        runs.append(1)
        return Answer(202, {"run": len(runs)})

    def send(_number: int) -> str:
        try:
            barrier.wait()
            return str(call(run).body["run"])
        except Conflict as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(10)))
    assert len(runs) == 1
    assert answers <= {"1", "idempotency.running"}
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_running_the_second_is_told_so() -> None:
    started, finish = Event(), Event()

    def slow() -> Answer:
        started.set()
        assert finish.wait(10)
        return Answer(202, {})

    def send() -> None:
        call(slow)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(send)
        assert started.wait(10)
        with pytest.raises(Conflict, match="running"):
            call(lambda: Answer(202, {}))
        finish.set()
        first.result()


class _View:
    """A view with one method."""

    runs = 0

    @idempotent
    def create(self, request: Request) -> Response:
        """Count."""
        self.runs += 1
        return Response({"run": self.runs}, status=202, headers={"Location": "/o/1", "X-Other": "x"})


def asked(person: Person, body: dict[str, object], key: str | None) -> Request:
    """A request with a key."""
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    request = Request(APIRequestFactory().post("/x", body, format="json", **headers), parsers=[JSONParser()])
    request.user = person
    return request


def test_in_a_view(alice: Person) -> None:
    view = _View()
    first = view.create(asked(alice, {"a": 1, "b": 2}, "k"))
    again = view.create(asked(alice, {"b": 2, "a": 1}, "k"))
    assert (first.data, again.data, again.status_code) == ({"run": 1}, {"run": 1}, 202)
    assert (again["Location"], again["Idempotency-Replayed"]) == ("/o/1", "true")
    assert "X-Other" not in again.headers
    with pytest.raises(Conflict):
        view.create(asked(alice, {"a": 2}, "k"))
    view.create(asked(alice, {"a": 1}, None))
    assert view.runs == 2


@pytest.mark.parametrize("key", ["", "é", "a b", "k" * 256, "a\nb"])
def test_a_key_is_a_plain_word(alice: Person, key: str) -> None:
    with pytest.raises(Refused, match=r"idempotency\.key"):
        _View().create(asked(alice, {}, key))
