"""`python -m stack up|down|test|manage`: what the commands in deploy/ call."""

import sys
from collections.abc import Callable, Sequence

from stack.commands import down, infra, manage, up
from stack.layout import StackError
from stack.testing import test

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "up": up,
    "down": down,
    "manage": manage,
    "parts": infra,
    "test": test,
}


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code. A StackError is a sentence for the person, no traceback."""
    name, *rest = argv or [""]
    if name not in COMMANDS:
        print(", ".join(COMMANDS), file=sys.stderr)
        return 2
    try:
        return COMMANDS[name](rest)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
