"""Settings that would be unsafe or could not work: found at the start, not at the first request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks  # noqa: A004 - Django's names
from django.core.exceptions import ImproperlyConfigured

TAG = "paillasse"
SECRET_KEY_MIN = 32  # characters
FILES = (
    "APPS_CA",
    "NOMAD_CACERT",
    "CONSUL_CACERT",
    "VAULT_CACERT",
    "NOMAD_TOKEN_FILE",
    "CONSUL_TOKEN_FILE",
    "VAULT_TOKEN_FILE",
    "VAULT_ROLE_ID_FILE",
    "VAULT_SECRET_ID_FILE",
    "OIDC_CLIENT_SECRET_FILE",
)
#: at nought what they measure would end as soon as it begins
_AT_LEAST_ONE = ("CANARY_HOURS", "MEASURE_HOURS", "REQUEST_EXPIRES_DAYS", "UPLOAD_UNUSED_HOURS")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@register(TAG)
def settings_are_sound(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Every finding."""
    return [*_secrets(), *_sign_in(), *_files(), *_addresses(), *_spans()]


def _secrets() -> Iterator[CheckMessage]:
    if len(settings.SECRET_KEY) < SECRET_KEY_MIN:
        kind = Warning if settings.PROCESS == "command" else Error
        yield kind("SECRET_KEY is short: sessions and tokens hang on it", id=f"{TAG}.E001")


def _sign_in() -> Iterator[CheckMessage]:
    if not settings.OIDC_USE_PKCE or settings.OIDC_PKCE_CODE_CHALLENGE_METHOD != "S256":
        yield Error("OIDC_USE_PKCE must be on, with S256", id=f"{TAG}.E002")
    if settings.OIDC_RP_SIGN_ALGO != "RS256":
        yield Error("OIDC_RP_SIGN_ALGO must be RS256", id=f"{TAG}.E003")
    if getattr(settings, "OIDC_ALLOW_UNSECURED_JWT", False) or not getattr(settings, "OIDC_VERIFY_SSL", True):
        yield Error("unsigned tokens and unchecked certificates are never allowed", id=f"{TAG}.E004")
    if not settings.OIDC_TIMEOUT:
        yield Error("OIDC_TIMEOUT: without it a hung Keycloak hangs the portal", id=f"{TAG}.E005")


def _files() -> Iterator[CheckMessage]:
    for name in FILES:
        path = getattr(settings, name)
        if path and not _readable(Path(path)):
            yield Error(f"{name}: cannot read {path}", id=f"{TAG}.E006")


def _readable(path: Path) -> bool:
    try:
        with path.open("rb"):
            return True
    except OSError:
        return False


def _addresses() -> Iterator[CheckMessage]:
    if urlsplit(settings.PORTAL_URL).scheme != "https":
        yield Error("PORTAL_URL must be https: the session's cookie is sent over TLS alone", id=f"{TAG}.E007")
    portal, domain = (name.lower().rstrip(".") for name in (settings.PORTAL_HOST, settings.APPS_DOMAIN))
    if portal == domain or portal.endswith(f".{domain}"):
        # An app there could set the portal's cookies, and would be served in its place (design 8.4).
        yield Error(f"PORTAL_URL must stand beside APPS_DOMAIN, not in it: {portal}", id=f"{TAG}.E009")
    if not domain.strip("."):
        yield Error("APPS_DOMAIN must not be empty", id=f"{TAG}.E010")
    keycloak = urlsplit(settings.KEYCLOAK_URL)
    if keycloak.scheme != "https" and keycloak.hostname not in _LOOPBACK:
        yield Warning("KEYCLOAK_URL is not https", id=f"{TAG}.W001")
    if settings.LANGUAGE_CODE not in dict(settings.LANGUAGES):
        yield Error("LANGUAGE: fr or en", id=f"{TAG}.E008")


def _spans() -> Iterator[CheckMessage]:
    for name in _AT_LEAST_ONE:
        if (given := getattr(settings, name)) < 1:
            yield Error(f"{name}: at least 1, not {given}", id=f"{TAG}.E011")


def require_sound() -> None:
    """Raise ImproperlyConfigured where a finding is an error: the process does not start."""
    errors = [found for found in run_checks(tags=[TAG]) if found.is_serious()]
    if errors:
        raise ImproperlyConfigured("; ".join(str(found.msg) for found in errors))
