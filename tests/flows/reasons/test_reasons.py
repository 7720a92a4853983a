"""Each reason happens for real, and says in French and English what is wrong, who helps, by which button.

Solo or a real Nomad, whichever the stack stands on. All apps of the table are asked for at once and looked at
one after the other: together they take as long as the slowest.
"""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.client import Api
from tests.flows.reasons.asking import Case, ask, size
from tests.flows.reasons.told import Told, until_seen, until_told

pytestmark = [pytest.mark.stack, pytest.mark.engine, pytest.mark.timeout(420)]
LOST = "the node is not given the member's file"

TABLE = {
    "no machine has so much memory": Case(
        Told(
            "placement.exhausted",
            "It starts as soon as one has. It asks for 120000 MiB",
            "Elle demande 120000 Mio.",
            "nobody",
            "edit",
            facts={"dimension": "memory", "asked": 120_000, "looked_at": 1, "nodes": 1},
        ),
        wishes=size(memory_mib=120_000),
    ),
    "no machine has so much CPU": Case(
        Told(
            "placement.exhausted",
            "It asks for 32000 MHz.",
            "Elle demande 32000 MHz.",
            "nobody",
            "edit",
            facts={"dimension": "cpu", "asked": 32_000},
        ),
        wishes=size(cpu_mhz=32_000),
    ),
    "no machine has a GPU": Case(
        Told(
            "placement.constraint",
            "No machine fulfils what this template needs: a device that none has (GPU).",
            "un périphérique qu’aucune n’a (GPU)",
            "engineer",
            "edit",
        ),
        wishes=size(gpus=1),
    ),
    "the program ends by itself": Case(
        Told(
            "task.exit",
            "The program ended by itself with code 3.",
            "Le programme s’est terminé de lui-même avec le code 3.",
            "member",
            "logs",
            facts={"exit_code": 3},
        ),
        how="exit",
    ),
    "the program takes more memory than it has": Case(
        Told(
            "task.oom",
            "The program needed more memory than the 32 MiB that it has.",
            "32 Mio",
            "member",
            "edit",
            facts={"memory_mib": 32},
        ),
        how="memory",
    ),
    "the image is nowhere": Case(
        Told(
            "image.missing",
            "could not be fetched: it does not exist or cannot be reached.",
            "absent:1",
            "engineer",
            "retry",
        ),
        template="mishap-absent",
    ),
    "the registry asks who it is": Case(
        Told(
            "image.refused",
            "may not be fetched: its registry asks for access.",
            "locked:1",
            "engineer",
            "retry",
        ),
        template="mishap-locked",
    ),
    "nothing listens": Case(
        Told(
            "check.failing",
            "Asked for GET /cgi-bin/check, the connection was broken off",
            "rien n’écoute sur son port",
            "member",
            "logs",
            facts={"came": "reset"},  # Docker takes the connection and finds nobody behind it
        ),
        how="deaf",
    ),
    "the address answers with a 500": Case(
        Told(
            "answer.status",
            "The address answers with HTTP code 500, which is not expected. It was asked for /cgi-bin/page;",
            "L’adresse répond par le code HTTP 500, qui n’est pas attendu.",
            "member",
            "logs",
            facts={"status": 500, "accepted": [200]},
        ),
        how="odd",
    ),
    "the address hangs": Case(
        Told(
            "answer.timeout",
            "The address does not answer in time.",
            "L’adresse ne répond pas à temps.",
            "member",
            "logs",
        ),
        how="slow",
    ),
    "a member has to give a secret": Case(
        Told(
            "secret.awaiting_member",
            "It needs a secret from you: password.",
            "password",
            "member",
            "provide_secret",
            facts={"names": ["password"]},
        ),
        template="mishap-asks",
    ),
    "an administrator has to decide": Case(
        Told(
            "approval.waiting",
            "It waits for an administrator's decision.",
            "Elle attend la décision d’un administrateur.",
            "admin",
            "request",
        ),
        wishes=size(memory_mib=100_000),
    ),
    "the node is not given the member's file": Case(
        Told(
            "artifact.failed",
            "The machine could not fetch the uploaded file from the portal.",
            "La machine n’a pas pu récupérer auprès du portail le fichier envoyé.",
            "engineer",
            "retry",
        ),
    ),
    "the image has no such program": Case(
        Told(
            "task.setup",
            "The machine could not prepare the program's surroundings.",
            "La machine n’a pas pu préparer ce qu’il faut autour du programme.",
            "engineer",
            "retry",
        ),
        template="mishap-hollow",
    ),
    "the registry never answers": Case(
        Told(
            "deadline.passed",
            "It did not get healthy in the time that its template allows. The template gives it 10 seconds.",
            "Le modèle lui donne 10 secondes.",
            "member",
            "retry",
            facts={"deadline_s": 10},
        ),
        template="mishap-hanging",
    ),
}


