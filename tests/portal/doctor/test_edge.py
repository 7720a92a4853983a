"""What people reach: Traefik, names, certificates, addresses, Keycloak."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone
from pytest_django import Settings as DjangoSettings

from drivers.addresses import PublicAddresses
from drivers.wiring import Settings, open_all
from orchestration.ports import Answer
from portal.doctor import edge
from portal.doctor.findings import Level, Report
from tests.portal.doctor.nomads import found

TRAEFIK = "http://traefik.test:8080/api"
REALM = "http://keycloak.test:8080/realms/lab"
LEADS = Answer(404, from_portal=True)


@pytest.fixture
def traefik(wire: responses.RequestsMock) -> Callable[..., None]:
    def serve(
        providers: tuple[str, ...] = ("File", "ConsulCatalog"),
        entrypoints: tuple[str, ...] = ("web", "websecure"),
        middleware: int = 200,
    ) -> None:
        wire.get(f"{TRAEFIK}/version", json={"Version": "3.7.15"})
        wire.get(f"{TRAEFIK}/overview", json={"providers": list(providers)})
        wire.get(f"{TRAEFIK}/entrypoints", json=[{"name": name} for name in entrypoints])
        told = {"message": "middleware not found: http-to-https@file"} if middleware == 404 else {}
        wire.get(f"{TRAEFIK}/http/middlewares/http-to-https@file", json=told, status=middleware)

    return serve


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, set()),
        ({"providers": ("File",)}, {"traefik.no_consul"}),
        ({"entrypoints": ("http", "https")}, {"traefik.no_entrypoint"}),
        ({"middleware": 404}, {"traefik.no_middleware"}),
    ],
)
def test_traefik(
    wiring: Settings, traefik: Callable[..., None], changes: dict[str, Any], codes: set[str]
) -> None:
    traefik(**changes)
    report = Report()
    edge._traefik(report, open_all(wiring).routes)
    assert found(report) == codes


def authority(folder: Path, days: int) -> Path:
    """A certificate authority that ends in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab")])
    ends = timezone.now() + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - timedelta(days=900))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    file = folder / "ca.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize(
    ("days", "level", "code"),
    [(100, Level.OK, "apps.ca"), (5, Level.WARNING, "apps.ca_ends"), (-1, Level.ERROR, "apps.ca_ends")],
)
def test_the_authority_s_end(
    settings: DjangoSettings, tmp_path: Path, days: int, level: Level, code: str
) -> None:
    settings.APPS_CA = str(authority(tmp_path, days))
    report = Report()
    edge._certificate(report)
    assert [(each.level, each.code) for each in report.findings] == [(level, code)]


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_no_authority(settings: DjangoSettings, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    settings.APPS_CA = str(file)
    report = Report()
    edge._certificate(report)
    assert found(report, Level.ERROR) == {"apps.ca_unreadable"}


@pytest.mark.parametrize(
    ("domain", "connect_to", "resolves", "level", "code"),
    [
        ("apps.lab.example", "", True, Level.OK, "apps.name"),
        ("apps.lab.example", "", False, Level.ERROR, "apps.no_name"),
        ("apps.lab.example", "127.0.0.1:443", False, Level.WARNING, "apps.no_name"),
        ("apps.localhost", "127.0.0.1:443", False, Level.OK, "apps.localhost"),
    ],
)
def test_names(
    settings: DjangoSettings,
    monkeypatch: pytest.MonkeyPatch,
    domain: str,
    connect_to: str,
    resolves: bool,
    level: Level,
    code: str,
) -> None:
    def look_up(host: str, _port: int) -> list[object]:
        assert host == f"paillasse-doctor.{domain}"
        if not resolves:
            raise OSError("Name or service not known")
        return []

    monkeypatch.setattr("portal.doctor.edge.socket.getaddrinfo", look_up)
    settings.APPS_DOMAIN, settings.APPS_CONNECT_TO = domain, connect_to
    report = Report()
    edge._names(report)
    assert [(each.level, each.code) for each in report.findings] == [(level, code)]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (LEADS, "apps.answers"),
        (Answer(404), "apps.unexplained"),
        (Answer(None, "tls", "unable to get local issuer certificate"), "apps.no_answer"),
    ],
)
def test_an_address_with_no_app(answer: Answer, code: str) -> None:
    report = Report()
    edge._address(report, cast("Any", SimpleNamespace(ask=lambda _host: answer)))
    assert [each.code for each in report.findings] == [code]


@pytest.mark.parametrize(
    ("answer", "code"), [(Answer(200), "files.answers"), (Answer(None, "refused"), "files.no_answer")]
)
def test_the_files_address(
    settings: DjangoSettings, monkeypatch: pytest.MonkeyPatch, answer: Answer, code: str
) -> None:
    asked: list[tuple[str, str]] = []

    def ask(_self: PublicAddresses, host: str, path: str = "/") -> Answer:
        asked.append((host, path))
        return answer

    monkeypatch.setattr(PublicAddresses, "ask", ask)
    settings.FILES_URL, settings.APPS_CA = "http://10.0.0.1:8000/portal", ""
    report = Report()
    edge._files(report)
    assert [each.code for each in report.findings] == [code]
    assert asked == [("10.0.0.1", "/portal/livez")]


@pytest.mark.parametrize(
    ("issuer", "codes"), [(REALM, set()), ("https://elsewhere.example/realms/lab", {"keycloak.issuer"})]
)
def test_keycloak(
    wiring: Settings,
    wire: responses.RequestsMock,
    settings: DjangoSettings,
    issuer: str,
    codes: set[str],
) -> None:
    settings.OIDC_ISSUER = REALM
    wire.get(f"{REALM}/.well-known/openid-configuration", json={"issuer": issuer})
    wire.post(f"{REALM}/protocol/openid-connect/token", json={"access_token": "t", "expires_in": 60})
    users = f"http://keycloak.test:8080/admin/realms/lab/users/{edge.NOBODY}"
    wire.get(users, status=404, json={"error": "User not found"})
    report = Report()
    edge._keycloak(report, open_all(wiring))
    assert found(report) == codes


def test_keycloak_without_a_realm(wiring: Settings, wire: responses.RequestsMock) -> None:
    wire.get(f"{REALM}/.well-known/openid-configuration", status=404, json={"error": "Realm does not exist"})
    report = Report()
    with report.trying("Keycloak"):
        edge._keycloak(report, open_all(wiring))
    assert found(report) == {"part.misconfigured"}
