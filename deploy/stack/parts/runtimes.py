"""Exec runtimes: the software that process tasks of the catalogue run, one environment each."""

import fcntl
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

from stack.layout import StackError, program, run
from stack.parts.base import Part, Row
from stack.rendering import DEPLOY
from stack.venvs import make_venv

SOURCES = DEPLOY / "runtimes"
SYSTEM_PYTHON = "/usr/bin/python3"


class Runtimes(Part):
    """deploy/runtimes/<name>/requirements.txt becomes RUNTIMES_DIR/<name>; its files/ become <name>/share."""

    name = "runtimes"
    deadline_s: ClassVar[float] = 5.0

    def packages(self) -> list[str]:
        """The system's Python: a venv's links must lead where an unprivileged user may go."""
        return [] if Path(SYSTEM_PYTHON).exists() and _has_venv() else ["python3", "python3-venv"]

    def provide(self) -> None:
        """Make the environments; nothing to do where they are up to date."""
        self.layout.runtimes.mkdir(parents=True, exist_ok=True)
        with (self.layout.runtimes / ".lock").open("w") as lock, ThreadPoolExecutor(2) as pool:
            fcntl.flock(lock, fcntl.LOCK_EX)
            list(pool.map(self._make, self._sources()))

    def start(self) -> None:
        """Nothing runs."""

    def alive(self) -> bool:
        """There is no process to lose."""
        return True

    def ready(self) -> bool:
        """Whether every environment is there."""
        missing = [
            source.name for source in self._sources() if not (self.layout.runtimes / source.name).exists()
        ]
        if missing:
            raise StackError(f"runtimes not installed: {', '.join(missing)}")
        return True

    def settle(self) -> None:
        """Tell the portal where they are."""
        self.stack.facts["runtimes_dir"] = str(self.layout.runtimes)

    def row(self) -> Row:
        """Name them."""
        names = ", ".join(source.name for source in self._sources()) or "-"
        return Row("Exec runtimes", names, "real", str(self.layout.runtimes))

    def _make(self, source: Path) -> None:
        target = self.layout.runtimes / source.name
        make_venv(target, source / "requirements.txt", SYSTEM_PYTHON)
        if (source / "files").is_dir():
            shutil.copytree(source / "files", target / "share", dirs_exist_ok=True)

    @staticmethod
    def _sources() -> list[Path]:
        return sorted(path.parent for path in SOURCES.glob("*/requirements.txt"))


def _has_venv() -> bool:
    if not program("python3"):
        return False
    try:
        run(SYSTEM_PYTHON, "-c", "import ensurepip")
    except StackError:
        return False
    return True
