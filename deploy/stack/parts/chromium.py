"""Chromium, for the browser tests."""

from typing import ClassVar

from stack.layout import program, run
from stack.parts.base import Part, Row

NAMES = ("chromium", "chromium-browser", "google-chrome")


class Chromium(Part):
    """A browser that playwright drives; nothing runs between tests."""

    name = "chromium"
    deadline_s: ClassVar[float] = 10.0

    def packages(self) -> list[str]:
        """Debian's package."""
        return [] if self._program() else ["chromium"]

    def start(self) -> None:
        """Each test starts its own."""

    def alive(self) -> bool:
        """There is no process to lose."""
        return True

    def ready(self) -> bool:
        """Whether the program is there."""
        return bool(self._program())

    def settle(self) -> None:
        """Tell the tests where it is."""
        self.stack.facts["chromium"] = self._program()

    def row(self) -> Row:
        """Say the browser's version."""
        words = run(self._program(), "--version").split()
        return Row(
            "Chromium", next((word for word in words if word[0].isdigit()), "?"), "real", self._program()
        )

    @staticmethod
    def _program() -> str:
        return next((found for name in NAMES if (found := program(name))), "")
