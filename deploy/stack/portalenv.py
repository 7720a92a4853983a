"""The portal's environment on one machine: portal.env for all its processes, and what each holds alone."""

import sys
from collections.abc import Mapping
from pathlib import Path

from stack.keeping import keep, password, write
from stack.layout import Layout
from stack.names import APPS_DOMAIN, JWT_MOUNT, KEEPER_IMAGE, KV_MOUNT, OIDC_CLIENT, PORTAL_HOST, REALM

#: Facts of parts that a stack may lack: `test --fast` has PostgreSQL alone.
OPTIONAL = {
    "REDIS_URL": "redis_url",
    "NOMAD_ADDR": "nomad_addr",
    "NOMAD_NAMESPACE": "nomad_namespace",
    "CONSUL_HTTP_ADDR": "consul_addr",
    "VAULT_ADDR": "vault_addr",
    "VAULT_DATABASE_MOUNT": "database_mount",
    "VAULT_DATABASE_ROLES": "database_roles",
    "DATABASE_HOST": "database_host",
    "DATABASE_PORT": "database_port",
    "DATABASE_NAME": "database_name",
    "TRAEFIK_API_URL": "traefik_api_url",
    "KEYCLOAK_URL": "keycloak_url",
    "ALLOWED_DRIVERS": "allowed_drivers",
    "CSI_PLUGIN_ID": "csi_plugin",
    "CSI_PARAMETERS": "csi_parameters",
}
#: Which rights each process starts with: its Nomad token and its AppRole, "" where it needs none.
PROCESSES = {
    "web": ("web", "web"),
    "worker": ("worker", "worker"),
    "watcher": ("watcher", ""),
    "beat": ("", ""),
    "purge": ("purge", "purge"),
    "command": ("web", "web"),
}
#: seconds: longer than the 90 that Traefik keeps an idle connection (`forwardingTimeouts.idleConnTimeout`).
#: Where the portal ended it first, what is sent at that moment is lost, and a POST is not sent again: 502
KEEP_ALIVE = "--timeout-keep-alive=100"
#: What the keeper runs, in this order; the rights of `purge` are the worker's on one machine.
LAUNCHED = ("web", "worker", "beat", "watcher")


def write_portal_env(layout: Layout, facts: Mapping[str, str]) -> Path:
    """Write portal.env and processes/<name>.env (mode 0600); returns the first."""
    for process in PROCESSES:
        write(layout.home / f"processes/{process}.env", lines(process_environment(layout, process)))
    return write(layout.home / "portal.env", lines(portal_environment(layout, facts)))


def portal_environment(layout: Layout, facts: Mapping[str, str]) -> dict[str, str]:
    """Return what all processes of the portal read, from what the parts told."""
    address = f"127.0.0.1:{layout.port('https')}"
    told = {name: facts[fact] for name, fact in OPTIONAL.items() if fact in facts}
    keep(layout.secrets / "django-key", lambda: password(64))
    keep(layout.secrets / "oidc-client")
    return {
        "SECRET_KEY_FILE": str(layout.secrets / "django-key"),
        "DEBUG": "false",
        "DATABASE_URL": facts["database_url"],
        **told,
        "CONSUL_HTTP_TOKEN_FILE": str(layout.secrets / "consul-portal"),
        "VAULT_KV_MOUNT": KV_MOUNT,
        "VAULT_JWT_MOUNT": JWT_MOUNT,
        "KEYCLOAK_REALM": REALM,
        "OIDC_CLIENT_ID": OIDC_CLIENT,
        "OIDC_CLIENT_SECRET_FILE": str(layout.secrets / "oidc-client"),
        "PORTAL_URL": f"https://{PORTAL_HOST}:{layout.port('https')}",
        "PORTAL_BIND": f"127.0.0.1:{layout.port('portal')}",
        "FILES_URL": layout.url("portal"),
        "FILES_DIR": str(layout.home / "files"),
        "STATIC_ROOT": str(layout.home / "static"),
        "APPS_DOMAIN": APPS_DOMAIN,
        "APPS_SCHEME": "https",
        "APPS_PORT": str(layout.port("https")),
        "APPS_CONNECT_TO": address,
        "APPS_CA": str(layout.home / "ca.pem"),
        "RUNTIMES_DIR": str(layout.runtimes),
        **_images(layout),
        "LAB_NAME": "Laboratoire de démonstration",
        "EMAIL_URL": f"filemail://{layout.home / 'mail'}",
    }


def _images(layout: Layout) -> dict[str, str]:
    """Return the images allowed and the keeper's, where it is the tests' stack: they make both."""
    if layout.name == "up":
        return {}
    usual = ["docker.io/", "ghcr.io/", "quay.io/", "paillasse/"]
    allowed = ",".join([*usual, f"127.0.0.1:{layout.port('registry')}/"])
    return {"ALLOWED_IMAGES": allowed, "KEEPER_IMAGE": KEEPER_IMAGE}


def process_environment(layout: Layout, process: str) -> dict[str, str]:
    """Return what one process holds alone: its name and its rights."""
    nomad, vault = PROCESSES[process]
    found = {"PROCESS": process}
    if nomad:
        found["NOMAD_TOKEN_FILE"] = str(layout.secrets / f"nomad-{nomad}")
    if vault:
        found["VAULT_ROLE_ID_FILE"] = str(layout.secrets / f"vault-{vault}-role-id")
        found["VAULT_SECRET_ID_FILE"] = str(layout.secrets / f"vault-{vault}-secret-id")
    return found


def lines(values: dict[str, str]) -> str:
    """Return an environment file."""
    return "".join(f"{name}={value}\n" for name, value in values.items())


def read_env(path: Path) -> dict[str, str]:
    """Read an environment file that `lines` wrote."""
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {words[0]: words[1] for words in pairs}


def command(layout: Layout, process: str) -> list[str]:
    """Return how a process of the portal is started; people who wait for an answer go before the loops."""
    celery = ["-m", "celery", "-A", "portal.celery:app"]
    web = ["-m", "uvicorn", "portal.asgi:application", "--host=127.0.0.1", f"--port={layout.port('portal')}"]
    arguments = {
        "web": [*web, "--no-access-log", "--timeout-graceful-shutdown=5", KEEP_ALIVE],
        "worker": [*celery, "worker", "--concurrency=2", "--queues=reconcile,default,purge"],
        "beat": ["-m", "portal.beat", str(layout.home / "beat-schedule")],
        "watcher": ["manage.py", "watch"],
    }
    behind = ["nice", "-n", "5"] if process in {"worker", "watcher"} else []
    return [*behind, sys.executable, *arguments[process]]
