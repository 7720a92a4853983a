"""Whatever a model has as a field, no body sets it that is not asked for (threat T19)."""

from typing import Any

import pytest
from django.db.models import Model

from apps.accounts.models import ApiToken, Person
from apps.approvals.models import Decision, Request
from apps.approvals.serializers import Verdict
from apps.base.models import Upload
from apps.projects.models import Departure, GroupMapping, Invitation, Membership, Project
from apps.projects.serializers import (
    ArchiveProject,
    ChangeProject,
    NewGroup,
    NewInvitation,
    NewMember,
    NewProject,
    NewRole,
    NewUpload,
)
from apps.quotas.models import Charge, Counter
from apps.workloads.models import App, Claim, Observation, Operation, Release
from apps.workloads.serializers import ChangeApp, NewApp, SecretValues
from tests.api.calls import WRITES, Call
from tests.api.test_calls import send
from tests.api.world import World
from tests.factories.callers import caller

MODELS: list[type[Model]] = [
    App, Release, Observation, Claim, Operation, Project, Membership, Person, ApiToken, Request, Decision,
    Counter, Charge, Upload, Invitation, GroupMapping, Departure,
]  # fmt: skip
FIELDS = sorted({field.name for model in MODELS for field in model._meta.get_fields()})
READERS: list[Any] = [
    NewApp,
    ChangeApp,
    SecretValues,
    Verdict,
    NewMember,
    NewRole,
    NewUpload,
    NewProject,
    ChangeProject,
    ArchiveProject,
    NewInvitation,
    NewGroup,
]


@pytest.mark.parametrize("reader", READERS, ids=lambda each: each.__name__)
def test_no_reader_takes_a_model_s_field_silently(reader: Any) -> None:
    own = set(reader().fields)
    sent = dict.fromkeys(FIELDS, "x")
    asked = reader(data=sent)
    assert not asked.is_valid()
    refused = {
        name
        for name, errors in asked.errors.items()
        if any(getattr(e, "code", "") == "unknown" for e in errors)
    }
    assert refused == set(FIELDS) - own


@pytest.mark.parametrize("call", [each for each in WRITES if each.body is not None], ids=str)
def test_a_row_stays_as_it_was(world: World, bob: Person, dana: Person, call: Call) -> None:
    person = {"alice": world.alice, "bob": bob, "dana": dana}[call.who]
    tool, before = caller(person), rows()
    strange = [name for name in FIELDS if name not in (call.body or {})]
    body = {**(call.body or {}), **dict.fromkeys(strange, "x")}
    response = send(tool, world, Call(call.method, call.path, call.scope, body))
    assert response.status_code == 400
    assert rows() == before


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every model, without what a use of a token notes."""
    return {
        model.__name__: [
            {name: value for name, value in row.items() if not name.startswith("last_used")}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in MODELS
    }
