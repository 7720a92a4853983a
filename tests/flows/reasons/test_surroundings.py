"""What goes wrong around an app: trust, rights, machines, the portal itself, a program that will not end.

Each is over once what it stands on is mended, and the app runs, or is gone. What can go wrong with an app
that stands goes wrong with one and the same, one after the other; others are asked for in the middle of it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.flows.client import Api
from tests.flows.halting import halted
from tests.flows.reasons.asking import Case, ask
from tests.flows.reasons.hands import Hands, distrusted, replaced
from tests.flows.reasons.keepers import held_up, kill_whoever_works_on, sent_elsewhere
from tests.flows.reasons.told import Told, until_told

pytestmark = [pytest.mark.stack, pytest.mark.engine, pytest.mark.timeout(420)]
Stack = dict[str, Any]
READY_S = 120.0


@dataclass(frozen=True)
class Scene:
    """Where something goes wrong."""

    stack: Stack
    folder: Path  #: for what is needed; anybody may pass through it
    person: Api
    app_id: str = ""  #: of the app that stands already; empty: none does
    slug: str = ""

    def nudge(self) -> None:
        """Have the portal look at once."""
        with ExitStack() as undo:
            Hands(self.stack, undo).nudge(self.slug)


def strange_certificate(scene: Scene) -> AbstractContextManager[None]:
    """Traefik's certificate is of nobody that anybody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    folder = scene.folder
    (folder / "crt").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key").write_bytes(key.private_bytes(*pem))
    home = Path(scene.stack["portal"]["env_file"]).parent
    settings = home / "traefik/dynamic/lab.yaml"
    text = settings.read_text(encoding="utf-8")
    for kind in ("crt", "key"):
        text = text.replace(str(home / f"secrets/apps.{kind}"), str(folder / kind))
    return replaced(settings, text)


@contextmanager
def done(scene: Scene, what: Callable[[Hands], None]) -> Iterator[None]:
    """Done by somebody's hands, and undone at the end."""
    with ExitStack() as undo:
        what(Hands(scene.stack, undo))
        yield


@contextmanager
def misread(scene: Scene, path: str) -> Iterator[None]:
    """A file of the portal's holds something else, at the next look."""
    with replaced(Path(path), "00000000-0000-4000-8000-0000000000ff\n"):
        scene.nudge()
        yield


@contextmanager
def deadly(scene: Scene) -> Iterator[None]:
    """Its next release kills whoever works on it, who takes a while for Nomad does not answer."""
    with halted(scene.stack, "nomad"):
        change = scene.person.call("PATCH", f"apps/{scene.app_id}/", json={"parameters": {"how": "again"}})
        assert change.status_code == 202, change.text
        kill_whoever_works_on(scene.stack, scene.app_id)
        yield


@dataclass(frozen=True)
class Trouble:
    """What is done to the platform, and what an app says that stands already, or is asked for meanwhile."""

    told: Told
    begin: Callable[[Scene], AbstractContextManager[None]]
    template: str = "mishap"
    stands: bool = False


TABLE = {
    "Consul loses its service": Trouble(
        Told(
            "service.missing",
            "Consul does not know the service yet.",
            "Consul ne connaît pas encore le service.",
            "nobody",
        ),
        lambda scene: done(scene, lambda hands: hands.unregister(scene.slug)),
        stands=True,
    ),
    "the portal's worker is held up": Trouble(
        Told(
            "seen.stale",
            "It has not been looked at for 16 minutes: the portal's own worker is held up.",
            "Elle n’a pas été regardée depuis 16 minutes\u00a0: le portail lui-même est retenu.",
            "engineer",
            facts={"minutes": 16},
        ),
        lambda scene: held_up(scene.stack, scene.app_id),
        stands=True,
    ),
    "whoever works on it dies": Trouble(
        Told(
            "stuck",
            "The portal gave up after 5 tries. An engineer of the lab must look at it.",
            "Le portail a renoncé après 5 essais. Un ingénieur du laboratoire doit regarder.",
            "engineer",
            "retry",
            facts={"tries": 5},
        ),
        deadly,
        stands=True,
    ),
    "no machine takes new jobs": Trouble(
        Told(
            "placement.no_node",
            "The cluster has no machine ready to take jobs.",
            "La grappe n’a aucune machine prête à prendre des tâches.",
            "engineer",
        ),
        lambda scene: done(scene, Hands.no_machine),
    ),
    "OpenBao does not believe Nomad": Trouble(
        Told(
            "vault.login",
            "The machine could not open the app's secrets.",
            "La machine n’a pas pu ouvrir les secrets de l’application.",
            "engineer",
            "retry",
        ),
        lambda scene: distrusted(scene.stack),
        template="mishap-secret",
    ),
    "the certificate is nobody's": Trouble(
        Told(
            "answer.tls",
            "The certificate of the address is not accepted. The address is ",
            "Le certificat de l’adresse n’est pas accepté.",
            "engineer",
            "retry",
        ),
        strange_certificate,
    ),
    "Nomad does not know the portal's token": Trouble(
        Told(
            "nomad.misconfigured",
            "Nomad refuses the portal's own access. An engineer of the lab must mend this.",
            "Nomad refuse l’accès du portail lui-même. Un ingénieur du laboratoire doit y remédier.",
            "engineer",
        ),
        lambda scene: misread(scene, scene.stack["drivers"]["nomad_token_file"]),
        stands=True,
    ),
    "Consul does not know the portal's token": Trouble(
        Told(
            "consul.misconfigured",
            "Consul refuses the portal's own access. An engineer of the lab must mend this.",
            "Consul refuse l’accès du portail lui-même. Un ingénieur du laboratoire doit y remédier.",
            "engineer",
        ),
        lambda scene: misread(scene, scene.stack["drivers"]["consul_token_file"]),
        stands=True,
    ),
    "the file of certificates holds none": Trouble(
        Told(
            "addresses.misconfigured",
            "HTTPS refuses the portal's own access. An engineer of the lab must mend this.",
            "HTTPS refuse l’accès du portail lui-même. Un ingénieur du laboratoire doit y remédier.",
            "engineer",
        ),
        lambda scene: misread(scene, scene.stack["apps"]["ca"]),
        stands=True,
    ),
    "OpenBao gives the portal no right": Trouble(
        Told(
            "vault.misconfigured",
            "OpenBao refuses the portal's own access. An engineer of the lab must mend this.",
            "OpenBao refuse l’accès du portail lui-même. Un ingénieur du laboratoire doit y remédier.",
            "engineer",
        ),
        lambda scene: done(scene, Hands.disarm_worker),
        template="mishap-secret",
    ),
    "Nomad takes no containers here": Trouble(
        Told(
            "nomad.refused",
            "Nomad refused what was sent.",
            "Nomad a refusé ce qui lui était envoyé.",
            "engineer",
            "edit",
        ),
        lambda scene: done(scene, Hands.no_containers),
    ),
}


