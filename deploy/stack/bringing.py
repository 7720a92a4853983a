"""Bring parts up side by side, each as soon as those it needs are there."""

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from stack.installing import apt_install, missing
from stack.layout import StackError
from stack.parts.base import Part, Row, Stack

WIDTH = 12


def bring_up(stack: Stack, parts: Sequence[Part]) -> None:
    """Install what is missing, then start everything; raises StackError naming each part that failed."""
    apt_install(missing(sorted({name for part in parts for name in part.packages()})))
    waiting = {part.name: part for part in parts}
    done: set[str] = set()
    failures: list[str] = []
    with ThreadPoolExecutor(WIDTH) as pool:
        running: dict[Future[float], Part] = {}
        while waiting or running:
            for part in [part for part in waiting.values() if _may_start(part, done, parts)]:
                running[pool.submit(_one, part)] = waiting.pop(part.name)
            if not running:
                break  # what still waits needs a part that failed
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                part = running.pop(future)
                if error := future.exception():
                    failures.append(f"{part.name}: {error}\n{stack.processes.tail(part.name)}")
                    continue
                done.add(part.name)
                print(f"  {part.name:<10} {future.result():5.1f} s", flush=True)
    if failures:
        raise StackError("\n".join([*failures, *(f"{name}: not started" for name in waiting)]))


def rows(parts: Sequence[Part]) -> list[Row]:
    """Return the closing table's lines."""
    return [part.row() for part in parts]


def table(lines: Sequence[Row]) -> str:
    """Return the closing table as text."""
    cells = [
        ("part", "version", "kind", "where"),
        *((row.part, row.version, row.kind, row.where) for row in lines),
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _may_start(part: Part, done: set[str], parts: Sequence[Part]) -> bool:
    present = {other.name for other in parts}
    return all(name in done or name not in present for name in part.needs)


def _one(part: Part) -> float:
    began = time.monotonic()
    part.provide()
    part.bring_up()
    return time.monotonic() - began
