"""Which actions the code writes into the audit: read from the code itself, so that none is left out."""

import ast
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from apps.audit.services import record
from apps.leases.enums import Move as LeaseMove
from apps.volumes.enums import RestoreState, SnapshotState
from apps.workloads.enums import OperationKind
from apps.workloads.transitions import VERBS
from tests.architecture.source import Module, functions, modules

#: what is declared instead of asked: app.requested, app.released
_DECLARED = {OperationKind.CREATE, OperationKind.CHANGE}
#: what is put together from a state: the text as it is written -> what it can come to
COMPOSED: Mapping[str, frozenset[str]] = {
    "f'app.{asked.kind.value}'": frozenset(f"app.{kind.value}" for kind in VERBS if kind not in _DECLARED),
    "f'lease.{how.value}'": frozenset(f"lease.{how.value}" for how in LeaseMove),
    "f'{kind}.{row.state}'": frozenset(
        [*(f"snapshot.{each}" for each in SnapshotState), *(f"restore.{each}" for each in RestoreState)]
    ),
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Place:
    """A call, and the function that it stands in."""

    module: Module
    inside: Function
    call: ast.Call


def recorded() -> set[str]:
    """Every action that some code records; AssertionError where it cannot be read from the code."""
    return {action for place in _callers(record) for action in _said(place, "verb", record)}


def _said(place: Place, name: str, called: Any) -> Iterator[str]:
    """What a call hands over under a name."""
    given = {each.arg: each.value for each in place.call.keywords}
    names = list(called.__code__.co_varnames[: called.__code__.co_argcount])
    given |= dict(zip(names, place.call.args, strict=False))
    assert name in given, f"{place.module.path}:{place.call.lineno} names no action"
    yield from _read(given[name], place)


def _read(text: ast.expr, place: Place) -> Iterator[str]:
    """What an expression can come to."""
    where = f"{place.module.path}:{text.lineno}: {ast.unparse(text)}"
    match text:
        case ast.Constant(value=str(said)):
            yield said
        case ast.IfExp():
            yield from _read(text.body, place)
            yield from _read(text.orelse, place)
        case ast.JoinedStr():
            assert ast.unparse(text) in COMPOSED, f"{where}: say in COMPOSED what it can come to"
            yield from COMPOSED[ast.unparse(text)]
        case ast.Subscript(value=ast.Name(id=table)):
            yield from vars(_loaded(place.module))[table].values()
        case ast.Name(id=name):
            yield from _named(name, place)
        case _:
            raise AssertionError(f"{where}: an action is written where one finds it")


def _named(name: str, place: Place) -> Iterator[str]:
    """A variable's values; a parameter's: what all the callers hand over."""
    inside = place.inside
    if name in {each.arg for each in (*inside.args.args, *inside.args.kwonlyargs)}:
        function = _bare(vars(_loaded(place.module))[inside.name])
        for caller in _callers(function):
            yield from _said(caller, name, function)
        return
    for node in ast.walk(inside):
        if isinstance(node, ast.Assign) and any(ast.unparse(each) == name for each in node.targets):
            yield from _read(node.value, place)


def _callers(wanted: Any) -> Iterator[Place]:
    """Where a function of the rooms or of the portal is called, by whatever name it was imported."""
    for module in modules("apps", "platform/portal"):
        names = _names(module, wanted.__name__)
        for inside in functions(module):
            for call in (node for node in ast.walk(inside) if isinstance(node, ast.Call)):
                if ast.unparse(call.func).split(".")[-1] in names and _meant(module, call.func) is wanted:
                    yield Place(module, inside, call)


@cache
def _names(module: Module, name: str) -> frozenset[str]:
    """What a function may be called in a module."""
    imports = (node for node in ast.walk(module.tree) if isinstance(node, ast.ImportFrom))
    taken = (each for node in imports for each in node.names if each.name == name)
    return frozenset([name, *(each.asname for each in taken if each.asname)])


def _meant(module: Module, called: ast.expr) -> Any:
    """The function that a name, or a name of a module, means; None where that is nothing of this module's."""
    known = vars(_loaded(module))
    match called:
        case ast.Name(id=name):
            return _bare(known.get(name))
        case ast.Attribute(value=ast.Name(id=holder), attr=name):
            return _bare(getattr(known.get(holder), name, None))
    return None


def _bare(function: Any) -> Any:
    """Without what a decorator put around it."""
    return getattr(function, "__wrapped__", function)


def _loaded(module: Module) -> Any:
    parts = module.parts[1:] if module.parts[0] == "platform" else module.parts
    return importlib.import_module(".".join(part for part in parts if part != "__init__"))
