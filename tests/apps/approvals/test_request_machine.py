"""Requests through random legal and illegal moves, on a real PostgreSQL.

After every step the counters are the sums of their charges; what is refused has changed nothing.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Person
from apps.approvals import services
from apps.approvals.enums import Move, RequestState
from apps.approvals.models import Decision, Message, Request
from apps.approvals.selectors import parts_of
from apps.approvals.transitions import DECIDED, OPEN, TABLE
from apps.audit.models import Event
from apps.projects.models import Project
from apps.quotas.models import Charge, Counter, LimitChange
from apps.quotas.services import recount
from apps.workloads.models import App, Operation, Release
from kernel.errors import PaillasseError
from tests.cast import actor
from tests.factories import catalogue
from tests.factories.apps import submit

WHO = ("alice", "dana", "bob", "charlie", "erik")
BIG = {"cpu_mhz": 8000, "memory_mib": 64}
ANY = st.tuples(st.sampled_from(Move), st.sampled_from(WHO), st.integers(0, 1), st.booleans())
LEGAL = st.tuples(st.integers(0, 99), st.integers(0, 1))  #: the n-th of what is legal now
STEPS = st.lists(st.one_of(ANY, LEGAL), max_size=12)
JUDGED = {Move.EDIT, Move.ANSWER}  #: what a rule may decide thereupon
MODELS = (Request, Decision, Message, Event, Counter, Charge, LimitChange, App, Release, Operation)


def moves(reason: str) -> dict[Move, Callable[..., Any]]:
    """Each move that a person can try, with what it needs; `reason` is missing at times."""
    until = timezone.localdate() + timedelta(days=3)
    part: dict[str, object] = {"cpu_mhz": 5000}
    return {
        Move.SUBMIT: services.send,
        Move.EDIT: lambda **to: services.edit(**to, changes={"reason": reason}),
        Move.TAKE: services.take,
        Move.REQUEST_CHANGES: lambda **to: services.request_changes(**to, reason=reason),
        Move.ANSWER: lambda **to: services.answer(**to, text=reason),
        Move.COMMENT: lambda **to: services.comment(**to, text=reason),
        Move.APPROVE: lambda **to: services.approve(**to, reason=reason, until=until),
        Move.APPROVE_IN_PART: lambda **to: services.approve_in_part(**to, granted=part, reason=reason),
        Move.REJECT: lambda **to: services.reject(**to, reason=reason),
        Move.WITHDRAW: services.withdraw,
    }


def rows() -> list[list[dict[str, Any]]]:
    """Everything that a move could have touched."""
    return [[dict(row) for row in model._default_manager.order_by("pk").values()] for model in MODELS]


def ruled(asked: Request) -> bool:
    """Whether a rule has decided it."""
    return asked.state == RequestState.APPROVED and bool(asked.decisions.get().rule)


def legal(asked: Request, move: Move, person: Person, reason: str) -> bool:
    """What the table says of it."""
    each = TABLE[move]
    return (
        asked.state in each.sources
        and bool(each.parts & parts_of(person, asked))
        and not (each.reason and not reason)
    )


@pytest.fixture
def cast(
    alice: Person, bob: Person, charlie: Person, dana: Person, erik: Person, genomics: Project
) -> dict[str, Person]:
    """Everybody, and a template."""
    catalogue.template()
    return {"alice": alice, "bob": bob, "charlie": charlie, "dana": dana, "erik": erik}


def ask(cast: dict[str, Person], project: Project) -> list[UUID]:
    """One request for an app beyond the quota, and one for quota in draft."""
    alice, dana = cast["alice"], cast["dana"]
    made = submit(alice, "big", project_id=project.id, resources=BIG, reason="a course").request
    limits: dict[str, object] = {"cpu_mhz": 9000}
    told: dict[str, Any] = {"actor": actor(dana), "person": dana, "project_id": project.id}
    drafted = services.ask_quota(**told, limits=limits, reason="growth", draft=True)
    assert made is not None
    return [made.id, drafted.id]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_tried(cast: dict[str, Person], genomics: Project, steps: list[Any]) -> None:
    with transaction.atomic():
        ids = ask(cast, genomics)
        for drawn in steps:
            move, name, index, said = drawn if len(drawn) == 4 else chosen(cast, ids, *drawn)
            step(cast[name], ids[index], move, "because" if said else "")
        transaction.set_rollback(True)  # the next example begins with nothing asked


def chosen(cast: dict[str, Person], ids: list[UUID], number: int, index: int) -> tuple[Move, str, int, bool]:
    """One of the moves that the table allows now; a comment where it allows nothing else."""
    asked = Request.objects.get(id=ids[index])
    found = [(move, name) for move in moves("x") for name in WHO if legal(asked, move, cast[name], "because")]
    found = [each for each in found if each[0] != Move.COMMENT] or [(Move.COMMENT, "dana")]
    move, name = found[number % len(found)]
    return move, name, index, True


def step(person: Person, request_id: UUID, move: Move, reason: str) -> None:
    """Try one move, and look at everything afterwards."""
    before, asked = rows(), Request.objects.get(id=request_id)
    try_it = moves(reason).get(move)
    if try_it is None:  # expire: nobody's, only the clock's
        services.expire(actor=actor(person))
        assert rows() == before, "nothing has waited long enough"
        return
    try:
        try_it(actor=actor(person), person=person, request_id=request_id)
    except PaillasseError:
        assert rows() == before, "what is refused changes nothing"
    else:
        assert legal(asked, move, person, reason), f"{move} of {asked.state} by {person}"
        after = Request.objects.get(id=request_id)
        stands = TABLE[move].target or asked.state
        assert after.state == stands or (move in JUDGED and ruled(after)), after.state
    assert recount() == ()
    for each in Request.objects.all():
        assert each.decisions.count() == (1 if each.state in DECIDED else 0)


@pytest.mark.parametrize("state", RequestState.values)
def test_each_end_is_an_end(state: str) -> None:
    """No move leads out of a state that is closed; every open one can be taken back and expires."""
    out = {move for move, each in TABLE.items() if state in each.sources and each.target}
    if state in OPEN:
        assert out >= {Move.WITHDRAW, Move.EXPIRE}
    else:
        assert out == set()
