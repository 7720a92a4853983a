"""Text that Nomad must take as it stands.

Nomad replaces ``${name}`` in env values, arguments, tags and checks (helper/args of Nomad 2.0.5), and reads a
driver's Config as HCL templates, where ``%{`` speaks too. Env values have no escape, so such text is refused.
"""

import re
from collections.abc import Iterable, Mapping

from kernel.errors import Refused

#: What a template's author may let Nomad fill in; none of it tells a task more than it already knows.
RUNTIME_NAMES = (
    "NOMAD_PORT_http",
    "NOMAD_HOST_PORT_http",
    "NOMAD_IP_http",
    "NOMAD_ADDR_http",
    "NOMAD_TASK_DIR",
    "NOMAD_SECRETS_DIR",
    "NOMAD_ALLOC_DIR",
    "NOMAD_ALLOC_INDEX",
)
_RUNTIME = re.compile(r"\$\{(?:" + "|".join(RUNTIME_NAMES) + r")\}")
_SPEAKS = re.compile(r"[$%]\{|\x00")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,126}")
_ENV_RESERVED = ("NOMAD_", "VAULT_", "CONSUL_")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")


def speaks(text: str) -> bool:
    """Whether Nomad would read something into text, the harmless runtime names aside."""
    return _SPEAKS.search(_RUNTIME.sub("", text)) is not None


def literal(text: str, field: str) -> str:
    """A member's own text, unchanged; raises Refused("text.interpolation") where Nomad would read into it."""
    if _SPEAKS.search(text):
        raise Refused("text.interpolation", field=field)
    return text


def interpolated(text: str, field: str) -> str:
    """A template author's text: RUNTIME_NAMES may appear in it, nothing else that Nomad reads."""
    if speaks(text):
        raise Refused("text.interpolation", field=field)
    return text


def env(values: Mapping[str, str]) -> dict[str, str]:
    """Environment of a task; raises Refused for a name that is none, or that Nomad keeps for itself."""
    for name in values:
        if not _ENV_NAME.fullmatch(name) or name.startswith(_ENV_RESERVED):
            raise Refused("env.name", field=f"env.{name}", name=name)
    return {name: interpolated(value, f"env.{name}") for name, value in values.items()}


def arguments(values: Iterable[str]) -> list[str]:
    """Arguments of a command, each a whole value."""
    return [interpolated(value, f"args.{index}") for index, value in enumerate(values)]


def is_relative_path(text: str) -> bool:
    """Whether text is a path below a directory, of which no part climbs."""
    return _PATH.fullmatch(text) is not None


def relative_path(text: str, field: str) -> str:
    """A path below a directory of the task; raises Refused("path.outside") if it could leave it."""
    if not is_relative_path(text):
        raise Refused("path.outside", field=field, path=text)
    return text
