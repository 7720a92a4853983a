"""Whether the node fulfils a constraint. After checkConstraint of Nomad's scheduler."""

import fnmatch
import re
from collections.abc import Callable

from solo.store import Row

_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?")
_TERM = re.compile(r"\s*(>=|<=|!=|~>|>|<|=)?\s*v?(\S+)\s*")


def resolve(target: str, node: Row) -> str | None:
    """The value behind `${attr.x}`, `${node.x}` or `${meta.x}`; nothing when the node has none."""
    if not target.startswith("${"):
        return target
    name = target.removeprefix("${").removesuffix("}")
    kind, _, rest = name.partition(".")
    if kind == "attr":
        value: str | None = node["Attributes"].get(rest)
        return value
    if kind == "meta":
        return (node["Meta"] or {}).get(rest)
    known = {"unique.id": "ID", "unique.name": "Name", "datacenter": "Datacenter", "class": "NodeClass",
             "pool": "NodePool"}  # fmt: skip
    return node.get(known.get(rest, ""))


def _parts(text: str) -> tuple[int, int, int, bool, str] | None:
    match = _VERSION.match(text.removeprefix("v"))
    if match is None:
        return None
    major, minor, patch, pre = match.groups()
    return int(major), int(minor or 0), int(patch or 0), pre is None, pre or ""


def version_fits(version: str, wanted: str) -> bool:
    """Whether a version satisfies comma separated terms such as `>= 1.8.0, < 2`."""
    mine = _parts(version)
    if mine is None:
        return False
    for term in wanted.split(","):
        match = _TERM.fullmatch(term)
        other = _parts(match[2]) if match else None
        if match is None or other is None:
            return False
        ahead = {"~>": mine >= other and mine[0] == other[0]}
        fits = {
            ">=": mine >= other,
            "<=": mine <= other,
            ">": mine > other,
            "<": mine < other,
            "!=": mine != other,
        }
        if not {**fits, **ahead, "=": mine == other}[match[1] or "="]:
            return False
    return True


def _regexp(left: str, right: str) -> bool:
    try:
        return re.search(right, left) is not None
    except re.error:
        return False


def _set_contains(left: str, right: str) -> bool:
    return {item.strip() for item in right.split(",")} <= {item.strip() for item in left.split(",")}


_OPERANDS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "is": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "version": version_fits,
    "semver": version_fits,
    "regexp": _regexp,
    "set_contains": _set_contains,
}


def fulfilled(constraint: Row, node: Row) -> bool:
    """Whether the node satisfies it."""
    operand = constraint["Operand"]
    if operand in ("distinct_hosts", "distinct_property"):
        return True  # of other allocations, not of the node
    left, right = resolve(constraint["LTarget"], node), resolve(constraint["RTarget"], node)
    if operand == "is_set":
        return left is not None
    if operand == "is_not_set":
        return left is None
    if operand in ("!=", "not"):
        return left != right
    if left is None or right is None:
        return False
    check = _OPERANDS.get(operand)
    return check is not None and check(left, right)


def text(constraint: Row) -> str:
    """As a placement's metrics name it."""
    return f"{constraint['LTarget']} {constraint['Operand']} {constraint['RTarget']}"


def datacenter_fits(datacenters: list[str], datacenter: str) -> bool:
    """Whether a job's datacenters (globs) take in the node's."""
    return any(fnmatch.fnmatchcase(datacenter, pattern) for pattern in datacenters)
