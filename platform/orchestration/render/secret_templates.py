"""Templates that bring secrets into a task: one exact shape, which the policy knows again.

Only ``{{ with secret }}``, ``{{ .Data.data.name }}`` and ``toJSON`` are used. The quotes of toJSON are what
Nomad's reader of environment files expects around any value. Nothing restarts by itself when a secret
changes: the portal asks for a restart.
"""

import re
from collections.abc import Sequence
from typing import Any

from kernel.errors import Refused
from kernel.names import OutsideNames
from orchestration.render.literal import env, relative_path
from orchestration.specs import AppSpec, Secret

ENV_FILE = "secrets/app.env"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_READ = r"\{\{ \.Data\.data\.[a-z][a-z0-9_]{0,62}"
_ENV_BODY = re.compile(rf"(?:[A-Za-z_][A-Za-z0-9_]*={_READ} \| toJSON \}}\}}\n)+")
_FILE_BODY = re.compile(rf"{_READ} \}}\}}")


def _with_secret(names: OutsideNames, kv_mount: str, body: str) -> str:
    return f'{{{{ with secret "{kv_mount}/data/{names.secret_path}" }}}}{body}{{{{ end }}}}'


def _template(text: str, destination: str, *, envvars: bool) -> dict[str, Any]:
    return {
        "EmbeddedTmpl": text,
        "DestPath": destination,
        "Envvars": envvars,
        "ChangeMode": "noop",
        "Perms": "0600" if envvars else "0644",
    }


def secret_name(secret: Secret) -> str:
    """A secret's name, fit for a template; raises Refused("secret.name")."""
    if not _NAME.fullmatch(secret.name):
        raise Refused("secret.name", field=f"secrets.{secret.name}", name=secret.name)
    return secret.name


def secret_templates(spec: AppSpec) -> list[dict[str, Any]]:
    """One template for all secrets in the environment, and one for each in a file."""
    lines = "".join(
        f"{name}={{{{ .Data.data.{secret_name(secret)} | toJSON }}}}\n"
        for secret in spec.secrets
        if secret.env
        for name in env({secret.env: ""})
    )
    found = [(lines, ENV_FILE, True)] if lines else []
    found += [
        (
            f"{{{{ .Data.data.{secret_name(secret)} }}}}",
            f"secrets/{relative_path(secret.file, 'secrets')}",
            False,
        )
        for secret in spec.secrets
        if secret.file
    ]
    return [
        _template(_with_secret(spec.names, spec.edge.kv_mount, body), where, envvars=envvars)
        for body, where, envvars in found
    ]


def is_ours(template: dict[str, Any], names: OutsideNames, kv_mount: str) -> bool:
    """Whether a rendered template has exactly our shape, reading exactly the app's own path."""
    text, destination = str(template.get("EmbeddedTmpl", "")), str(template.get("DestPath", ""))
    envvars = template.get("Envvars") is True
    head, tail = _with_secret(names, kv_mount, "\0").split("\0")
    body = text.removeprefix(head).removesuffix(tail)
    shape = _ENV_BODY if envvars else _FILE_BODY
    return (
        text == head + body + tail
        and shape.fullmatch(body) is not None
        and (destination == ENV_FILE) == envvars
        and template == _template(text, destination, envvars=envvars)
    )


def reserved_env(secrets: Sequence[Secret]) -> frozenset[str]:
    """Names of the environment variables that secrets fill."""
    return frozenset(secret.env for secret in secrets if secret.env)
