"""What was last seen of the cluster, so that pages need not wait for it."""

from django.db import models


class ServedHost(models.Model):
    """A host of the apps' domain that Traefik serves for somebody else: taken (design 8.3)."""

    host = models.CharField(max_length=253, primary_key=True)
    router = models.CharField(max_length=200)
    seen_at = models.DateTimeField()


class PartStatus(models.Model):
    """Whether a part of the platform answers: the banner and the status page read it."""

    part = models.CharField(max_length=20, primary_key=True)  # nomad, vault, consul, traefik, keycloak, redis
    reachable = models.BooleanField(default=True)
    since = models.DateTimeField()
    checked_at = models.DateTimeField()
    version = models.CharField(max_length=60, blank=True)
    detail = models.TextField(blank=True)
