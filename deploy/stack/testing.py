"""The tests' own stack: fresh, used once, taken down; the closing table says which parts were real."""

import argparse
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from stack.assembly import open_stack, parts_of
from stack.bringing import bring_up, rows, table
from stack.commands import stop_all
from stack.keeping import keep
from stack.layout import CHECKOUT, Layout, StackError
from stack.parts.base import Part, Row, Stack
from stack.portalenv import write_portal_env
from stack.stackfile import write_stack_file

FAST = "not stack and not browser and not engine"


def test(argv: Sequence[str]) -> int:
    """Bring the stack up, run pytest, take it down; returns pytest's code, or 1 for a skipped test."""
    parser = argparse.ArgumentParser(
        prog="deploy/test", allow_abbrev=False, epilog="everything else goes to pytest"
    )
    parser.add_argument("--keep", action="store_true", help="leave the stack running, and use the one left")
    parser.add_argument(
        "--fast", action="store_true", help="PostgreSQL alone, and the tests that need no more"
    )
    parser.add_argument(
        "--need", action="append", default=[], help="a part that must be real", metavar="PART"
    )
    given, rest = parser.parse_known_args(argv)
    layout = Layout.of("test", install_docker=not given.fast)
    before = {record.name for record in open_stack(layout).processes.all()}
    if not given.fast and not given.keep:
        clear(layout)
        before = set()
    stack = open_stack(layout)
    parts = parts_of(stack, ("postgres",) if given.fast else ())
    closing = ""
    code = 1
    try:
        bring_up(stack, parts)
        environment = write_portal_env(layout, stack.facts)
        if not given.fast:
            write_stack_file(stack)
        lines = rows(parts)
        demand(parts, lines, given.need)
        code, closing = run_pytest(stack, environment, [*selection(stack, fast=given.fast), *rest])
        print(table(lines), flush=True)
    finally:
        if not given.keep:
            stop_all(layout, leave=before if given.fast else set())
    print(closing, flush=True)  # last: whoever runs us reads the last line
    return code


def demand(parts: Sequence[Part], lines: Sequence[Row], needed: Sequence[str]) -> None:
    """Raise StackError for a needed part that is not real."""
    kinds = {part.name: row.kind for part, row in zip(parts, lines, strict=True)}
    wrong = [name for name in needed if kinds.get(name) != "real"]
    if wrong:
        raise StackError(f"must be real here: {', '.join(wrong)}\n{table(lines)}")


def selection(stack: Stack, *, fast: bool) -> list[str]:
    """Return what pytest is told to leave out: what needs parts that this stack has not."""
    if fast:
        return ["-m", FAST]
    return [] if "docker_host" in stack.facts else ["-m", "not engine"]


def clear(layout: Layout) -> None:
    """Stop and remove what an earlier run left."""
    stop_all(layout)
    for folder in {layout.home, layout.open}:
        shutil.rmtree(folder, ignore_errors=True)


def run_pytest(stack: Stack, environment: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """Run pytest, its output passed on; returns the code and its closing line, which is held back."""
    report = stack.layout.home / "junit.xml"
    report.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"--junitxml={report}",
        "-o",
        "junit_family=xunit2",
        *arguments,
    ]
    # A caller's NOMAD_ADDR is for the contract suite; the portal's own processes read theirs in portal.env.
    callers = {"NOMAD_ADDR", "NOMAD_TOKEN"}
    inherited = {name: value for name, value in os.environ.items() if name not in callers}
    variables = {
        **inherited,
        "PAILLASSE_ENV_FILE": str(environment),
        "PAILLASSE_STACK_FILE": str(stack.layout.home / "stack.json"),
        "PYTHONPATH": ".:platform:deploy",
        **contract_target(stack),
        **engine(stack),
    }
    held = ""
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as child:
        for line in child.stdout or ():
            if held:
                print(held, flush=True)
            held = line.rstrip("\n")
    skipped = skips(report)
    for name in skipped:
        print(f"skipped, and nothing may be: {name}", file=sys.stderr)
    return child.returncode or int(bool(skipped)), held


def contract_target(stack: Stack) -> dict[str, str]:
    """Return what names the real Nomad that the contract suite also runs over; empty where there is none.

    The names are the suite's own: NOMAD_ADDR is the portal's, and may be solo, which is no real Nomad.
    """
    if asked := stack.facts.get("contract_nomad"):
        return _target(asked, stack.layout.environment.get("NOMAD_TOKEN", ""))
    if stack.facts.get("nomad_kind") != "real":
        return _target("", "")
    return _target(stack.fact("nomad_addr"), keep(stack.layout.secrets / "nomad-management", str))


def _target(address: str, token: str) -> dict[str, str]:
    return {"CONTRACT_NOMAD_ADDR": address, "CONTRACT_NOMAD_TOKEN": token}


def engine(stack: Stack) -> dict[str, str]:
    """Return where Docker's own client finds the engine, which may be one that this stack started."""
    host = stack.facts.get("docker_host")
    return {"DOCKER_HOST": host} if host else {}


def skips(report: Path) -> list[str]:
    """Return the tests that a JUnit report says were skipped (or expected to fail)."""
    if not report.exists():
        return []
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314 - pytest wrote it a moment ago
    return [
        f"{case.get('classname')}::{case.get('name')}" for case in cases if case.find("skipped") is not None
    ]
