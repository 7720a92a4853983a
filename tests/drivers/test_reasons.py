"""The troubles of a part that are explained are those that its driver can tell of: no more, and no fewer."""

import ast

import pytest

from kernel.errors import Misconfigured, OutsideConflict, OutsideError, OutsideRefused, Unavailable
from orchestration.explain import REASONS
from tests.architecture.source import modules

KINDS: dict[str, type[OutsideError]] = {
    kind.__name__: kind for kind in (Unavailable, OutsideRefused, Misconfigured, OutsideConflict)
}
PARTS = ("nomad", "vault", "consul", "traefik", "addresses")


def told(part: str) -> set[str]:
    """The codes of the errors that some module of the driver names."""
    named = {
        node.id
        for module in modules(f"platform/drivers/{part}")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name)
    }
    return {f"{part}.{KINDS[name].code}" for name in named & KINDS.keys()}


@pytest.mark.parametrize("part", PARTS)
def test_each_trouble_that_a_driver_tells_is_explained(part: str) -> None:
    explained = {f"{part}.{kind.code}" for kind in KINDS.values()} & REASONS.keys()
    assert explained == told(part)
