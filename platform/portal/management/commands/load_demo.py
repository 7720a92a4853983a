"""`manage.py load_demo`."""

from typing import Any

from django.core.management.base import BaseCommand

from portal import demo


class Command(BaseCommand):
    """Load the demo lab. Not for a lab's real portal."""

    help = "Make the demo's five people and its shared project (repeatable)."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Load."""
        project = demo.load()
        self.stdout.write(f"{len(demo.CAST)} people, project {project.slug}")
