"""A stand-in for Nomad on one machine, for trial and tests: the part of its HTTP API that the portal uses.

State changes are lived: tasks run, are checked by the real Consul, and read their secrets from the real
OpenBao or Vault by workload identity. Nothing here is imported by the portal.
"""

VERSION = "2.0.5"  # the Nomad whose answers it gives
