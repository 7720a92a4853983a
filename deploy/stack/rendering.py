"""The engineers' files, with the few values of this machine put in."""

from collections.abc import Mapping
from pathlib import Path
from string import Template

from stack.keeping import write
from stack.layout import CHECKOUT

DEPLOY = CHECKOUT / "deploy"


def render(name: str, values: Mapping[str, object]) -> str:
    """Return a file below deploy/ with its ${names} filled in; raises KeyError for a name without value."""
    return Template((DEPLOY / name).read_text()).substitute(
        {key: str(value) for key, value in values.items()}
    )


def render_to(target: Path, name: str, values: Mapping[str, object], mode: int = 0o600) -> bool:
    """Write a rendered file; returns whether it changed."""
    text = render(name, values)
    if target.exists() and target.read_text() == text:
        return False
    write(target, text, mode)
    return True
