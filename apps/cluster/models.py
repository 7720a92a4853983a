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
    doubted_since = models.DateTimeField(null=True)  # its lists disagree with too many apps: not gone by
    doubt = models.JSONField(default=dict)  # figures: asked, differing


class Node(models.Model):
    """A machine as Nomad last told it. MHz and MiB; `allocated` is what live allocations hold of it."""

    id = models.UUIDField(primary_key=True)  # Nomad's own
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=20)  # ready, initializing, down, disconnected
    eligible = models.BooleanField()  # may take new allocations
    datacenter = models.CharField(max_length=100, blank=True)
    node_pool = models.CharField(max_length=128, blank=True)
    version = models.CharField(max_length=60, blank=True)
    drivers = models.JSONField(default=dict)  # driver -> healthy
    allocatable = models.JSONField(default=dict)  # dimension -> amount
    allocated = models.JSONField(default=dict)
    seen_at = models.DateTimeField()


class Survey(models.Model):
    """The last look at all settled apps at once: one row."""

    began_at = models.DateTimeField()  # when the first list was asked for
    took_ms = models.PositiveIntegerField()
    apps = models.PositiveIntegerField()  # that were settled
    agreed = models.PositiveIntegerField()  # as every list shows
    differing = models.PositiveIntegerField()  # looked at one by one, at once
    left = models.PositiveIntegerField()  # looked at one by one, in their own time
