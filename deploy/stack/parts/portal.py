"""The portal itself: prepared once for each state of its files, kept running, tried by a demo app."""

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from stack.keeper import environment_of
from stack.keeping import write
from stack.layout import CHECKOUT, run
from stack.parts.base import Part, Row, try_http
from stack.portalenv import LAUNCHED, portal_environment, write_portal_env

SOURCES = ("platform", "apps", "templates", "locale", "manage.py", "requirements.txt")
TRANSLATIONS = ("compilemessages", "-v0", "--ignore=var/*")
PREPARATIONS: tuple[tuple[str, ...], ...] = (
    ("migrate", "--no-input", "-v0"),
    ("collectstatic", "--no-input", "-v0"),
    ("load_catalogue",),
)


def state_of(folder: Path) -> str:
    """Return a digest of the portal's files by path, size and time of change."""
    total = hashlib.sha256()
    for name in SOURCES:
        top = folder / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix not in {".pyc", ".mo"}:
                seen = path.stat()
                total.update(f"{path}{seen.st_size}{seen.st_mtime_ns}".encode())
    return total.hexdigest()


class Portal(Part):
    """Web, worker, beat and watcher, under the keeper."""

    name = "portal"
    needs = ("keycloak", "postgres", "redis", "consul", "openbao", "traefik", "docker", "runtimes", "nomad")
    ports = ("portal",)
    deadline_s: ClassVar[float] = 60.0

    def packages(self) -> list[str]:
        """The compiler of translations."""
        return ["gettext"]

    def start(self) -> None:
        """Write the environment, prepare database and files, start the keeper; anew if anything changed."""
        settings = portal_environment(self.layout, self.stack.facts)
        state = hashlib.sha256(f"{state_of(CHECKOUT)}{sorted(settings.items())}".encode()).hexdigest()
        stamp = self.layout.home / ".prepared"
        if not stamp.exists() or stamp.read_text() != state:
            self.stack.processes.stop("keeper")
            write_portal_env(self.layout, self.stack.facts)
            self._prepare()
            write(stamp, state)
        if not self.stack.processes.get("keeper"):
            environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "deploy")}
            arguments = [sys.executable, "-m", "stack.keeper", self.layout.name]
            self.stack.processes.start("keeper", arguments, env=environment, cwd=CHECKOUT)

    def alive(self) -> bool:
        """Whether the keeper is there; it starts again what ends."""
        return self.stack.processes.get("keeper") is not None

    def _ports_free(self) -> None:
        if not self.stack.processes.get("web"):  # a killed keeper leaves ours; the next one takes over
            super()._ports_free()

    def ready(self) -> bool:
        """Whether web answers for itself and its parts, and all processes run."""
        answer = try_http("GET", f"{self.layout.url('portal')}/readyz")
        return answer.ok and all(self.stack.processes.get(name) for name in LAUNCHED)

    def row(self) -> Row:
        """Say the address that a browser opens."""
        settings = portal_environment(self.layout, self.stack.facts)
        return Row("Paillasse", "0.1.0", "real", settings["PORTAL_URL"])

    def _prepare(self) -> None:
        for folder in ("files", "mail", "static"):
            (self.layout.home / folder).mkdir(exist_ok=True)
        demo = [] if self.layout.external else [("load_demo",)]
        translations = [TRANSLATIONS] if (CHECKOUT / "locale").is_dir() else []
        wanted = [json.dumps(arguments) for arguments in (*translations, *PREPARATIONS, *demo)]
        environment = environment_of(self.layout.home, "command")
        path = f"{environment['PYTHONPATH']}:{CHECKOUT / 'deploy'}"
        run(
            sys.executable,
            "-m",
            "stack.prepare",
            *wanted,
            cwd=CHECKOUT,
            env={**environment, "PYTHONPATH": path},
        )


def manage(home: Path, arguments: Sequence[str]) -> str:
    """Run a command of manage.py and return what it printed; raises StackError with its last words."""
    return run(sys.executable, "manage.py", *arguments, cwd=CHECKOUT, env=environment_of(home, "command"))
