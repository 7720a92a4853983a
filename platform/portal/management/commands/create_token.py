"""`manage.py create_token`: a first token for a program, made by whoever runs the portal."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.accounts.services import create_token
from kernel.actors import system
from kernel.errors import PaillasseError
from portal import demo


class Command(BaseCommand):
    """Print a token once; it is kept as a digest."""

    help = "Make an API token for somebody who has signed in once, and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, named how, for what, how long."""
        parser.add_argument("--person-subject", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--scopes", required=True, help="comma-separated")
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Make it. Raises CommandError where the person or a scope is unknown."""
        person = demo.person_of(options["person_subject"])
        if person is None:
            raise CommandError("nobody with that subject has signed in")
        try:
            _, plaintext = create_token(
                actor=system("create_token"),
                person=person,
                name=options["name"],
                scopes=options["scopes"].split(","),
                expires_at=timezone.now() + timedelta(days=options["days"]),
            )
        except PaillasseError as error:
            raise CommandError(f"{error.code}: {dict(error.params)}") from error
        self.stdout.write(plaintext)
