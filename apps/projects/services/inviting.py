"""Invitations: bound to a verified e-mail address or to a person, used once, never above the inviter's role.

The link's secret is kept as its SHA-256 alone (it is 256 random bits). It is worth nothing to anybody else:
whoever accepts must be signed in as the person, or with the address that the account service has verified.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts import selectors as people
from apps.accounts.models import Person
from apps.notices import services as notices
from apps.projects import selectors
from apps.projects.enums import ALLOWED, highest
from apps.projects.models import Invitation, Membership, Project
from apps.projects.permissions import allowed
from apps.projects.services.support import day_to_come, hold, known_role, locked, record
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Missing, Refused

VALID = timedelta(days=14)
OPEN_MAX = 100  # of one project at a time
AGAIN_AFTER = timedelta(minutes=10)  # so that nobody's mailbox is filled by a button


@transaction.atomic
def invite(
    *,
    actor: Actor,
    person: Person,
    project: Project,
    role: str,
    email: str = "",
    invited: UUID | None = None,
    ends_on: date | None = None,
) -> Invitation:
    """Ask somebody into the project, by e-mail address, or by the id of a person whom the inviter knows.

    `ends_on` is the last day of the membership. Raises Missing or Forbidden; Refused naming `email`,
    `person`, `role` or `ends_on`.
    """
    project = locked(person, project, "members")
    if not may_give(person, project, known_role(role)):
        raise Forbidden("invitation.role")
    known = _known(person, invited) if invited is not None else None
    address = _address(known.email if known else email)
    _require_new(project, address, known)
    invitation = Invitation(
        project=project, email=address, person=known, role=role, ends_on=day_to_come(ends_on), inviter=person
    )
    _send(invitation)
    after = {"email": address, "role": role, "ends_on": ends_on.isoformat() if ends_on else None}
    record(actor, "member.invited", project, after=after, member=known)
    return invitation


def may_give(person: Person, project: Project, role: str) -> bool:
    """Whether the person may manage members here, and everything that the role may."""
    return allowed(person, project) >= ALLOWED[role] | {"members"}


def _known(person: Person, invited: UUID) -> Person:
    """A person whom the inviter may know of: by a common project. Raises Refused naming `person`."""
    found = selectors.acquaintances(person).filter(id=invited, is_active=True).exclude(subject="").first()
    if found is None or not found.email:
        raise Refused("invitation.person", field="person")
    return found


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused("project.email", field="email") from error
    return address


def _require_new(project: Project, address: str, known: Person | None) -> None:
    """Neither a member nor invited already; what was left lying beyond its time makes room."""
    now = timezone.now()
    still = selectors.waiting_invitations(project)
    still.filter(email=address, expires_at__lte=now).update(revoked_at=now)
    if still.filter(email=address).exists():
        raise Refused("invitation.already", field="email")
    if still.filter(expires_at__gt=now).count() >= OPEN_MAX:
        raise Refused("invitation.too_many", limit=OPEN_MAX)
    theirs = Q(person=known) if known else Q(person__email__iexact=address, person__email_verified=True)
    if selectors.members_of(project).filter(theirs).exists():
        raise Refused("project.already_member", field="email")


def _send(invitation: Invitation) -> None:
    """Draw the link's secret and write the mail; an earlier link opens nothing any more."""
    secret = secrets.token_urlsafe(32)
    invitation.digest = digest(secret)
    invitation.expires_at = timezone.now() + VALID
    invitation.save()
    notices.notify_address(
        kind="member.invited",
        email=invitation.email,
        language=people.language_of(invitation.email) or invitation.inviter.language,
        params={
            "project": invitation.project.name,
            "role": invitation.role,
            "by": invitation.inviter.label,
            "ends_on": timezone.localdate(invitation.expires_at).isoformat(),
        },
        path=f"/invitations/{secret}/",
    )


