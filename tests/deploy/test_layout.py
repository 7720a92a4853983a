"""Where a stack keeps its things, and which of the caller's addresses it may use (design 8.5)."""

from pathlib import Path

import pytest

from stack.layout import Layout, is_loopback
from stack.ports import OFFSETS, TEST_BASE, UP_BASE, dynamic, port

ELSEWHERE = "https://nomad.lab.example.org:4646"


def layout(name: str, *, external: bool = False, **environment: str) -> Layout:
    return Layout(name, UP_BASE, Path("var"), environment, external)


@pytest.mark.parametrize(
    ("address", "stays", "reason"),
    [
        ("http://127.0.0.1:4646", True, "loopback"),
        ("127.0.0.1:8500", True, "Consul's form, without a scheme"),
        ("http://[::1]:8200", True, "loopback of IPv6"),
        ("http://localhost:8080", True, "by name"),
        ("https://apps.localhost", True, "a name below localhost"),
        ("unix:///var/run/docker.sock", True, "a socket is a file of this machine"),
        ("redis://:secret@127.0.0.2:6379/0", True, "all of 127/8, with a password before it"),
        (ELSEWHERE, False, "another machine"),
        ("http://127.0.0.1.example.org", False, "a name that only looks like loopback"),
        ("10.0.0.7:8500", False, "a private network is not this machine"),
        ("postgres://u:p@localhost.example.org/d", False, "localhost as a mere prefix"),
    ],
)
def test_is_loopback(address: str, stays: bool, reason: str) -> None:
    assert is_loopback(address) is stays, reason


@pytest.mark.parametrize(
    ("name", "external", "variable", "address", "used", "reason"),
    [
        ("up", False, "NOMAD_ADDR", ELSEWHERE, False, "an engineer's shell names production"),
        ("up", True, "NOMAD_ADDR", ELSEWHERE, True, "asked for"),
        ("up", False, "VAULT_ADDR", "http://127.0.0.1:8200", True, "this machine's own"),
        ("test", False, "NOMAD_ADDR", ELSEWHERE, True, "the contract suite's choice"),
        ("test", False, "VAULT_ADDR", "http://127.0.0.1:8200", False, "a test takes nothing else"),
        ("test", True, "DATABASE_URL", "postgres://127.0.0.1/lab", False, "not even when told external"),
    ],
)
def test_given(name: str, external: bool, variable: str, address: str, used: bool, reason: str) -> None:
    found = layout(name, external=external, **{variable: address}).given(variable)
    assert found == (address if used else ""), reason


def test_two_stacks_share_no_port() -> None:
    up, test = ({port(base, name) for name in OFFSETS} for base in (UP_BASE, TEST_BASE))
    assert len(up) == len(OFFSETS)
    assert not up & test


def test_tasks_of_two_stacks_share_no_port() -> None:
    (up_low, up_high), (test_low, test_high) = dynamic(UP_BASE), dynamic(TEST_BASE)
    assert up_high < test_low or test_high < up_low
    assert max(up_high, test_high) < 32768, "Linux gives ports from here on to anybody"
    assert min(up_low, test_low) > port(TEST_BASE, "keycloak-management")


def test_what_tasks_must_not_read_is_private(tmp_path: Path) -> None:
    """Exec tasks run as nobody on this machine: Keycloak's database would give them the realm's keys."""
    home = tmp_path / "var" / "up"
    (home / "redis").mkdir(parents=True, mode=0o755)
    Layout("up", UP_BASE, tmp_path / "var").make_folders()
    shown = {folder.name for folder in home.iterdir() if folder.stat().st_mode & 0o077}
    assert shown == set()
    assert {"keycloak", "files", "redis", "log", "secrets"} <= {folder.name for folder in home.iterdir()}
