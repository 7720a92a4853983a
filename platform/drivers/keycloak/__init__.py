"""Keycloak's admin API, read only: whether an account is still enabled."""

from drivers.keycloak.client import KeycloakAccounts

__all__ = ["KeycloakAccounts"]
