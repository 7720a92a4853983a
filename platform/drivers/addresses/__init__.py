"""Asks an app's public address, as its users do."""

from drivers.addresses.client import PublicAddresses

__all__ = ["PublicAddresses"]
