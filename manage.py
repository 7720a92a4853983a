#!/usr/bin/env python
"""Django's command line, with the two halves of the house on the path."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run a management command."""
    sys.path[:0] = [str(HERE), str(HERE / "platform")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
