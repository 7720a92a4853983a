"""Reading people and tokens."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts.enums import LabRole
from apps.accounts.models import ApiToken, OidcSession, Person

TURNS = 50  # asked about in one look, of those who are not here


def tokens_of(person: Person) -> "QuerySet[ApiToken]":
    """All of the person's tokens, revoked and expired ones too, the newest first."""
    tokens: QuerySet[ApiToken] = ApiToken.objects.filter(person=person).order_by("-created_at")
    return tokens


def find(words: str) -> "QuerySet[Person]":
    """People by name, login or e-mail, for those who may look for anybody."""
    named = Q(name__icontains=words) | Q(login__icontains=words) | Q(email__icontains=words)
    return Person.objects.filter(named).order_by("name", "email")


def admins() -> "QuerySet[Person]":
    """Whoever decides for the lab now, by name: a disabled account does not."""
    return Person.objects.filter(lab_role=LabRole.ADMIN, is_active=True).order_by("name", "id")


def pending_of(person: Person) -> Person | None:
    """The pending member that this person turns out to be: of their e-mail, if it is verified."""
    if not person.email_verified or not person.email:
        return None
    return Person.objects.filter(subject="", email=person.email).first()


def language_of(email: str) -> str:
    """What the person of a verified address reads; empty where nobody is known by it."""
    known = Person.objects.filter(email__iexact=email, email_verified=True, is_active=True)
    return known.order_by("created_at").values_list("language", flat=True).first() or ""


def to_check() -> "QuerySet[Person]":
    """Whoever could come in now, by a session or a token, whoever is locked out, and whoever's turn it is.

    Everybody's turn comes once a day and with a back-channel logout, a few at a time: so that somebody who
    has left is noticed without ever coming back.
    """
    now = timezone.now()
    turn = Person.objects.filter(ask_at__lte=now).exclude(subject="").order_by("ask_at", "id")
    tokens = ApiToken.objects.filter(revoked_at=None, expires_at__gt=now).values("person_id")
    sessions = OidcSession.objects.values("person_id")
    open_now = Q(id__in=sessions) | Q(id__in=tokens)
    wanted = open_now | Q(is_active=False) | Q(id__in=list(turn.values_list("id", flat=True)[:TURNS]))
    return Person.objects.filter(wanted).exclude(subject="").order_by("id")


def by_subject(issuer: str, subject: str) -> Person | None:
    """The person whom the account service knows by this subject."""
    return Person.objects.filter(issuer=issuer, subject=subject).first()
