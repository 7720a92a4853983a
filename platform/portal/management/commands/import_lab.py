"""`manage.py import_lab FILE`: projects, members and quotas. Exit code 1 where a row is refused."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext

from kernel.actors import system
from portal.labfile.rows import Problem
from portal.labfile.trying import operator, run


class Command(BaseCommand):
    """All of the file, or nothing of it. The same file a second time changes nothing."""

    help = "Import projects, members and quotas from a CSV or YAML file (docs/import.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and how."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument("--prune", action="store_true", help="remove members whom the file does not name")
        parser.add_argument("--lang", choices=list(dict(settings.LANGUAGES)), help="fr or en")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Do it, say what was different."""
        file: Path = options["file"]
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(str(error)) from error
        with translation.override(options["lang"] or settings.LANGUAGE_CODE):
            outcome = run(
                actor=system("import_lab"),
                person=operator(),
                name=file.name,
                content=content,
                prune=options["prune"],
                dry_run=options["dry_run"],
            )
            for each in outcome.problems:
                self.stderr.write(f"{file.name}:{_place(each)}: {each.text}")
            if outcome.problems:
                self.stderr.write(gettext("Nothing was changed."))
                sys.exit(1)
            for change in outcome.changes:
                told = f"{change.before or '-'} -> {change.after or '-'}"
                self.stdout.write(f"{change.project}: {change.kind} {change.what}: {told}")
            self.stdout.write(_end(len(outcome.changes), done=outcome.done))


def _place(found: Problem) -> str:
    return ": ".join(part for part in (str(found.line or ""), found.field) if part)


def _end(differences: int, *, done: bool) -> str:
    if not differences:
        return gettext("No differences.")
    return gettext("Done.") if done else gettext("A dry run: nothing was changed.")
