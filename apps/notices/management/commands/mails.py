"""`manage.py mails`: read the mails that a trial keeps in a folder instead of sending them."""

from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

_LINE = "-" * 72


class Command(BaseCommand):
    help = "Show the mails in EMAIL_URL's folder, the oldest first."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("to", nargs="?", default="", help="a part of the address: alice")
        parser.add_argument("--last", type=int, default=10, help="how many of the newest (10)")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder = getattr(settings, "EMAIL_FILE_PATH", "")
        if not folder:
            raise CommandError("EMAIL_URL names no folder (filemail:///folder): mails are not kept here.")
        files = sorted(Path(folder).glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
        read = [BytesParser(policy=default).parsebytes(each.read_bytes()) for each in files]
        found = [each for each in read if isinstance(each, EmailMessage) and options["to"] in str(each["To"])]
        for mail in found[-options["last"] :] if options["last"] > 0 else []:
            self._show(mail)
        self.stdout.write(f"{len(found)} in {folder}")

    def _show(self, mail: EmailMessage) -> None:
        for name in ("Date", "To", "Subject"):
            self.stdout.write(f"{name}: {str(mail[name]).strip()}")
        plain = mail.get_body(("plain",))
        self.stdout.write(f"\n{plain.get_content() if plain else ''}\n{_LINE}")
