"""Apps that go wrong by what they are asked for with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.flows.client import Api
from tests.flows.reasons.told import Told

BIG = {"reason": "to see what is said"}


@dataclass(frozen=True)
class Case:
    """One app, and what it will say."""

    told: Told
    template: str = "mishap"
    how: str = ""
    wishes: Mapping[str, Any] = field(default_factory=dict)


def size(**amounts: int) -> dict[str, Any]:
    """Wishes of another size."""
    return {"resources": {"cpu_mhz": 20, "memory_mib": 32, "count": 1, **amounts}, **BIG}


def ask(person: Api, project: str, stem: str, case: Case) -> str:
    """Ask for the app; returns its id."""
    parameters = {"how": case.how} if case.how else {}
    wishes = {"project": project, "template": case.template, "parameters": parameters, **case.wishes}
    return person.asked(f"{stem}-{uuid4().hex[:5]}", **wishes)
