"""What goes wrong with an app that stands already, or at whose place somebody else was first.

All are asked for at once; then, as each is ready, something is done to it past the portal, and it says so.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.flows.client import Api
from tests.flows.outside import Outside
from tests.flows.reasons import mishaps
from tests.flows.reasons.asking import Case, ask, size
from tests.flows.reasons.hands import Hands
from tests.flows.reasons.told import Told, until_told
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.engine, pytest.mark.timeout(420)]
READY_S = 120.0
ASKS = "mishap-asks"  #: it begins when a member has given its secret


@dataclass(frozen=True)
class Place:
    """An app that is about to be wronged, and by what."""

    hands: Hands
    person: Api
    admin: Api
    app_id: str
    slug: str

    def change(self, **wishes: Any) -> None:
        """Make the next release."""
        answer = self.person.call("PATCH", f"apps/{self.app_id}/", json=wishes)
        assert answer.status_code == 202, answer.text

    def approve(self) -> None:
        """Let it begin."""
        (asked,) = self.admin.get(f"requests/?app={self.app_id}")["results"]
        answer = self.admin.call("POST", f"requests/{asked['id']}/approve/", json={"reason": "Go on"})
        assert answer.status_code == 200, answer.text

    def routers(self) -> list[str]:
        """Its routers' names, without their provider."""
        found = Outside(self.hands.stack).routers()
        return [name.partition("@")[0] for name in found if name.startswith(f"{self.slug}-")]


def bad_release(place: Place) -> None:
    """The next release ends by itself."""
    place.change(parameters={"how": "exit"})


def canary(place: Place) -> None:
    """The next release is let in by nobody."""
    place.change(parameters={"how": "again"}, strategy="canary")


def same_routers(place: Place) -> None:
    """Another service names the same routers otherwise: Traefik drops a router that is defined twice."""
    rules = [f"traefik.http.routers.{name}.rule=Host(`elsewhere.example`)" for name in place.routers()]
    assert len(rules) == 2
    other = f"other-{place.slug}"
    services = [f"traefik.http.services.{other}.loadbalancer.passhostheader=true"]
    named = [f"traefik.http.routers.{name}.service={other}" for name in place.routers()]
    place.hands.service(other, ["traefik.enable=true", *rules, *named, *services])


def same_service(place: Place) -> None:
    """Another service of Traefik's has the same name: both are dropped, and the routers lead nowhere."""
    other = f"traefik.http.services.{place.slug}.loadbalancer.passhostheader=false"
    place.hands.service(f"other-{place.slug}", ["traefik.enable=true", other])


def waiting_page(place: Place) -> None:
    """Another router of more weight leads its host to the portal's page for addresses with no app behind."""
    host = urlsplit(place.person.app(place.app_id)["address"]).hostname
    led = {"entrypoints": "websecure", "tls": "true", "tls.options": "intermediate@file", "priority": "9999"}
    other = f"other-{place.slug}"
    place.hands.router(other, "http", f"Host(`{host}`)", service="paillasse@file", **led)
    outside = Outside(place.hands.stack)
    wait_for(lambda: any(name.startswith(other) for name in outside.routers()), READY_S, "Traefik knows it")
    place.hands.nudge(place.slug)


def half_hanging(place: Place) -> None:
    """One of two copies stands still."""
    place.hands.suspend_copy(place.slug)


def forbidden_secret(place: Place) -> None:
    """OpenBao lets it log in and not read; then its member gives the secret that it waits for."""
    place.hands.forbid(place.slug)
    body = {"secrets": {"password": "correct-horse"}}
    assert place.person.call("PUT", f"apps/{place.app_id}/secrets/", json=body).status_code == 200


def expiring_secret(place: Place) -> None:
    """OpenBao deletes what the portal writes."""
    place.hands.expire(place.slug)
    place.approve()


def foreign_policy(place: Place) -> None:
    """OpenBao has a policy of its name."""
    place.hands.policy(f"paillasse-app-{place.slug}")
    place.approve()


def foreign_secret(place: Place) -> None:
    """OpenBao has secrets at its place."""
    place.hands.secret(f"apps/{place.slug}")
    place.approve()


def foreign_job(place: Place) -> None:
    """Nomad has a job of its name."""
    place.hands.job(place.slug, mishaps.IMAGE)
    place.approve()


def lingering_service(place: Place) -> None:
    """Consul goes on naming it after it was deleted."""
    place.hands.service(place.slug, meta={"paillasse-app": place.app_id})
    assert place.person.call("DELETE", f"apps/{place.app_id}/").status_code == 202


def lingering_route(place: Place) -> None:
    """Traefik goes on leading its address somewhere after it was deleted."""
    router = f"traefik.http.routers.{place.slug}-http-00000000.rule=Host(`elsewhere.example`)"
    place.hands.service(f"other-{place.slug}", ["traefik.enable=true", router])
    assert place.person.call("DELETE", f"apps/{place.app_id}/").status_code == 202


