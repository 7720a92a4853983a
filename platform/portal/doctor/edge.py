"""What people reach: Consul, Traefik, the apps' addresses, the files' address, Keycloak."""

import socket
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from drivers.addresses import PublicAddresses
from drivers.traefik import TraefikRoutes
from drivers.wiring import Opened
from portal.doctor.findings import Report

CONSUL, TRAEFIK, APPS, FILES, KEYCLOAK = "Consul", "Traefik", "Apps", "Files", "Keycloak"
NOBODY = UUID("00000000-0000-4000-8000-000000000000")
NAME = "paillasse-doctor"  # no app may have it: it begins as our reserved names do
SOON = timedelta(days=14)
OK, NOT_FOUND = 200, 404


def examine(report: Report, opened: Opened) -> None:
    """Everything about the edge."""
    with report.trying(CONSUL):
        opened.services.list_ours()
        report.ok(CONSUL, "part.version", version=opened.services.version())
    with report.trying(TRAEFIK):
        _traefik(report, opened.routes)
    _certificate(report)
    _names(report)
    with report.trying(APPS):
        _address(report, opened.addresses)
    with report.trying(FILES):
        _files(report)
    with report.trying(KEYCLOAK):
        _keycloak(report, opened)


def _traefik(report: Report, routes: TraefikRoutes) -> None:
    report.ok(TRAEFIK, "part.version", version=routes.version())
    if not any(name.lower() == "consulcatalog" for name in routes.providers()):
        report.error(TRAEFIK, "traefik.no_consul")
    known = routes.entrypoints()
    for name in (settings.APPS_ENTRYPOINT_HTTP, settings.APPS_ENTRYPOINT_HTTPS):
        if name not in known:
            report.error(TRAEFIK, "traefik.no_entrypoint", name=name, known=", ".join(known))
    for name in settings.APPS_HTTP_MIDDLEWARES:
        if not routes.has_middleware(name):
            report.error(TRAEFIK, "traefik.no_middleware", name=name)


def _certificate(report: Report) -> None:
    """The authority that the prober trusts, where the lab has one of its own."""
    if not settings.APPS_CA:
        return
    try:
        found = x509.load_pem_x509_certificates(Path(settings.APPS_CA).read_bytes())
    except (OSError, ValueError) as error:
        report.error(APPS, "apps.ca_unreadable", file=settings.APPS_CA, detail=str(error))
        return
    ends = min(each.not_valid_after_utc for each in found)
    if ends < timezone.now() + SOON:
        past = ends < timezone.now()
        (report.error if past else report.warn)(APPS, "apps.ca_ends", ends=ends.date())
    else:
        report.ok(APPS, "apps.ca", ends=ends.date())


def _names(report: Report) -> None:
    """DNS for the apps' names, as the machine of the portal resolves them."""
    host = f"{NAME}.{settings.APPS_DOMAIN}"
    try:
        socket.getaddrinfo(host, settings.APPS_PORT)
    except OSError:
        if settings.APPS_DOMAIN.endswith("localhost"):
            report.ok(APPS, "apps.localhost", host=host)
        elif settings.APPS_CONNECT_TO:
            report.warn(APPS, "apps.no_name", host=host)
        else:
            report.error(APPS, "apps.no_name", host=host)
    else:
        report.ok(APPS, "apps.name", host=host)


def _address(report: Report, addresses: PublicAddresses) -> None:
    """An address with no app behind it must lead to the portal's explaining page (design 8.10)."""
    host = f"{NAME}.{settings.APPS_DOMAIN}"
    answer = addresses.ask(host)
    if answer.status is None:
        report.error(APPS, "apps.no_answer", host=host, error=answer.error, detail=answer.detail)
    elif not answer.from_portal:
        report.warn(APPS, "apps.unexplained", host=host, status=answer.status)
    else:
        report.ok(APPS, "apps.answers", host=host)


def _files(report: Report) -> None:
    """The nodes fetch members' files from here; the portal itself can only try from where it stands."""
    url = urlsplit(settings.FILES_URL)
    port = url.port or (443 if url.scheme == "https" else 80)
    asked = PublicAddresses(scheme=url.scheme, port=port, ca=settings.APPS_CA)
    answer = asked.ask(str(url.hostname or ""), f"{url.path.rstrip('/')}/livez")
    if answer.status == OK:
        report.ok(FILES, "files.answers", url=settings.FILES_URL)
    else:
        told = answer.status or answer.error
        report.error(FILES, "files.no_answer", url=settings.FILES_URL, detail=told)


def _keycloak(report: Report, opened: Opened) -> None:
    if opened.accounts is None:
        report.warn(KEYCLOAK, "keycloak.no_secret")
        return
    issuer = opened.accounts.issuer()
    if issuer != settings.OIDC_ISSUER:
        report.error(KEYCLOAK, "keycloak.issuer", issuer=issuer, wanted=settings.OIDC_ISSUER)
    opened.accounts.account(str(NOBODY))
    report.ok(KEYCLOAK, "keycloak.answers", issuer=issuer)
