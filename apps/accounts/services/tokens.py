"""Personal tokens: made, shown once, revoked."""

import secrets
import string
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.authentication import digest
from apps.accounts.models import ApiToken, Person
from apps.accounts.permissions import scopes_of
from apps.audit import services as audit
from kernel.actors import Actor
from kernel.errors import Forbidden, Refused

MAX_DAYS = 365
MAX_TOKENS = 50  # valid at one time
NAME_MAX = 80
_KEY_LETTERS = string.ascii_lowercase + string.digits


@transaction.atomic
def create_token(
    *,
    actor: Actor,
    person: Person,
    name: str,
    scopes: Collection[str],
    expires_at: datetime,
    projects: Collection[UUID] = (),
) -> tuple[ApiToken, str]:
    """Make a token; return it with the text that is shown this once.

    `projects` narrows it to these; none means all of the person's. Raises Refused naming `name`, `scopes` or
    `expires_at` (at most 365 days from now), and Forbidden for a token that would make another.
    """
    if actor.token_id is not None:
        raise Forbidden("token.by_token")
    _check(person, name, scopes, expires_at)
    Person.objects.select_for_update(no_key=True).get(id=person.id)  # so that the count holds
    valid = ApiToken.objects.filter(person=person, revoked_at=None, expires_at__gt=timezone.now())
    if valid.count() >= MAX_TOKENS:
        raise Refused("token.too_many", limit=MAX_TOKENS)
    key = "".join(secrets.choice(_KEY_LETTERS) for _ in range(12))
    secret = secrets.token_hex(32)
    token = ApiToken.objects.create(
        person=person,
        name=name.strip(),
        key=key,
        digest=digest(secret),
        scopes=sorted(set(scopes)),
        projects=sorted(set(projects)),
        expires_at=expires_at,
    )
    _record(actor, "token.created", token, after={"scopes": token.scopes, "ends": expires_at.isoformat()})
    return token, f"lab_{key}.{secret}"


def _check(person: Person, name: str, scopes: Collection[str], expires_at: datetime) -> None:
    if not 1 <= len(name.strip()) <= NAME_MAX:
        raise Refused("token.name", field="name")
    offered = scopes_of(person)
    if not scopes:
        raise Refused("token.scopes", field="scopes")
    for scope in scopes:
        if scope not in offered:
            raise Refused("token.scope_not_yours", field="scopes", scope=scope)
    now = timezone.now()
    if not now < expires_at <= now + timedelta(days=MAX_DAYS):
        raise Refused("token.expiry", field="expires_at", days=MAX_DAYS)


@transaction.atomic
def revoke_token(*, actor: Actor, token: ApiToken) -> None:
    """End a token now; its row stays to be seen. A repeat changes nothing."""
    if ApiToken.objects.filter(id=token.id, revoked_at=None).update(revoked_at=timezone.now()):
        _record(actor, "token.revoked", token)


def _record(actor: Actor, verb: str, token: ApiToken, after: dict[str, object] | None = None) -> None:
    audit.record(
        actor=actor, verb=verb, target_kind="token", target_id=token.id, target_label=token.name, after=after
    )
