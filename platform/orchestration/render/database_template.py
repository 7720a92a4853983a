"""The template that brings a task its login of the database: one exact shape, which the policy knows again.

Reading the path makes the login. Nomad renews its lease with the task's token, and reads again when it cannot
be renewed any more; an environment cannot change while a program runs, so that then the task is restarted.
"""

import re
from typing import Any

from orchestration.render.literal import env
from orchestration.render.secret_templates import template_block
from orchestration.specs import AppSpec, Edge

ENV_FILE = "secrets/database.env"
_BODY = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]*=\{\{ \.Data\.(?:username|password) \| toJSON \}\}\n)+")


def credentials_path(mount: str, role: str) -> str:
    """Where OpenBao makes a login of this role."""
    return f"{mount}/creds/{role}"


def _with_login(mount: str, role: str, body: str) -> str:
    return f'{{{{ with secret "{credentials_path(mount, role)}" }}}}{body}{{{{ end }}}}'


def _block(text: str) -> dict[str, Any]:
    return template_block(text, ENV_FILE, envvars=True, mode="restart")


def database_env(spec: AppSpec) -> dict[str, str]:
    """Environment variable -> what of the login it carries: username or password."""
    login = spec.database
    if login is None:
        return {}
    return dict.fromkeys(login.username, "username") | dict.fromkeys(login.password, "password")


def database_templates(spec: AppSpec) -> list[dict[str, Any]]:
    """The one template of an app that has a login; else none."""
    if spec.database is None:
        return []
    told = database_env(spec)
    names = env(dict.fromkeys(told, ""))
    lines = "".join(f"{name}={{{{ .Data.{told[name]} | toJSON }}}}\n" for name in names)
    return [_block(_with_login(spec.edge.database_mount, spec.database.role, lines))]


def is_database(template: dict[str, Any], edge: Edge) -> bool:
    """Whether a rendered template has exactly our shape, reading a login of a role that the lab allows."""
    text = str(template.get("EmbeddedTmpl", ""))
    return bool(edge.database_mount) and any(
        template == _block(text) and _reads(text, edge.database_mount, role) for role in edge.database_roles
    )


def _reads(text: str, mount: str, role: str) -> bool:
    head, tail = _with_login(mount, role, "\0").split("\0")
    body = text.removeprefix(head).removesuffix(tail)
    return text == head + body + tail and _BODY.fullmatch(body) is not None
