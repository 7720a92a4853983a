"""Django's registration of the composition root: for its system checks and commands."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """No tables."""

    name = "portal"
    label = "portal"

    def ready(self) -> None:
        """Register the checks."""
        from portal import checks

        assert checks.TAG  # noqa: S101 - the import is what counts
