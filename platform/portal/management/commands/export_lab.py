"""`manage.py export_lab`: projects, members and quotas as the file that import_lab reads."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.labfile.writing import as_csv, as_yaml


class Command(BaseCommand):
    """To standard output."""

    help = "Export projects, members and quotas as CSV or YAML (docs/import.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """In which form."""
        parser.add_argument("--form", choices=["csv", "yaml"], default="csv")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Write it."""
        self.stdout.write(as_yaml() if options["form"] == "yaml" else as_csv(), ending="")
