"""A Keycloak of the tests' own: real RSA keys and signatures, answered without a socket."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import responses
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client
from jwt.algorithms import RSAAlgorithm

Claims = dict[str, Any]
ACCESS = "access-token"


@cache
def rsa_key(name: str, bits: int = 2048) -> RSAPrivateKey:
    """One key for each name: making them is slow."""
    assert name
    return generate_private_key(65537, bits)


def public(name: str, *, kid: str | None = "good", bits: int = 2048, **changes: Any) -> Claims:
    """A key as Keycloak publishes it."""
    key = RSAAlgorithm.to_jwk(rsa_key(name, bits).public_key(), as_dict=True)
    told = {**key, "kid": kid, "use": "sig", "alg": "RS256", **changes}
    return {name: value for name, value in told.items() if value is not None}


@dataclass
class Keycloak:
    """What it says; a test changes it before the way back."""

    mock: responses.RequestsMock
    keys: list[Any] = field(default_factory=lambda: [public("good")])
    person: Claims = field(default_factory=dict)
    id_token: Callable[[str], Any] | None = None  # from the nonce
    userinfo: Any = None

    def claims(self, nonce: str = "") -> Claims:
        """A right ID token's claims."""
        now = int(time.time())
        return {
            "iss": settings.OIDC_ISSUER,
            "aud": settings.OIDC_RP_CLIENT_ID,
            "azp": settings.OIDC_RP_CLIENT_ID,
            "sub": "sub-1",
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
            "typ": "ID",
            "sid": "sid-1",
            **self.person,
        }

    def sign(self, claims: Claims, *, name: str = "good", bits: int = 2048, **header: Any) -> str:
        """A signed token; a header of None is left out."""
        told = {"kid": "good", "typ": "JWT", **header}
        headers = {name: value for name, value in told.items() if value is not None}
        return jwt.encode(claims, rsa_key(name, bits), "RS256", headers=headers)

    def logout_token(self, changes: Claims | None = None, **header: Any) -> str:
        """A right back-channel logout token but for the changes; a claim of None is left out."""
        now = int(time.time())
        event = "http://schemas.openid.net/event/backchannel-logout"
        told = {
            "iss": settings.OIDC_ISSUER,
            "aud": settings.OIDC_RP_CLIENT_ID,
            "iat": now,
            "exp": now + 60,
            "jti": "jti-1",
            "sub": "sub-1",
            "sid": "sid-1",
            "events": {event: {}},
            **(changes or {}),
        }
        claims = {name: value for name, value in told.items() if value is not None}
        return self.sign(claims, **{"typ": "logout+jwt", **header})

    def serve(self, nonce: str) -> None:
        """Answer at the three endpoints."""
        token = self.id_token(nonce) if self.id_token else self.sign(self.claims(nonce))
        userinfo = self.userinfo if self.userinfo is not None else {"sub": "sub-1", **self.person}
        self.mock.post(settings.OIDC_OP_TOKEN_ENDPOINT, json={"access_token": ACCESS, "id_token": token})
        self.mock.get(settings.OIDC_OP_USER_ENDPOINT, json=userinfo)
        self.serve_keys()

    def serve_keys(self) -> None:
        """Answer with the keys."""
        self.mock.get(settings.OIDC_OP_JWKS_ENDPOINT, json={"keys": self.keys})


def begin(client: Client, after: str = "") -> Claims:
    """Go to Keycloak; return what was asked of it."""
    response = client.get("/oidc/authenticate/", {"next": after} if after else {})
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def sign_in(keycloak: Keycloak, client: Client, after: str = "") -> HttpResponseBase:
    """Go to Keycloak and come back with a code."""
    asked = begin(client, after)
    keycloak.serve(asked["nonce"])
    return client.get("/oidc/callback/", {"code": "code-1", "state": asked["state"]})


def is_signed_in(client: Client) -> bool:
    """Whether the browser has a session with a person in it."""
    return "_auth_user_id" in client.session
