"""`manage.py recount [--repair]`: whether every counter is the sum of its charges."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.quotas import services
from kernel.actors import system


class Command(BaseCommand):
    help = (
        "Compare every counter of the quotas with what is charged to it; --repair sets them right, audited."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="set what is found right")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = services.recount(actor=system("manage.py recount"), repair=options["repair"])
        for each in found:
            self.stdout.write(
                f"{each.label}: {each.dimension}: counted {each.used} used and {each.reserved} reserved, "
                f"charged {each.used_by_charges} and {each.reserved_by_charges}"
            )
        if not found:
            self.stdout.write("Every counter is the sum of its charges.")
        elif options["repair"]:
            self.stdout.write(f"Set right: {len(found)}")
        else:
            raise CommandError(f"Counters that are not what is charged: {len(found)}", returncode=1)