def digest(secret: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def resend(*, actor: Actor, person: Person, project: Project, invitation_id: UUID) -> Invitation:
    """Send it anew with a new link and its full time, from whoever sends it now.

    Raises Missing, Forbidden, and Conflict where it is closed, or was sent minutes ago.
    """
    project = locked(person, project, "members")
    invitation = _of(project, invitation_id)
    if closed(invitation):
        raise Conflict(closed(invitation))
    if not may_give(person, project, invitation.role):
        raise Forbidden("invitation.role")
    if timezone.now() < invitation.expires_at - VALID + AGAIN_AFTER:
        raise Conflict("invitation.just_sent")
    invitation.inviter, invitation.project = person, project
    _send(invitation)
    record(actor, "member.invited_again", project, after={"email": invitation.email})
    return invitation


@transaction.atomic
def revoke(*, actor: Actor, person: Person, project: Project, invitation_id: UUID) -> None:
    """Take it back; a repeat changes nothing. Raises Missing, Forbidden, Conflict where it was used."""
    project = locked(person, project, "members")
    invitation = _of(project, invitation_id)
    if invitation.revoked_at is not None:
        return
    if closed(invitation):
        raise Conflict(closed(invitation))
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record(actor, "member.invitation_revoked", project, before={"email": invitation.email})


def _of(project: Project, invitation_id: UUID) -> Invitation:
    rows = Invitation.objects.select_for_update(no_key=True, of=("self",)).select_related("person")
    found = rows.filter(project=project, id=invitation_id).first()
    if found is None:
        raise Missing
    return found


def closed(invitation: Invitation) -> str:
    """The code that says why it is closed for good; empty while it may still be used or sent anew."""
    if invitation.accepted_at is not None:
        return "invitation.used"
    if invitation.declined_at is not None:
        return "invitation.declined"
    return "invitation.revoked" if invitation.revoked_at is not None else ""


def hindrance(invitation: Invitation, now: datetime) -> str:
    """The code that says why it cannot be accepted now; empty where it can.

    The inviter's right is asked about again: who may not manage the project any more has nothing to give.
    """
    if why := closed(invitation):
        return why
    if invitation.expires_at <= now:
        return "invitation.expired"
    if invitation.project.archived_at is not None:
        return "project.archived"
    return "" if may_give(invitation.inviter, invitation.project, invitation.role) else "invitation.inviter"


@transaction.atomic
def accept(*, actor: Actor, person: Person, invitation: Invitation) -> Membership:
    """Become a member; a lower role that the person has is raised, a higher one stays.

    Raises Missing for somebody else's invitation, and Conflict with the code of what hinders it.
    """
    project = hold(invitation.project)
    invitation = _mine(person, invitation)
    if why := hindrance(invitation, timezone.now()):
        raise Conflict(why)
    invitation.accepted_at, invitation.accepted_by = timezone.now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    membership = _join(project, person, invitation)
    after = {"member": person.label, "role": membership.role, "inviter": invitation.inviter.label}
    record(actor, "member.accepted", project, after=after, member=person)
    return membership


def _join(project: Project, person: Person, invitation: Invitation) -> Membership:
    given = Membership.objects.filter(project=project, person=person).first()
    over = given is not None and given.ends_on is not None and given.ends_on < timezone.localdate()
    if given is None or over:
        membership = given or Membership(project=project, person=person)
        membership.role, membership.ends_on, membership.group = invitation.role, invitation.ends_on, ""
        membership.save()
        return membership
    if highest(given.role, invitation.role) != given.role:
        given.role, given.ends_on, given.group = invitation.role, invitation.ends_on, ""
        given.save()
    return given


@transaction.atomic
def decline(*, actor: Actor, person: Person, invitation: Invitation) -> None:
    """Say no; it is closed for good. Raises Missing, and Conflict where it is closed already."""
    hold(invitation.project)
    invitation = _mine(person, invitation)
    if why := closed(invitation):
        raise Conflict(why)
    invitation.declined_at = timezone.now()
    invitation.save(update_fields=["declined_at"])
    record(actor, "member.declined", invitation.project, after={"member": person.label}, member=person)


def _mine(person: Person, invitation: Invitation) -> Invitation:
    """The invitation as it stands now, locked, if it is this person's. Raises Missing."""
    rows = Invitation.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("project", "inviter").get(id=invitation.id)
    if not selectors.is_invited(person, found):
        raise Missing("invitation.unknown")
    return found
