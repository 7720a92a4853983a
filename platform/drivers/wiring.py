"""Opens the drivers with one process's rights. Nothing is called until a method is."""

import os
from dataclasses import dataclass
from functools import lru_cache

from drivers.addresses import PublicAddresses
from drivers.consul import ConsulServices
from drivers.keycloak import KeycloakAccounts
from drivers.nomad import CsiPlugin, NomadJobs
from drivers.traefik import TraefikRoutes
from drivers.vault import VaultSecrets
from orchestration.ports import Drivers


@dataclass(frozen=True)
class Settings:
    """Where everything stands and which files hold this process's tokens. Empty: none, or the default."""

    nomad_address: str = "http://127.0.0.1:4646"
    nomad_namespace: str = "default"
    nomad_region: str = ""
    nomad_ca: str = ""
    nomad_token_file: str = ""
    csi_plugin: str = ""  #: id of the lab's CSI plugin; empty: none
    csi_parameters: tuple[tuple[str, str], ...] = ()  #: what it is told of each volume
    consul_address: str = "127.0.0.1:8500"
    consul_ca: str = ""
    consul_token_file: str = ""
    vault_address: str = "http://127.0.0.1:8200"
    vault_ca: str = ""
    vault_token_file: str = ""
    vault_role_id_file: str = ""
    vault_secret_id_file: str = ""
    vault_kv_mount: str = "paillasse"
    vault_kv_prefix: str = "apps"
    vault_jwt_mount: str = "jwt-nomad"
    traefik_address: str = "http://127.0.0.1:8080"
    traefik_ca: str = ""
    apps_scheme: str = "https"
    apps_port: int = 443
    apps_connect_to: str = ""
    apps_ca: str = ""
    keycloak_address: str = ""
    keycloak_realm: str = ""
    keycloak_client_id: str = ""
    keycloak_client_secret_file: str = ""
    keycloak_ca: str = ""


@dataclass(frozen=True)
class Opened:
    """The drivers by their own types, for what the ports do not say: streams, versions, lists."""

    jobs: NomadJobs
    secrets: VaultSecrets
    services: ConsulServices
    routes: TraefikRoutes
    addresses: PublicAddresses
    accounts: KeycloakAccounts | None  #: None where no Keycloak is named


def _jobs(settings: Settings) -> NomadJobs:
    return NomadJobs(
        settings.nomad_address,
        namespace=settings.nomad_namespace,
        region=settings.nomad_region,
        token_file=settings.nomad_token_file,
        ca=settings.nomad_ca,
        csi=CsiPlugin(settings.csi_plugin, dict(settings.csi_parameters)),
    )


def _secrets(settings: Settings) -> VaultSecrets:
    return VaultSecrets(
        settings.vault_address,
        kv_mount=settings.vault_kv_mount,
        kv_prefix=settings.vault_kv_prefix,
        jwt_mount=settings.vault_jwt_mount,
        ca=settings.vault_ca,
        token_file=settings.vault_token_file,
        role_id_file=settings.vault_role_id_file,
        secret_id_file=settings.vault_secret_id_file,
    )


def _accounts(settings: Settings) -> KeycloakAccounts | None:
    if not settings.keycloak_address:
        return None
    return KeycloakAccounts(
        settings.keycloak_address,
        realm=settings.keycloak_realm,
        client_id=settings.keycloak_client_id,
        client_secret_file=settings.keycloak_client_secret_file,
        ca=settings.keycloak_ca,
    )


@lru_cache(maxsize=8)
def _opened(settings: Settings, pid: int) -> Opened:  # noqa: ARG001 - the pid is part of the key
    return Opened(
        jobs=_jobs(settings),
        secrets=_secrets(settings),
        services=ConsulServices(
            settings.consul_address, token_file=settings.consul_token_file, ca=settings.consul_ca
        ),
        routes=TraefikRoutes(settings.traefik_address, ca=settings.traefik_ca),
        addresses=PublicAddresses(
            scheme=settings.apps_scheme,
            port=settings.apps_port,
            connect_to=settings.apps_connect_to,
            ca=settings.apps_ca,
        ),
        accounts=_accounts(settings),
    )


def open_all(settings: Settings) -> Opened:
    """The drivers of this process, kept for its life.

    A child of a fork opens its own: sockets shared with the parent would mix up answers.
    """
    return _opened(settings, os.getpid())


def open_drivers(settings: Settings) -> Drivers:
    """The five ports of this process, for the engine."""
    opened = open_all(settings)
    return Drivers(opened.jobs, opened.secrets, opened.services, opened.routes, opened.addresses)
