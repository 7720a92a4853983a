"""Django's registration of the composition root: for its system checks, commands and Celery."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class PortalConfig(AppConfig):
    """No tables."""

    name = "portal"
    label = "portal"

    def ready(self) -> None:
        """Register the checks, and the Celery app where messages are sent.

        Web sends none (PostgreSQL tells the watcher of what is due), so it does not load Celery.
        """
        import_module("portal.checks")
        if settings.PROCESS != "web":
            import_module("portal.celery")
