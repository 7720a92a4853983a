"""Templates that bring secrets into a task: one exact shape, which the policy knows again.

Only ``{{ with secret }}``, ``{{ .Data.data.name }}`` and ``toJSON`` are used. The quotes of toJSON are what
Nomad's reader of environment files expects around any value. What a running task is done when a secret
changes is the template's to say: nothing, a restart, or a signal. An environment cannot change while a
program runs, so that it only knows the first two; of several secrets in it the strictest counts.
"""

import re
from collections.abc import Sequence
from typing import Any

from kernel.errors import Refused
from kernel.names import OutsideNames
from orchestration.render.literal import env, relative_path
from orchestration.specs import AppSpec, Secret

ENV_FILE = "secrets/app.env"
SIGNALS = frozenset({"SIGHUP", "SIGUSR1", "SIGUSR2"})  #: by which programs read their files again
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_READ = r"\{\{ \.Data\.data\.[a-z][a-z0-9_]{0,62}"
_ENV_BODY = re.compile(rf"(?:[A-Za-z_][A-Za-z0-9_]*={_READ} \| toJSON \}}\}}\n)+")
_FILE_BODY = re.compile(rf"{_READ} \}}\}}")


def _with_secret(names: OutsideNames, kv_mount: str, body: str) -> str:
    return f'{{{{ with secret "{kv_mount}/data/{names.secret_path}" }}}}{body}{{{{ end }}}}'


def template_block(
    text: str, destination: str, *, envvars: bool, mode: str = "noop", signal: str = ""
) -> dict[str, Any]:
    """Nomad's block for one file of a task's secrets directory."""
    return {
        "EmbeddedTmpl": text,
        "DestPath": destination,
        "Envvars": envvars,
        "ChangeMode": mode,
        **({"ChangeSignal": signal} if signal else {}),
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
    found = []
    if lines:
        again = any(secret.env and secret.on_change == "restart" for secret in spec.secrets)
        found.append((lines, ENV_FILE, True, "restart" if again else "noop", ""))
    for secret in spec.secrets:
        if secret.file:
            where = f"secrets/{relative_path(secret.file, 'secrets')}"
            found.append((f"{{{{ .Data.data.{secret_name(secret)} }}}}", where, False, *_on_change(secret)))
    return [
        template_block(
            _with_secret(spec.names, spec.edge.kv_mount, body),
            where,
            envvars=envvars,
            mode=mode,
            signal=signal,
        )
        for body, where, envvars, mode, signal in found
    ]


def _on_change(secret: Secret) -> tuple[str, str]:
    """Nomad's ChangeMode and ChangeSignal; raises Refused for a signal that no program expects."""
    if secret.on_change == "signal":
        if secret.signal not in SIGNALS:
            raise Refused("secret.signal", field=f"secrets.{secret.name}", name=secret.signal)
        return "signal", secret.signal
    return ("restart", "") if secret.on_change == "restart" else ("noop", "")


def is_ours(template: dict[str, Any], names: OutsideNames, kv_mount: str) -> bool:
    """Whether a rendered template has exactly our shape, reading exactly the app's own path."""
    text, destination = str(template.get("EmbeddedTmpl", "")), str(template.get("DestPath", ""))
    envvars = template.get("Envvars") is True
    head, tail = _with_secret(names, kv_mount, "\0").split("\0")
    body = text.removeprefix(head).removesuffix(tail)
    shape = _ENV_BODY if envvars else _FILE_BODY
    mode, signal = str(template.get("ChangeMode", "")), str(template.get("ChangeSignal", ""))
    return _may_change(mode, signal, envvars=envvars) and (
        text == head + body + tail
        and shape.fullmatch(body) is not None
        and (destination == ENV_FILE) == envvars
        and template == template_block(text, destination, envvars=envvars, mode=mode, signal=signal)
    )


def _may_change(mode: str, signal: str, *, envvars: bool) -> bool:
    if mode == "signal":
        return not envvars and signal in SIGNALS
    return mode in {"noop", "restart"} and not signal


def reserved_env(secrets: Sequence[Secret]) -> frozenset[str]:
    """Names of the environment variables that secrets fill."""
    return frozenset(secret.env for secret in secrets if secret.env)
