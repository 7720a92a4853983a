"""`manage.py verify_audit`: whether history is what was written. Exit code 1 where it is not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.audit.chain import read_head, verify


class Command(BaseCommand):
    """Read only. Prints the head, which is worth noting where nobody of the database can write."""

    help = "Verify the chain of the audit; prints its head, to be noted outside the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", metavar="POSITION:DIGEST", help="a head noted earlier")
        parser.add_argument("--since", action="store_true", help="read only what came after that head")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        try:
            known = read_head(options["head"]) if options["head"] else None
        except ValueError as error:
            raise CommandError(f"--head: {error}") from error
        if options["since"] and known is None:
            raise CommandError("--since needs --head")
        report = verify(known=known, since=options["since"])
        if not report.ok:
            self.stderr.write(f"BROKEN: {report.broken}")
            self.stderr.write(f"sound up to {report.head}")
            sys.exit(1)
        self.stdout.write(f"OK: {report.sealed} events in the chain, {report.waiting} wait for their seal")
        self.stdout.write(f"head {report.head}")
