"""What a project's leases may be, and how leases were renewed. A lease itself stands with its app."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.leases.enums import Way
from apps.projects.models import Project
from apps.workloads.models import App


class ProjectTerms(models.Model):
    """Other terms than the lab's for one project, set by an admin; none: as the lab's."""

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, related_name="lease_terms", primary_key=True
    )
    default_days = models.PositiveIntegerField(null=True)
    max_days = models.PositiveIntegerField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="leases_default_within_most",
                condition=Q(default_days__isnull=True)
                | Q(max_days__isnull=True)
                | Q(default_days__lte=F("max_days")),
            ),
        ]


class Renewal(models.Model):
    """A lease got another last day. `link` is the digest of the signed link, which opens once."""

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="renewals")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by = models.CharField(max_length=200)
    way = models.CharField(max_length=10, choices=Way)
    before = models.DateField(null=True)
    after = models.DateField(null=True)  # none: always on
    link = models.CharField(max_length=64, null=True, unique=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["app", "-at"], name="leases_renewal_app")]
