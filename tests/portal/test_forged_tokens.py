"""Forged ID tokens and keys through the real way back: each a clear page, no session, no 500 (T22)."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.test import Client

from apps.accounts.models import Person
from tests.portal.keycloak_stub import Keycloak, is_signed_in, public, rsa_key, sign_in

NOW = int(time.time())
Forge = Callable[[Keycloak, str], Any]


def claims(**changes: Any) -> Forge:
    """Signed rightly, with other claims; None leaves one out."""

    def forge(keycloak: Keycloak, nonce: str) -> str:
        told = {**keycloak.claims(nonce), **changes}
        return keycloak.sign({name: value for name, value in told.items() if value is not None})

    return forge


def signed(**header: Any) -> Forge:
    """Right claims, another header or key."""
    return lambda keycloak, nonce: keycloak.sign(keycloak.claims(nonce), **header)


def text(value: Any) -> Forge:
    """No token at all."""
    return lambda _keycloak, _nonce: value


def by_algorithm(algorithm: str, key: Any) -> Forge:
    """Signed by another algorithm."""
    return lambda keycloak, nonce: jwt.encode(keycloak.claims(nonce), key, algorithm, headers={"kid": "good"})


def part(value: Any) -> str:
    """One part of a token."""
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def tampered(keycloak: Keycloak, nonce: str) -> str:
    """Rightly signed, then another subject."""
    head, _, signature = keycloak.sign(keycloak.claims(nonce)).split(".")
    return f"{head}.{part({**keycloak.claims(nonce), 'sub': 'somebody-else'})}.{signature}"


def unsigned(keycloak: Keycloak, nonce: str) -> str:
    """The algorithm `none`."""
    return f"{part({'alg': 'none', 'kid': 'good'})}.{part(keycloak.claims(nonce))}."


def by_public_key(keycloak: Keycloak, nonce: str) -> str:
    """HS256 keyed with what everybody can fetch: the oldest confusion of all."""
    return jwt.encode(
        keycloak.claims(nonce), json.dumps(public("good"))[:64], "HS256", headers={"kid": "good"}
    )


TOKENS: list[tuple[str, Forge]] = [
    ("another client's audience", claims(aud="other")),
    ("an audience that only begins like ours", claims(aud="paillasse-2")),
    ("no audience", claims(aud=None)),
    ("an empty list of audiences", claims(aud=[])),
    ("an audience that is no text", claims(aud={"paillasse": 1})),
    ("several audiences and no authorized party", claims(aud=["paillasse", "other"], azp=None)),
    ("another authorized party", claims(azp="other")),
    ("an authorized party that is no text", claims(azp=["paillasse"])),
    ("another issuer", claims(iss="https://evil.example/realms/lab")),
    ("an issuer that only begins like ours", claims(iss=f"{settings.OIDC_ISSUER}2")),
    ("another realm's issuer", claims(iss="http://localhost:8080/realms/master")),
    ("no issuer", claims(iss=None)),
    ("no end", claims(exp=None)),
    ("an end long ago", claims(exp=NOW - 3600)),
    ("an end that is no number", claims(exp="tomorrow")),
    ("an end beyond all numbers", claims(exp=float("inf"))),
    ("no time of issue", claims(iat=None)),
    ("issued in the future", claims(iat=NOW + 3600)),
    ("issued at no time", claims(iat=[])),
    ("not valid yet", claims(nbf=NOW + 3600)),
    ("no nonce", claims(nonce=None)),
    ("another sign-in's nonce", claims(nonce="other")),
    ("an empty nonce", claims(nonce="")),
    ("no subject", claims(sub=None)),
    ("an empty subject", claims(sub="")),
    ("a subject that is no text", claims(sub=42)),
    ("a subject longer than OpenID allows", claims(sub="s" * 256)),
    ("a subject with a NUL", claims(sub="a\0b")),
    ("an access token in its place", claims(typ="Bearer")),
    ("a logout token in its place", signed(typ="logout+jwt")),
    ("made for another access token", claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA")),
    ("a key of somebody else", signed(name="other")),
    ("no key id", signed(kid=None)),
    ("an unknown key id", signed(kid="unknown")),
    ("an extension that must be understood", signed(crit=["exp"])),
    ("the algorithm none", unsigned),
    ("HS256 with the public key", by_public_key),
    ("HS256 with the client's secret", by_algorithm("HS256", "x" * 64)),
    ("PS256 by the right key", by_algorithm("PS256", rsa_key("good"))),
    ("RS512 by the right key", by_algorithm("RS512", rsa_key("good"))),
    ("claims changed after signing", tampered),
    ("garbage", text("garbage")),
    ("two dots and nothing else", text("..")),
    ("an empty text", text("")),
    ("nothing", text(None)),
    ("a number", text(7)),
    ("letters outside ASCII", text("é.é.é")),
    ("a header that is a list", text(f"{part([])}.{part({})}.AAAA")),
    ("a key id that is a list", text(f"{part({'alg': 'RS256', 'kid': ['good']})}.{part({})}.AAAA")),
    (
        "claims that are a list",
        lambda _k, _n: jwt.api_jws.encode(b"[]", rsa_key("good"), "RS256", {"kid": "good"}),
    ),
]


@pytest.mark.parametrize(("reason", "forge"), TOKENS, ids=[reason for reason, _ in TOKENS])
def test_refused(keycloak: Keycloak, client: Client, reason: str, forge: Forge) -> None:
    keycloak.id_token = lambda nonce: forge(keycloak, nonce)
    response = sign_in(keycloak, client)
    assert response.status_code == 403, reason
    assert not is_signed_in(client)
    assert not Person.objects.exists()


KEYS: list[tuple[str, list[Any]]] = [
    ("the key is for encryption", [public("good", use="enc")]),
    ("the key does not say what it is for", [public("good", use=None)]),
    ("the key is for another algorithm", [public("good", alg="RS512")]),
    ("the key has no id", [public("good", kid=None)]),
    ("the key has another id", [public("good", kid="other")]),
    ("the key is no RSA key", [{"kty": "oct", "k": "AAAA", "kid": "good", "use": "sig", "alg": "RS256"}]),
    ("the key cannot be read", [public("good", n="!")]),
    ("there is no key", []),
    ("the keys are texts", ["good"]),
]


@pytest.mark.parametrize(("reason", "keys"), KEYS, ids=[reason for reason, _ in KEYS])
def test_keys_refused(keycloak: Keycloak, client: Client, reason: str, keys: list[Any]) -> None:
    keycloak.keys = keys
    assert sign_in(keycloak, client).status_code == 403, reason
    assert not is_signed_in(client)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # signed so on purpose
def test_a_short_key_is_refused(keycloak: Keycloak, client: Client) -> None:
    keycloak.keys = [public("short", bits=1024)]
    keycloak.id_token = lambda nonce: keycloak.sign(keycloak.claims(nonce), name="short", bits=1024)
    assert sign_in(keycloak, client).status_code == 403


USERINFO: list[tuple[str, Any]] = [
    ("another subject", {"sub": "somebody-else"}),
    ("no subject", {"email": "a@lab.example"}),
    ("a list", []),
    ("a text", "sub-1"),
]


@pytest.mark.parametrize(("reason", "userinfo"), USERINFO, ids=[reason for reason, _ in USERINFO])
def test_userinfo_refused(keycloak: Keycloak, client: Client, reason: str, userinfo: Any) -> None:
    keycloak.userinfo = userinfo
    assert sign_in(keycloak, client).status_code == 403, reason
    assert not is_signed_in(client)


RIGHT: list[tuple[str, Forge]] = [
    ("as Keycloak makes it", claims()),
    ("a clock that is 20 s late", claims(iat=NOW + 20)),
    ("two audiences, and we are the authorized party", claims(aud=["account", "paillasse"])),
    ("no authorized party and one audience", claims(azp=None)),
    ("no type in the header", signed(typ=None)),
]


@pytest.mark.parametrize(("reason", "forge"), RIGHT, ids=[reason for reason, _ in RIGHT])
def test_accepted(keycloak: Keycloak, client: Client, reason: str, forge: Forge) -> None:
    keycloak.id_token = lambda nonce: forge(keycloak, nonce)
    assert sign_in(keycloak, client).status_code == 302, reason
    assert is_signed_in(client)
    assert Person.objects.get().issuer == settings.OIDC_ISSUER
