"""The project's own Python, parsed once for the architecture tests."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = ("platform", "apps", "deploy", "tests")


@dataclass(frozen=True)
class Module:
    """One file and its tree."""

    path: str
    lines: int
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        """The path's names, without `.py`."""
        return Path(self.path).with_suffix("").parts


@cache
def modules(*tops: str) -> tuple[Module, ...]:
    """Every file below these folders, migrations left out: Django writes those."""
    found = []
    for top in tops or TOP_LEVEL:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                text = path.read_text()
                name = str(path.relative_to(ROOT))
                found.append(Module(name, text.count("\n") + 1, ast.parse(text, name)))
    return tuple(found)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imports(module: Module) -> Iterator[tuple[str, int]]:
    """Each imported module's full name with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Each call of an attribute, by the attribute's name."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node
