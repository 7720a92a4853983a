"""Nomad's HTTP API, and that of `solo`, through python-nomad."""

from drivers.nomad.client import NomadJobs
from drivers.nomad.plugins import PluginState
from drivers.nomad.volumes import CsiPlugin

__all__ = ["CsiPlugin", "NomadJobs", "PluginState"]
