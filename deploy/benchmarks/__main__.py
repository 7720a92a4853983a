"""`./deploy/bench [--keep] [name...]`: those of NAMES, all where none is named."""

import argparse
import sys
from collections.abc import Callable, Sequence

from benchmarks import contention, estate, large, overhead, standing, watching
from benchmarks.bench import Bench
from benchmarks.figures import Figure, report
from stack.assembly import open_stack, parts_of
from stack.bringing import bring_up, rows, table
from stack.commands import stop_all
from stack.layout import Layout, StackError
from stack.testing import clear

NAMES = (
    "overhead",
    "burst",
    "contention",
    "memory",
    "up_again",
    "pages",
    "watching",
    "large",
    "estate",
)  # the last fill the database


def main(argv: Sequence[str]) -> int:
    """Measure on a fresh stack, print, keep var/bench/figures.json; 1 where a goal was missed."""
    parser = argparse.ArgumentParser(prog="deploy/bench")
    parser.add_argument("--keep", action="store_true", help="leave the stack running, and use the one left")
    parser.add_argument("--short", action="store_true", help="watch for one minute instead of ten")
    parser.add_argument("names", nargs="*", choices=[*NAMES, []])
    given = parser.parse_args(argv)
    layout = Layout.of("bench")
    if not given.keep:
        clear(layout)
    stack = open_stack(layout)
    parts = parts_of(stack)
    try:
        bring_up(stack, parts)
        print(table(rows(parts)), flush=True)
        bench = Bench(stack)
        benches: dict[str, Callable[[], list[Figure]]] = {
            "overhead": lambda: overhead.overhead(bench),
            "burst": lambda: overhead.burst(bench),
            "contention": lambda: contention.contention(bench),
            "memory": lambda: standing.memory(bench),
            "up_again": lambda: standing.up_again(bench, parts),
            "pages": lambda: standing.pages(bench),
            "watching": lambda: watching.watching(bench, short=given.short),
            "large": lambda: large.large(bench),
            "estate": lambda: estate.estate(bench),
        }
        figures = [figure for name in given.names or NAMES for figure in benches[name]()]
        report(figures, layout.home / "figures.json")
        return int(not all(figure.met for figure in figures))
    except StackError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        if not given.keep:
            stop_all(layout)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
