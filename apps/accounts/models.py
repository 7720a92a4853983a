"""People, as Keycloak knows them, and their tokens."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from apps.accounts.enums import LabRole


class PersonManager(BaseUserManager["Person"]):
    """People are made by sign-in alone; the manager only finds them."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        """Find by id: there is no other natural key that a person could choose."""
        return self.get(id=username or "")


class Person(AbstractBaseUser):
    """Someone of the lab. Matched by (issuer, subject) alone, never by e-mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issuer = models.CharField(max_length=200, blank=True)  # empty until the first login of a pending member
    subject = models.CharField(max_length=255, blank=True)
    login = models.CharField(max_length=150, blank=True)  # preferred_username: shown, never matched
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    email_verified = models.BooleanField(default=False)
    language = models.CharField(max_length=5, default="fr")
    theme = models.CharField(max_length=5, default="auto")
    lab_role = models.CharField(max_length=10, choices=LabRole, default=LabRole.NONE, blank=True)
    groups = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    ask_at = models.DateTimeField(
        default=timezone.now
    )  # when the account service is asked again, at the latest
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                name="accounts_person_subject",
                condition=~models.Q(subject=""),
            ),
            # A pending member, before the first login, is known by e-mail only; at most one such row.
            models.UniqueConstraint(
                fields=["email"], name="accounts_person_pending", condition=models.Q(subject="")
            ),
        ]
        indexes = [models.Index(fields=["ask_at"], name="accounts_person_ask")]

    def __str__(self) -> str:
        return self.name or self.login or self.email

    @property
    def is_admin(self) -> bool:
        """Decides and sees all."""
        return self.is_active and self.lab_role == LabRole.ADMIN

    @property
    def reads_all(self) -> bool:
        """Admins and auditors see everything."""
        return self.is_active and self.lab_role in {LabRole.ADMIN, LabRole.AUDITOR}

    @property
    def label(self) -> str:
        """What pages and the audit show."""
        return str(self)


class OidcSession(models.Model):
    """Which portal session belongs to which Keycloak session: back-channel logout ends it."""

    session_key = models.CharField(max_length=40, primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="oidc_sessions")
    sid = models.CharField(max_length=255, db_index=True)
    id_token = models.TextField()  # id_token_hint of the logout at Keycloak; ends with the session
    created_at = models.DateTimeField(auto_now_add=True)


class LogoutToken(models.Model):
    """A back-channel logout token that was used: replays are refused until it has expired."""

    jti = models.CharField(max_length=255, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)


class ApiToken(models.Model):
    """A personal token: shown once, kept as a keyed SHA-256, found by its public key part."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    key = models.CharField(max_length=12, unique=True)  # public: lab_<key>.<secret>
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=40))
    projects = ArrayField(models.UUIDField(), default=list, blank=True)  # empty: all of the person's
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_used_ip = models.GenericIPAddressField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def is_valid(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at

    def note_use(self, *, now: datetime, ip: str | None) -> None:
        """Keep when and from where it was last used, written at most once a minute."""
        earlier = now - timedelta(minutes=1)
        if self.last_used_at is not None and self.last_used_at >= earlier:
            return
        stale = models.Q(last_used_at=None) | models.Q(last_used_at__lt=earlier)
        ApiToken.objects.filter(stale, id=self.id).update(last_used_at=now, last_used_ip=ip)
