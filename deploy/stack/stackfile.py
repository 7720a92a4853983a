"""stack.json: what the tests need to know of the stack that they run on (mode 0600)."""

import json
from collections.abc import Mapping
from pathlib import Path

from stack.demo import SCOPES, token
from stack.keeping import keep, write
from stack.layout import Layout
from stack.names import APPS_DOMAIN, JWT_MOUNT, KV_MOUNT, REALM
from stack.parts.base import Stack
from stack.people import PEOPLE, passwords
from stack.portalenv import portal_environment, read_env

ADMIN_SCOPES = ",requests:decide"


def write_stack_file(stack: Stack) -> Path:
    """Write addresses, tokens that see everything, accounts, and where each process is recorded."""
    layout = stack.layout
    secret = {name: keep(layout.secrets / file, str) for name, file in _ROOTS.items()}
    portal = portal_environment(layout, stack.facts)
    known = passwords(layout)
    content = {
        "portal": {
            "url": portal["PORTAL_URL"],
            "bind_url": layout.url("portal"),
            "connect_to": portal["APPS_CONNECT_TO"],
            "env_file": str(layout.home / "portal.env"),
            "mail": str(layout.home / "mail"),
        },
        "apps_domain": APPS_DOMAIN,
        "apps": {
            "domain": APPS_DOMAIN,
            "port": layout.port("https"),
            "connect_to": portal["APPS_CONNECT_TO"],
            "ca": portal["APPS_CA"],
        },
        "nomad": {
            "url": stack.fact("nomad_addr"),
            "token": secret["nomad"],
            "namespace": stack.fact("nomad_namespace"),
            "kind": stack.fact("nomad_kind"),
        },
        "vault": {
            "url": stack.fact("vault_addr"),
            "token": secret["vault"],
            "kv_mount": KV_MOUNT,
            "jwt_mount": JWT_MOUNT,
        },
        "consul": {"url": stack.fact("consul_addr"), "token": secret["consul"]},
        "traefik": {"url": stack.fact("traefik_api_url")},
        "keycloak": {
            "url": stack.fact("keycloak_url"),
            "realm": REALM,
            "admin": "root",
            "admin_password": secret["keycloak"],
        },
        "redis": {"url": stack.fact("redis_url"), "pid": _pid(stack, "redis")},
        "postgres": {"url": stack.fact("database_url"), "pid": _pid(stack, "postgres")},
        "docker_host": stack.facts.get("docker_host", ""),
        "chromium": stack.facts.get("chromium", ""),
        "runtimes_dir": stack.fact("runtimes_dir"),
        "accounts": {
            name: {"password": known[name], "subject": person.subject, "email": f"{name}@lab.localhost"}
            for name, person in PEOPLE.items()
        },
        "tokens": {name: token(layout, name, _scopes(name)) for name in PEOPLE},
        # A process that was killed comes back with another pid: read its record when you need it.
        "processes": {
            record.name: str(layout.records / f"{record.name}.json") for record in stack.processes.all()
        },
        "drivers": contract_drivers(layout, portal),
    }
    return write(layout.home / "stack.json", json.dumps(content, indent=1))


def contract_drivers(layout: Layout, portal: Mapping[str, str]) -> dict[str, object]:
    """Return the settings of drivers.wiring: the worker's, but for a Vault role that may also read."""
    environment = {
        **portal,
        **read_env(layout.home / "processes/worker.env"),
        "VAULT_ROLE_ID_FILE": str(layout.secrets / "vault-contract-role-id"),
        "VAULT_SECRET_ID_FILE": str(layout.secrets / "vault-contract-secret-id"),
    }
    names = {
        "nomad_address": "NOMAD_ADDR",
        "nomad_namespace": "NOMAD_NAMESPACE",
        "nomad_token_file": "NOMAD_TOKEN_FILE",
        "consul_address": "CONSUL_HTTP_ADDR",
        "consul_token_file": "CONSUL_HTTP_TOKEN_FILE",
        "vault_address": "VAULT_ADDR",
        "vault_role_id_file": "VAULT_ROLE_ID_FILE",
        "vault_secret_id_file": "VAULT_SECRET_ID_FILE",
        "vault_kv_mount": "VAULT_KV_MOUNT",
        "vault_jwt_mount": "VAULT_JWT_MOUNT",
        "traefik_address": "TRAEFIK_API_URL",
        "apps_scheme": "APPS_SCHEME",
        "apps_connect_to": "APPS_CONNECT_TO",
        "apps_ca": "APPS_CA",
        "keycloak_address": "KEYCLOAK_URL",
        "keycloak_realm": "KEYCLOAK_REALM",
        "keycloak_client_id": "OIDC_CLIENT_ID",
        "keycloak_client_secret_file": "OIDC_CLIENT_SECRET_FILE",
    }
    found = {name: environment[variable] for name, variable in names.items()}
    told = [word.partition("=")[::2] for word in environment.get("CSI_PARAMETERS", "").split(",") if word]
    plugin = environment.get("CSI_PLUGIN_ID", "")  # a Nomad of one's own may have none
    return {**found, "csi_plugin": plugin, "csi_parameters": told, "apps_port": int(environment["APPS_PORT"])}


_ROOTS = {
    "nomad": "nomad-management",
    "vault": "openbao-root",
    "consul": "consul-management",
    "keycloak": "keycloak-admin",
}


def _scopes(name: str) -> str:
    return SCOPES + (ADMIN_SCOPES if name == "bob" else "")


def _pid(stack: Stack, name: str) -> int | None:
    record = stack.processes.get(name)
    return record.pid if record else None
