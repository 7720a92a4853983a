"""`manage.py doctor`: tries every part, and says what to mend. Exit code 1 where something must be."""

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext

from portal.doctor import processes
from portal.doctor.findings import Finding, Level, Report, worst_first
from portal.doctor.run import examine
from portal.doctor.words import LEVELS, PARTS, mend, says

SIGNS = {Level.OK: "✓", Level.WARNING: "!", Level.ERROR: "✗"}


class Command(BaseCommand):
    """Read only: nothing that it tries changes anything."""

    help = "Try PostgreSQL, Redis, Nomad, Consul, OpenBao, Traefik, Keycloak, the apps' addresses and mail."
    requires_system_checks = []  # the doctor makes them part of its report

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose rights, and how to tell."""
        parser.add_argument(
            "--process-env",
            type=Path,
            metavar="DIR",
            help="a folder of <process>.env files: try the rights of web, worker, watcher and purge",
        )
        parser.add_argument("--json", action="store_true", help="tell a program instead of a person")
        parser.add_argument("--lang", choices=list(dict(settings.LANGUAGES)), help="fr or en")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Try, tell, and end with 1 where something must be mended."""
        with translation.override(options["lang"] or settings.LANGUAGE_CODE):
            report = examine(self._processes(options["process_env"]))
            self.stdout.write(_as_json(report) if options["json"] else _as_text(report))
        if not report.sound:
            sys.exit(1)

    def _processes(self, folder: Path | None) -> list[processes.Process]:
        try:
            return processes.of_folder(folder) if folder else processes.present()
        except OSError as error:
            raise CommandError(f"--process-env: {error}") from error


def _as_json(report: Report) -> str:
    findings = [each.as_json() for each in report.findings]
    return json.dumps({"sound": report.sound, "findings": findings}, indent=2, ensure_ascii=False)


def _as_text(report: Report) -> str:
    lines = [line for each in worst_first(report.findings) for line in _lines(each)]
    end = gettext("Nothing must be mended.") if report.sound else gettext("What is marked ✗ must be mended.")
    return "\n".join([*lines, "", end])


def _lines(found: Finding) -> list[str]:
    part = str(PARTS.get(found.part, found.part))
    who = f"{part} ({found.process})" if found.process else part
    sign, level = SIGNS[found.level], str(LEVELS[found.level.name])
    first = f"{sign} {level:<8} {who:<20} {says(found.code, found.told)}"
    return [first] if found.level is Level.OK else [first, f"{'':<31} → {mend(found.code, found.told)}"]
