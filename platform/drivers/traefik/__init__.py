"""Traefik's API, read only."""

from drivers.traefik.client import TraefikRoutes

__all__ = ["TraefikRoutes"]
