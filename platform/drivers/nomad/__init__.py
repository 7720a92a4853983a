"""Nomad's HTTP API, and that of `solo`, through python-nomad."""

from drivers.nomad.client import NomadJobs

__all__ = ["NomadJobs"]
