"""up, down and manage."""

import argparse
import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from stack.assembly import open_stack, parts_of
from stack.bringing import bring_up, rows, table
from stack.demo import Demo
from stack.keeper import environment_of
from stack.layout import CHECKOUT, Layout, StackError, run
from stack.mounts import unmount_below
from stack.names import PORTAL_HOST
from stack.orphans import end_below
from stack.parts import bridge
from stack.parts.docker import answering, digest
from stack.people import PEOPLE, passwords

#: Stopped before what they stand on.
ON_TOP = ("keeper", "watcher", "beat", "worker", "web", "nomad")


def infra(argv: Sequence[str]) -> int:
    """Start some parts of a stack, or all but the portal: `parts [up|test] [name...]`."""
    parser = argparse.ArgumentParser(prog="parts")
    parser.add_argument("stack", choices=["up", "test"])
    parser.add_argument("names", nargs="*")
    parser.add_argument(
        "--docker", action="store_true", help="install and start an engine where none answers"
    )
    given = parser.parse_args(argv)
    stack = open_stack(Layout.of(given.stack, install_docker=given.docker))
    parts = parts_of(stack, tuple(given.names))
    bring_up(stack, parts)
    print(table(rows(parts)))
    return 0


def up(argv: Sequence[str]) -> int:
    """Start everything and show it."""
    parser = argparse.ArgumentParser(prog="deploy/up")
    parser.add_argument("--external", action="store_true", help="use addresses that are not on this machine")
    parser.add_argument(
        "--docker", action="store_true", help="install and start a Docker Engine where none answers"
    )
    given = parser.parse_args(argv)
    stack = open_stack(Layout.of("up", external=given.external, install_docker=given.docker))
    parts = parts_of(stack)
    bring_up(stack, parts)
    print(f"\n{table(rows(parts))}\n")
    if not stack.layout.external:
        show_demo(stack.layout)
    return 0


def show_demo(layout: Layout) -> None:
    """Ask for an app through the API, fetch it through Traefik; print where it is and who may sign in."""
    address, seconds = Demo(layout).ensure_app()
    portal = f"https://{PORTAL_HOST}:{layout.port('https')}"
    print(f"Portal    {portal}")
    print(f"Demo app  {address}   (answers; {seconds:.1f} s)")
    print(f"CA        {layout.home / 'ca.pem'}   (let your browser trust it, or accept its warning)")
    print(f"Mails     {layout.home / 'mail'}   (one file each, instead of an SMTP server)")
    print(f"\nAccounts, kept in {layout.home / 'demo-accounts'}:")
    for name, secret in passwords(layout).items():
        print(f"  {name:<8} {secret}   {PEOPLE[name].role}")


def down(argv: Sequence[str]) -> int:
    """Stop what `up` (or `test --keep`, `bench --keep`) started, last first."""
    parser = argparse.ArgumentParser(prog="deploy/down")
    parser.add_argument("stack", nargs="?", default="up", choices=["up", "test", "bench"])
    stop_all(Layout.of(parser.parse_args(argv).stack))
    return 0


def stop_all(layout: Layout, *, leave: Collection[str] = ()) -> None:
    """Stop every process that the stack's records name and that is still the same process.

    Those on top go first, one after the other; what stands below them then goes side by side.
    """
    processes = open_stack(layout).processes
    running = [record.name for record in processes.all() if record.name not in leave]
    for name in (name for name in ON_TOP if name in running):
        processes.stop(name)
    if "nomad" not in leave:
        halt_tasks(layout)
        end_below(layout.open / "nomad")
        unmount_below(layout.open / "nomad")
    with ThreadPoolExecutor() as pool:
        list(pool.map(processes.stop, [name for name in running if name not in ON_TOP]))
    if "docker" in running:
        bridge.remove(digest(layout))
    if running:
        print(f"  stopped {', '.join(running)}", flush=True)


def halt_tasks(layout: Layout) -> None:
    """End the tasks that solo leaves running when it stops, containers included."""
    data = layout.open / "solo"
    if (data / "state.db").exists():
        host = answering(layout)
        environment = {
            **os.environ,
            "PYTHONPATH": str(CHECKOUT / "platform"),
            **({"DOCKER_HOST": host} if host else {}),
        }
        run(sys.executable, "-m", "solo.halt", str(data), env=environment)


def manage(argv: Sequence[str]) -> int:
    """Run manage.py in the environment of a stack."""
    name, rest = (
        (argv[0], list(argv[1:])) if argv and argv[0] in {"up", "test", "bench"} else ("up", list(argv))
    )
    layout = Layout.of(name)
    environment_file = layout.home / "portal.env"
    if not environment_file.exists():
        raise StackError(f"no stack here: ./deploy/{name} first")
    environment = dict(environment_of(layout.home, "command"))
    return subprocess.run(
        [sys.executable, "manage.py", *rest], cwd=CHECKOUT, env=environment, check=False
    ).returncode
