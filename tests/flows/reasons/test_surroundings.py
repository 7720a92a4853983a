"""What goes wrong around an app: trust, certificate, the portal's own right, a program that will not end.

Each is over once what it stands on is mended, and the app runs, or is gone.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.flows.client import Api
from tests.flows.reasons.asking import Case, ask
from tests.flows.reasons.hands import distrusted, replaced
from tests.flows.reasons.told import Told, until_told

pytestmark = [pytest.mark.stack, pytest.mark.engine, pytest.mark.timeout(420)]
Stack = dict[str, Any]
READY_S = 120.0


def strange_certificate(stack: Stack, folder: Path) -> AbstractContextManager[None]:
    """Traefik's certificate is of nobody that anybody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    (folder / "crt").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key").write_bytes(key.private_bytes(*pem))
    home = Path(stack["portal"]["env_file"]).parent
    settings = home / "traefik/dynamic/lab.yaml"
    text = settings.read_text(encoding="utf-8")
    for kind in ("crt", "key"):
        text = text.replace(str(home / f"secrets/apps.{kind}"), str(folder / kind))
    return replaced(settings, text)


@dataclass(frozen=True)
class Trouble:
    """What is done to the platform, and what an app that is asked for meanwhile says."""

    told: Told
    begin: Callable[[Stack, Path], AbstractContextManager[None]]
    template: str = "mishap"


TABLE = {
    "OpenBao does not believe Nomad": Trouble(
        Told(
            "vault.login",
            "The machine could not open the app's secrets.",
            "La machine n’a pas pu ouvrir les secrets de l’application.",
            "engineer",
            "retry",
        ),
        lambda stack, _: distrusted(stack),
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
        lambda stack, _: replaced(
            Path(stack["drivers"]["nomad_token_file"]), "00000000-0000-4000-8000-0000000000ff"
        ),
    ),
}


@pytest.mark.parametrize("trouble", list(TABLE))
def test_it_is_said_and_is_over_once_mended(
    stack: Stack, api: Callable[[str], Api], templates: object, roomy: str, tmp_path: Path, trouble: str
) -> None:
    dana, case = api("dana"), TABLE[trouble]
    tmp_path.chmod(0o755)
    with case.begin(stack, tmp_path):
        app_id = ask(dana, roomy, "trouble", Case(case.told, template=case.template))
        until_told(dana, app_id, case.told)
    if dana.app(app_id)["observed"]["state"] == "failed":
        assert dana.act(app_id, "retry").status_code == 202
    dana.until(app_id, "running", READY_S)


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
