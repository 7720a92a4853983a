"""OpenBao or Vault through hvac."""

from drivers.vault.client import VaultSecrets

__all__ = ["VaultSecrets"]
