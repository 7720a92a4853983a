"""The list of reasons is whole: every code that the engine may tell, and none that it never tells."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import orchestration
from orchestration.explain import OF_THE_PORTAL, PARTS, REASONS
from orchestration.reconcilers.address import ERRORS

ROOT = Path(orchestration.__file__).parent
TELLING = [*sorted((ROOT / "reconcilers").glob("*.py")), ROOT / "causes.py", ROOT / "engine.py"]
CODE = re.compile(
    r"(?:spec|policy|part|vault|secret|job|canary|placement|task|image|artifact|check|copies|deadline|service|route|answer|volume)\.[a-z_]+"
)


def told() -> Iterator[str]:
    """Every string in the code that has the form of a reason."""
    for path in TELLING:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                yield node.value


def listed() -> set[str]:
    """Reasons besides the trouble of a part."""
    troubles = {
        f"{part}.{what}" for part in PARTS for what in ("unavailable", "conflict", "refused", "misconfigured")
    }
    return set(REASONS) - troubles - OF_THE_PORTAL


def test_every_reason_is_listed_and_told() -> None:
    by_word = {f"answer.{word}" for word in ERRORS}
    assert set(told()) | by_word | {"working"} == listed()


def test_whoever_acts_has_a_button_if_it_is_the_member() -> None:
    assert [code for code, reason in REASONS.items() if reason.who == "member" and not reason.button] == []
