"""mozilla-django-oidc's backend, with what it leaves open closed."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from apps.accounts import services
from apps.accounts.models import Person
from apps.base.requests import request_id_of
from kernel.errors import Refused
from portal.login import claims, tokens
from portal.login.keycloak import ask


class KeycloakBackend(OIDCAuthenticationBackend):  # type: ignore[misc]  # it ships no types
    """People by (issuer, subject) alone; every refusal a kernel error, never an exception of a library.

    Raises Refused (`login.token`, `login.subject`, `login.inactive`) and Unavailable (`login.unavailable`).
    """

    def authenticate(
        self, request: HttpRequest | None, nonce: str = "", code_verifier: str = "", **_other: Any
    ) -> Person | None:
        """Redeem the code; none for a request that is no way back from Keycloak."""
        if request is None or not nonce or not code_verifier:
            return None
        person: Person | None = super().authenticate(request, nonce=nonce, code_verifier=code_verifier)
        return person

    def get_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Redeem the code at the public address that it was asked for."""
        form = {**payload, "redirect_uri": callback_url()}
        answer = ask("POST", self.OIDC_OP_TOKEN_ENDPOINT, data=form)
        if not isinstance(answer.get("access_token"), str) or not isinstance(answer.get("id_token"), str):
            raise Refused("login.token")
        self._access_token = answer["access_token"]
        return answer

    def verify_token(self, token: Any, **kwargs: Any) -> dict[str, Any]:
        """The ID token's claims."""
        nonce = str(kwargs.get("nonce") or "")
        return tokens.id_token(token, nonce=nonce, access_token=self._access_token)

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - the library's signature
        """What userinfo says; claims.read compares its subject with the ID token's."""
        return ask("GET", self.OIDC_OP_USER_ENDPOINT, headers={"Authorization": f"Bearer {access_token}"})

    def store_tokens(self, access_token: str, id_token: str) -> None:  # noqa: ARG002 - the library's signature
        """Leave the ID token to the view: it hints the logout. The access token is not kept."""
        self.request.oidc_id_token = id_token

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> Person:
        """The person of these claims."""
        userinfo = self.get_userinfo(access_token, id_token, payload)
        self.request.oidc_sid = str(payload.get("sid") or "")
        return services.sign_in(
            claims=claims.read(payload, userinfo),
            request_id=request_id_of(self.request),
            ip=self.request.META.get("REMOTE_ADDR") or None,
        )

    def get_user(self, user_id: UUID | str) -> Person | None:
        """The person of a session; none for a disabled account, whatever the session says."""
        return Person.objects.filter(pk=user_id, is_active=True).first()


def callback_url() -> str:
    """Where Keycloak sends people back to: the public address, whatever Host a request came with."""
    return f"{settings.PORTAL_URL.rstrip('/')}{reverse('oidc_authentication_callback')}"
