"""Projects and who is in them."""

import uuid

from django.conf import settings
from django.db import models

from apps.projects.enums import Outcome, ProjectKind, Role


class Project(models.Model):
    """What owns apps and has a quota."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=24, unique=True)  # part of outside names: never changed
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=ProjectKind)
    personal_of = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="personal_project"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True)
    review_due_on = models.DateField(null=True)  # none for a personal project: it lives with its person

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="projects_personal_has_person",
                condition=models.Q(kind=ProjectKind.SHARED, personal_of__isnull=True)
                | models.Q(kind=ProjectKind.PERSONAL, personal_of__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    ends_on = models.DateField(null=True)  # the last day
    group = models.CharField(max_length=300, blank=True)  # the group that gives it; empty: given by hand
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "person"], name="projects_member_once"),
        ]


class Invitation(models.Model):
    """Somebody is asked into a project; bound to a verified e-mail address or to a known person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()  # lower case; where it goes, and what binds it where no person is named
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="invitations"
    )
    role = models.CharField(max_length=10, choices=Role)
    ends_on = models.DateField(null=True)  # of the membership that it gives
    digest = models.CharField(max_length=64, unique=True)  # of the link's secret, which is kept nowhere here
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    declined_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "email"],
                name="projects_invited_once",
                condition=models.Q(accepted_at=None, declined_at=None, revoked_at=None),
            ),
        ]


class GroupMapping(models.Model):
    """A Keycloak group, by its exact full path, that gives a role in a project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    path = models.CharField(max_length=300)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="groups")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path", "project"], name="projects_group_once"),
        ]


class Departure(models.Model):
    """Somebody's account is disabled or gone: what they own waits for another person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="departures")
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="projects_departed_once", condition=models.Q(closed_at=None)
            ),
        ]
