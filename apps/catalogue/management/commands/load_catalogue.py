"""`manage.py load_catalogue`: read the templates' folder, say what is new and what is wrong."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language

from apps.catalogue.manifests.texts import pick
from apps.catalogue.services import load


class Command(BaseCommand):
    help = "Load the catalogue's templates; each version is pinned by its digest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=Path(settings.CATALOGUE_DIR))
        parser.add_argument("--strict", action="store_true", help="fail where a template is broken")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        report = load(options["folder"])
        for word in ("added", "replaced", "unchanged", "withdrawn"):
            for name in getattr(report, word):
                self.stdout.write(f"{word}: {name}")
        for each in report.problems:
            self.stderr.write(f"{each.file}: {each.field or '-'}: {pick(each.reason, get_language())}")
        if report.problems and options["strict"]:
            raise CommandError("Some templates are broken.")
