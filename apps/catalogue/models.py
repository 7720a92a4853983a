"""Templates as loaded from templates/catalogue, each version pinned by its digest."""

import uuid

from django.db import models


class Template(models.Model):
    """What members can ask for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)  # web, data, notebook, service
    title = models.JSONField()  # {fr, en}
    summary = models.JSONField()
    icon = models.TextField(blank=True)  # SVG, checked when loaded
    current = models.ForeignKey("TemplateVersion", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)  # its folder is gone: old apps keep running
    validated_at = models.DateTimeField(null=True)  # last smoke run


class TemplateVersion(models.Model):
    """A version, never changed once loaded while anything uses it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    version = models.CharField(max_length=40)  # semver
    digest = models.CharField(max_length=64)
    manifest = models.JSONField()
    changes = models.JSONField(default=dict)  # {fr, en}: what is new
    loaded_at = models.DateTimeField(auto_now_add=True)
    deprecated_on = models.DateField(null=True)  # the last day on which new apps may be made from it
    deprecation = models.JSONField(default=dict)  # {fr, en}: why, and what to take instead

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "version"], name="catalogue_version_once"),
        ]


class LoadError(models.Model):
    """A template that could not be loaded: shown to admins with file, field and reason."""

    folder = models.CharField(max_length=100)
    file = models.CharField(max_length=200)
    field = models.CharField(max_length=300, blank=True)
    reason = models.JSONField()  # {fr, en}
    at = models.DateTimeField(auto_now_add=True)