Meddling = Callable[[Place], None]
WAITS = size(memory_mib=100_000)  #: beyond what anybody may without a decision
TABLE: Mapping[str, tuple[Case, Meddling]] = {
    "the new release is bad": (
        Case(
            Told(
                "job.reverted",
                "Release 2 did not get healthy: release 1 serves on. The program ended by itself with code",
                "La version 2 n’est pas devenue saine : la version 1 continue de servir.",
                "member",
                "edit",
                facts={"release": 2, "serves": 1, "cause": "task.exit", "exit_code": 3},
            )
        ),
        bad_release,
    ),
    "nobody lets the canary in": (
        Case(
            Told(
                "canary.waiting",
                "1 of 1 trial copies of the new release are healthy and wait to be let in;",
                "1 copie(s) d’essai sur 1 de la nouvelle version sont saines et attendent d’être admises",
                "member",
                "promote",
                facts={"healthy": 1, "wanted": 1},
            )
        ),
        canary,
    ),
    "another names its routers": (
        Case(
            Told(
                "route.missing",
                "Traefik does not know the route yet.",
                "Traefik ne connaît pas encore la route.",
                "nobody",
            )
        ),
        same_routers,
    ),
    "another names its service in Traefik": (
        Case(
            Told(
                "route.disabled",
                "Traefik refuses the route. An engineer of the lab must look at it. Traefik says: the ",
                "Traefik refuse la route. Un ingénieur du laboratoire doit regarder. Traefik dit",
                "engineer",
                "retry",
            )
        ),
        same_service,
    ),
    "another router leads its host to the portal": (
        Case(
            Told(
                "answer.portal",
                "The address still leads to the portal's waiting page.",
                "L’adresse mène encore à la page d’attente du portail.",
                "nobody",
            )
        ),
        waiting_page,
    ),
    "one of two copies hangs": (
        Case(
            Told(
                "copies.missing",
                "1 of 2 copies are healthy. Asked for GET /cgi-bin/check, it did not answer in time.",
                "Copies saines\u00a0: 1 sur 2. À la demande GET /cgi-bin/check, il n’a pas répondu à temps.",
                "nobody",
                facts={"healthy": 1, "wanted": 2, "came": "timeout"},
            ),
            wishes=size(count=2),
        ),
        half_hanging,
    ),
    "OpenBao forbids what it may read": (
        Case(
            Told(
                "vault.read",
                "The app's secrets could not be read.",
                "Les secrets de l’application n’ont pas pu être lus.",
                "engineer",
                "retry",
            ),
            template=ASKS,
        ),
        forbidden_secret,
    ),
    "OpenBao deletes what is written": (
        Case(
            Told(
                "part.differs",
                "Something else keeps changing the secrets of this app.",
                "Quelque chose d’autre modifie sans cesse ceci\u00a0: les secrets.",
                "engineer",
                "retry",
                facts={"part": "secrets"},
            ),
            template="mishap-secret",
            wishes=WAITS,
        ),
        expiring_secret,
    ),
    "OpenBao has a policy of its name": (
        Case(
            Told(
                "vault.not_ours",
                "A policy or role with this app's name exists and is not the portal's.",
                "Une règle ou un rôle au nom de cette application existe et n’est pas au portail.",
                "engineer",
            ),
            template="mishap-secret",
            wishes=WAITS,
        ),
        foreign_policy,
    ),
    "OpenBao has secrets at its place": (
        Case(
            Told(
                "secret.not_ours",
                "Secrets at this app's place exist and are not the portal's.",
                "Des secrets à la place de cette application existent et ne sont pas au portail.",
                "engineer",
            ),
            template="mishap-secret",
            wishes=WAITS,
        ),
        foreign_secret,
    ),
    "Nomad has a job of its name": (
        Case(
            Told(
                "job.not_ours",
                "A job with this app's name exists and is not the portal's.",
                "Une tâche au nom de cette application existe et n’est pas au portail.",
                "engineer",
            ),
            wishes=WAITS,
        ),
        foreign_job,
    ),
    "Consul names a deleted app": (
        Case(
            Told(
                "service.lingering",
                "Consul still names the service after its job has gone.",
                "Consul nomme encore le service alors que sa tâche n’est plus.",
                "engineer",
            )
        ),
        lingering_service,
    ),
    "Traefik leads to a deleted app": (
        Case(
            Told(
                "route.lingering",
                "Traefik still has the route after its job has gone.",
                "Traefik a encore la route alors que sa tâche n’est plus.",
                "engineer",
            )
        ),
        lingering_route,
    ),
}


def _begins(case: Case) -> bool:
    """Whether it runs before it is wronged; others wait for a decision, or for a secret."""
    return case.wishes is not WAITS and case.template != ASKS


@pytest.fixture(scope="module")
def wronged(stack: dict[str, Any], templates: object, roomy: str) -> Iterator[dict[str, Place]]:
    """Every app of the table, wronged; what was done is put back before they are deleted."""
    dana, alice, bob = (
        Api(stack["portal"]["bind_url"], stack["tokens"][name]) for name in ("dana", "alice", "bob")
    )
    places = {}
    try:
        with ExitStack() as undo:
            hands = Hands(stack, undo)
            for n, (reason, (case, _meddle)) in enumerate(TABLE.items()):
                person = alice if case.wishes is WAITS else dana
                app_id = ask(person, alice.project()["id"] if person is alice else roomy, f"wrong{n}", case)
                places[reason] = Place(hands, person, bob, app_id, person.app(app_id)["slug"])
            for reason, place in places.items():
                if _begins(TABLE[reason][0]):
                    dana.until(place.app_id, "running", READY_S)
                TABLE[reason][1](place)
            yield places
    finally:
        dana.clear()
        alice.clear()


@pytest.mark.parametrize("reason", list(TABLE))
def test_it_is_noticed_and_explained(wronged: dict[str, Place], reason: str) -> None:
    until_told(wronged[reason].person, wronged[reason].app_id, TABLE[reason][0].told)