@pytest.fixture(scope="module")
def asked(
    stack: dict[str, Any], templates: threading.Event, roomy: str
) -> Iterator[dict[str, tuple[Api, str]]]:
    """Every app of the table, asked for at once; deleted together at the end."""
    dana = Api(stack["portal"]["bind_url"], stack["tokens"]["dana"])
    alice = Api(stack["portal"]["bind_url"], stack["tokens"]["alice"])
    found = {}
    try:
        for n, (reason, case) in enumerate(TABLE.items()):
            person, project = (alice, alice.project()["id"]) if _waits(case) else (dana, roomy)
            given = case if reason != LOST else lost(stack, dana, roomy, case)
            found[reason] = (person, ask(person, project, f"mishap{n}", given))
        yield found
    finally:
        templates.set()
        dana.clear()
        alice.clear()


def _waits(case: Case) -> bool:
    return case.told.code == "approval.waiting"


def lost(stack: dict[str, Any], person: Api, project: str, case: Case) -> Case:
    """The same with a member's file, which is lost before a node fetches it."""
    kept = Path(stack["portal"]["env_file"]).parent / "files"
    before = set(kept.rglob("*"))
    upload = person.upload("lost.csv", b"element,mass\n", project)
    for path in set(kept.rglob("*")) - before:
        if path.is_file():
            path.unlink()
    return Case(case.told, wishes={"uploads": {"data": upload}})


@pytest.mark.parametrize("reason", list(TABLE))
def test_it_happens_and_is_explained(asked: dict[str, tuple[Api, str]], reason: str) -> None:
    person, app_id = asked[reason]
    until_told(person, app_id, TABLE[reason].told)


def test_the_machines_that_come_closest_are_named(asked: dict[str, tuple[Api, str]]) -> None:
    person, app_id = asked["no machine has so much memory"]
    seen = until_seen(
        person, app_id, lambda seen: bool(seen["facts"].get("closest")), "machines with figures"
    )
    first = seen["facts"]["closest"][0]
    assert 0 < first["free"] < 120_000
    assert f"{first['node']} ({first['free']} MiB)" in seen["message"]


def test_the_last_lines_are_kept_with_the_failure(asked: dict[str, tuple[Api, str]]) -> None:
    person, app_id = asked["the program ends by itself"]
    until_seen(person, app_id, lambda seen: seen["state"] == "failed", "it failed for good")
    assert "the table proteins is missing" in person.get(f"apps/{app_id}/logs/")["stderr"]


def test_an_image_that_the_lab_does_not_allow_is_refused_when_it_is_asked_for(
    api: Callable[[str], Api], templates: threading.Event, roomy: str
) -> None:
    """No app is made of it: the same code, and the same page, in the answer's problem."""
    dana = api("dana")
    refused = dana.ask("mishap-foreign", project=roomy, template="mishap-foreign", parameters={})
    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (400, "policy.refused")
    assert problem["type"].endswith("/help/reasons/policy.refused/")
    assert "registry.example/elsewhere:1" in problem["detail"]
