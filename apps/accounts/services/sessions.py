"""Sessions of the portal and the sessions of the account service that they came from."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import LogoutToken, OidcSession, Person
from apps.accounts.services.people import record
from kernel.actors import system
from kernel.errors import Refused

ASK_EVERY = timedelta(days=1)


@transaction.atomic
def open_session(*, person: Person, session_key: str, sid: str, id_token: str) -> None:
    """Note which session of the account service a portal session belongs to."""
    OidcSession.objects.update_or_create(
        session_key=session_key, defaults={"person": person, "sid": sid[:255], "id_token": id_token}
    )


@transaction.atomic
def close_session(*, session_key: str) -> str:
    """Forget a portal session that its person ends; return the ID token that hints the logout, or nothing."""
    found = OidcSession.objects.filter(session_key=session_key).first()
    if found is None:
        return ""
    found.delete()
    return found.id_token


@transaction.atomic
def end_sessions(*, issuer: str, subject: str, sid: str, jti: str, expires_at: datetime) -> int:
    """End the sessions that a logout token names; return how many.

    The token is used up in the same transaction, so that it never counts as used with nothing ended.
    Raises Refused where it was used before.

    A subject means all of the person's: Keycloak names only one `sid` where an administrator ends them all
    (keycloak issue 22914). A `sid` without a subject means that session alone.
    """
    _use(jti, expires_at)
    which = Q(person__issuer=issuer, person__subject=subject) if subject else Q(sid=sid)
    sessions = list(OidcSession.objects.filter(which).select_related("person"))
    _delete_sessions(session.session_key for session in sessions)
    for person in {session.person for session in sessions}:
        record(system("back-channel logout"), "person.signed_out", person)
    OidcSession.objects.filter(session_key__in=[session.session_key for session in sessions]).delete()
    told = Q(issuer=issuer, subject=subject) if subject else Q(id__in=[each.person_id for each in sessions])
    Person.objects.filter(told).update(ask_at=timezone.now())  # is the account still there?
    return len(sessions)


@transaction.atomic
def note_asked(*, ids: Iterable[UUID], now: datetime) -> None:
    """Their turn comes again in a day."""
    Person.objects.filter(id__in=list(ids), ask_at__lte=now).update(ask_at=now + ASK_EVERY)


def _delete_sessions(keys: Iterable[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store(key).delete()


@transaction.atomic
def set_enabled(*, person: Person, enabled: bool, reason: str) -> None:
    """Follow the account service: a disabled person's sessions end now; tokens open nothing meanwhile."""
    changed = Person.objects.filter(id=person.id, is_active=not enabled).update(is_active=enabled)
    if not changed:
        return
    if not enabled:
        sessions = OidcSession.objects.filter(person=person)
        _delete_sessions(sessions.values_list("session_key", flat=True))
        sessions.delete()
    after: dict[str, object] = {"enabled": enabled, "account": reason}
    record(system("account check"), "person.enabled" if enabled else "person.disabled", person, after=after)


def _use(jti: str, expires_at: datetime) -> None:
    try:
        with transaction.atomic():
            LogoutToken.objects.create(jti=jti, expires_at=expires_at)
    except IntegrityError as error:
        raise Refused("login.token") from error


@transaction.atomic
def forget_ended(*, now: datetime) -> None:
    """Drop logout tokens that have expired and notes of sessions that are gone."""
    LogoutToken.objects.filter(expires_at__lt=now).delete()
    engine = import_module(settings.SESSION_ENGINE).SessionStore
    engine.clear_expired()
    sessions = engine.get_model_class().objects.values("session_key")
    OidcSession.objects.exclude(session_key__in=sessions).delete()