#: what the portal is told of where Traefik is, `{web}` being another of its entry points -> what an app says
ELSEWHERE = {
    "traefik.invalid:443": Told(
        "answer.dns",
        "The name of the address cannot be found. The address is ",
        "Le nom de l’adresse est introuvable.",
        "engineer",
        "retry",
    ),
    "127.0.0.1:9": Told(
        "answer.refused",
        "The address refuses connections. The address is ",
        "L’adresse refuse les connexions.",
        "engineer",
        "retry",
    ),
    "{web}": Told(
        "answer.reset",
        "The address cuts connections off.",
        "L’adresse coupe les connexions.",
        "member",
        "logs",
    ),
}


@pytest.fixture(scope="module")
def bystander(stack: Stack, templates: object, roomy: str) -> Iterator[tuple[Api, str]]:
    """The app that stands, and its owner."""
    dana = Api(stack["portal"]["bind_url"], stack["tokens"]["dana"])
    try:
        yield dana, ask(dana, roomy, "stands", Case(TABLE["Consul loses its service"].told))
    finally:
        dana.clear()


@pytest.fixture
def scene(stack: Stack, bystander: tuple[Api, str], tmp_path: Path) -> Scene:
    """The app that stands, once what an earlier trouble left of it is over."""
    tmp_path.chmod(0o755)
    person, app_id = bystander
    slug = person.until(app_id, "running", READY_S)["slug"]
    return Scene(stack, tmp_path, person, app_id, slug)


@pytest.mark.parametrize("trouble", [name for name, case in TABLE.items() if case.stands])
def test_it_is_said_of_what_stands_and_is_over_once_mended(scene: Scene, trouble: str) -> None:
    person, app_id = scene.person, scene.app_id
    with TABLE[trouble].begin(scene):
        until_told(person, app_id, TABLE[trouble].told)
    scene.nudge()
    until_over(person, app_id)


def test_it_is_said_what_comes_of_asking_for_it_elsewhere(scene: Scene, stack: Stack) -> None:
    """One after the other: the portal's worker begins anew for each, and once more at the end.

    The last place is Traefik too, where a router of the app's host leads connections to a port of nobody's.
    """
    host = urlsplit(scene.person.app(scene.app_id)["address"]).hostname
    with ExitStack() as undo, sent_elsewhere(stack) as send:
        hands, led = Hands(stack, undo), {"entrypoints": "web", "tls.passthrough": "true"}
        hands.router(f"cuts-{scene.slug}", "tcp", f"HostSNI(`{host}`)", **led)
        web = hands.entry_point("web")
        for address, told in ELSEWHERE.items():
            send(address.format(web=web))
            scene.nudge()
            until_told(scene.person, scene.app_id, told)
    scene.nudge()
    until_over(scene.person, scene.app_id)


@pytest.mark.parametrize("trouble", [name for name, case in TABLE.items() if not case.stands])
def test_it_is_said_and_is_over_once_mended(
    stack: Stack, api: Callable[[str], Api], templates: object, roomy: str, tmp_path: Path, trouble: str
) -> None:
    dana, case = api("dana"), TABLE[trouble]
    tmp_path.chmod(0o755)
    with case.begin(Scene(stack, tmp_path, dana)):
        app_id = ask(dana, roomy, "trouble", Case(case.told, template=case.template))
        until_told(dana, app_id, case.told)
    until_over(dana, app_id)


def until_over(person: Api, app_id: str) -> None:
    """What failed for good meanwhile, or is looked at in a minute only, is tried again; then it runs."""
    seen = person.app(app_id)["observed"]
    if seen["state"] == "failed" or seen["waiting_for"]:
        assert person.act(app_id, "retry").status_code == 202
    person.until(app_id, "running", READY_S)


def test_a_program_that_does_not_want_to_end(
    api: Callable[[str], Api], templates: object, roomy: str
) -> None:
    """It is said for as long as it is waited for; then it is killed, and its place is free."""
    dana = api("dana")
    told = Told("job.stopping", "It is being stopped.", "Elle s’arrête.", "nobody")
    app_id = ask(dana, roomy, "stubborn", Case(told, template="mishap-stubborn", how="stubborn"))
    dana.until(app_id, "running", READY_S)
    assert dana.act(app_id, "stop").status_code == 202
    until_told(dana, app_id, told)
    dana.until(app_id, "stopped", READY_S)
