"""Write docs/reasons.md and docs/raisons.md anew: the same texts as the portal's help."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from apps.workloads.helping.writing import FILES, written


class Command(BaseCommand):
    """Write the pages of the reasons."""

    help = "Write docs/reasons.md and docs/raisons.md from apps/workloads/helping/reasons."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Write one file a language."""
        for language, name in FILES.items():
            path = Path(settings.BASE_DIR) / name
            path.write_text(written(language), encoding="utf-8")
            self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
