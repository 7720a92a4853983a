"""Consul through py-consul, read only."""

from drivers.consul.client import ConsulServices

__all__ = ["ConsulServices"]
