"""Every port of a stack, as an offset in its block of a thousand: two stacks never meet."""

UP_BASE = 18000
TEST_BASE = 19000
BENCH_BASE = 20000
OFFSETS = {
    "portal": 0,
    "keycloak": 80,
    "traefik-api": 81,
    "registry": 90,
    "http": 88,
    "vault": 200,
    "vault-cluster": 201,
    "redis": 379,
    "postgres": 432,
    "https": 443,
    "consul": 500,
    "consul-rpc": 501,
    "consul-serf": 502,
    "nomad": 646,
    "nomad-rpc": 647,
    "nomad-serf": 648,
    "keycloak-management": 900,
}


def port(base: int, name: str) -> int:
    """Return the port of one listener; raises KeyError for a name that has none."""
    return base + OFFSETS[name]


def dynamic(base: int) -> tuple[int, int]:
    """Return the first and last port that tasks of a stack may be given, below Linux's ephemeral ports.

    A block that was moved is followed by its tasks' ports: stacks of several checkouts never meet either.
    """
    low = {UP_BASE: 26000, TEST_BASE: 28000, BENCH_BASE: 30000}.get(base, base + 1000)
    return low, low + 1999
