"""Who is known: signing in, being invited, preferences."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from apps.accounts.models import Person
from apps.accounts.permissions import lab_role_of
from apps.audit import services as audit
from kernel.actors import Actor, system
from kernel.errors import Refused


@dataclass(frozen=True)
class Claims:
    """A verified sign-in. Only issuer and subject identify; everything else is shown or compared."""

    issuer: str
    subject: str
    login: str = ""
    name: str = ""
    email: str = ""
    email_verified: bool = False
    language: str = ""  # fr or en; empty where the account names none of them
    groups: tuple[str, ...] = ()  # full paths


@transaction.atomic
def sign_in(*, claims: Claims, request_id: str = "", ip: str | None = None) -> Person:
    """Find or make the person of a verified sign-in, and take over what the account service says now.

    Matched by (issuer, subject) alone. A pending member is bound to the first sign-in whose e-mail is theirs
    and verified, never to an unverified one. The lab role is replaced at each sign-in.
    Raises Refused `login.inactive` for a person whose account is disabled.
    """
    person = _person_of(claims)
    before = _tell(person)
    if not person.is_active:
        raise Refused("login.inactive")
    person.issuer, person.subject = claims.issuer, claims.subject
    person.login, person.name = claims.login, claims.name
    person.email, person.email_verified = claims.email, claims.email_verified
    person.groups = list(claims.groups)
    person.lab_role = lab_role_of(claims.groups, settings.ADMIN_GROUPS, settings.AUDITOR_GROUPS)
    person.save()
    actor = Actor(kind="person", id=person.id, label=person.label, request_id=request_id, ip=ip)
    after = _tell(person)
    record(actor, "person.signed_in", person)
    if before != after:
        record(actor, "person.changed", person, before, after)
    return person


@transaction.atomic
def follow_groups(*, person: Person, groups: Collection[str]) -> bool:
    """Take over the groups that somebody is in now, and the lab role that they give; whether that changed."""
    known = Person.objects.select_for_update(no_key=True).get(id=person.id)
    before = _tell(known)
    known.groups = list(groups)
    known.lab_role = lab_role_of(groups, settings.ADMIN_GROUPS, settings.AUDITOR_GROUPS)
    after = _tell(known)
    if before == after:
        return False
    known.save(update_fields=["groups", "lab_role"])
    record(system("account check"), "person.changed", known, before, after)
    return True


def _person_of(claims: Claims) -> Person:
    rows = Person.objects.select_for_update(no_key=True)
    known = rows.filter(issuer=claims.issuer, subject=claims.subject).first()
    if known is not None:
        return known
    if claims.email_verified and (pending := rows.filter(subject="", email=claims.email).first()):
        pending.language = claims.language or pending.language
        return pending
    try:
        with transaction.atomic():
            return Person.objects.create(
                issuer=claims.issuer,
                subject=claims.subject,
                language=claims.language or settings.LANGUAGE_CODE,
            )
    except IntegrityError:  # the same person signed in elsewhere at the same moment
        return rows.get(issuer=claims.issuer, subject=claims.subject)


def _tell(person: Person) -> dict[str, object]:
    """What the audit keeps of a person: never the whole list of groups."""
    return {
        "known": bool(person.subject),
        "email": person.email,
        "email_verified": person.email_verified,
        "lab_role": person.lab_role,
    }


@transaction.atomic
def find_or_invite(*, email: str) -> Person:
    """The one active person whose verified e-mail this is, else a pending member of that e-mail.

    Raises Refused naming `email` where it is none.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused("project.email", field="email") from error
    known = Person.objects.filter(email__iexact=address, email_verified=True, is_active=True)
    people = list(known.exclude(subject="")[:2])
    if len(people) == 1:
        return people[0]
    if len(people) > 1:
        raise Refused("project.email_of_several", field="email")
    return Person.objects.get_or_create(email=address, subject="")[0]


@transaction.atomic
def forget_pending(*, pending: Person) -> None:
    """Delete a pending member whose memberships were taken over; raises Refused for anybody who signed in."""
    if pending.subject:
        raise Refused("refused")
    pending.delete()


@transaction.atomic
def set_preferences(*, person: Person, language: str = "", theme: str = "") -> None:
    """Keep how the person wants the portal: `fr` or `en`, `auto`, `light` or `dark`. Raises Refused."""
    if language and language not in dict(settings.LANGUAGES):
        raise Refused("refused", field="language")
    if theme and theme not in {"auto", "light", "dark"}:
        raise Refused("refused", field="theme")
    person.language, person.theme = language or person.language, theme or person.theme
    person.save(update_fields=["language", "theme"])


def record(
    actor: Actor,
    verb: str,
    person: Person,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Write an audit event about a person."""
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="person",
        target_id=person.id,
        target_label=person.label,
        before=before,
        after=after,
    )
