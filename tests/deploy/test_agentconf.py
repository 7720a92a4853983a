"""A Nomad agent that `up` starts knows what the machine has, and gives exec tasks that and no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from stack.layout import CHECKOUT
from stack.parts import agentconf
from stack.rendering import render

PYTHON = Path("/usr/bin/python3")


@pytest.fixture
def runtimes(tmp_path: Path) -> Path:
    for name in ("static-site", "jupyterlab"):
        (tmp_path / name / "bin").mkdir(parents=True)
    (tmp_path / "unfinished").mkdir()
    (tmp_path / ".lock").touch()
    return tmp_path


def test_the_node_names_what_it_has(runtimes: Path) -> None:
    assert agentconf.runtime_names(runtimes) == "jupyterlab,static-site"


def test_a_task_sees_its_python_and_runtimes(runtimes: Path) -> None:
    seen = agentconf.chroot(runtimes, PYTHON)
    interpreter = PYTHON.resolve()
    library = f"/usr/lib/{interpreter.name}"
    assert {str(PYTHON), str(interpreter), library, "/bin", str(runtimes)} <= seen.keys()
    assert all(path == inside for path, inside in seen.items())


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/usr", "linked file by file for each allocation, it would cost seconds"),
        ("/etc", "holds keys and settings that are nobody's business"),
        ("/etc/shadow", "holds the machine's passwords"),
        ("/root", "is root's"),
        ("/var", "holds the stack's own secrets"),
    ],
)
def test_a_task_does_not_see(runtimes: Path, path: str, reason: str) -> None:
    assert path not in agentconf.chroot(runtimes, PYTHON), reason


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("docker", "allow_privileged = false", "no app is the machine's root"),
        ("docker", "enabled = false", "no app mounts a folder of the machine"),
        ("docker", "image = false", "an image that was built here cannot be pulled again"),
        ("raw_exec", "enabled = false", "raw processes are for the tests' agent alone"),
    ],
)
def test_the_agents_drivers(runtimes: Path, name: str, line: str, reason: str) -> None:
    numbers = dict.fromkeys(["http_port", "rpc_port", "serf_port", "port_low", "port_high"], 1)
    words = ["folder", "consul_address", "consul_token", "vault_addr", "jwt_mount", "docker_endpoint"]
    values = {
        **numbers,
        **dict.fromkeys(words, "x"),
        "runtime_names": agentconf.runtime_names(runtimes),
        "chroot": agentconf.block({"/bin": "/bin"}),
        "raw_exec": "false",
    }
    agent = render("nomad/agent.hcl", values)
    assert 'paillasse_runtimes = "jupyterlab,static-site"' in agent
    assert line in agent.partition(f'plugin "{name}"')[2].partition("\nplugin")[0], reason


@pytest.mark.parametrize(
    ("consul", "vault", "stands", "reason"),
    [
        ("http://127.0.0.1:8500", "http://127.0.0.1:8200", True, "both are the stack's"),
        ("http://127.0.0.1:19500", "http://127.0.0.1:8200", False, "its services go elsewhere"),
        ("http://127.0.0.1:8500", "http://127.0.0.1:19200", False, "its tasks get no secret of ours"),
    ],
)
def test_whose_consul_and_vault_a_given_nomad_uses(
    consul: str, vault: str, stands: bool, reason: str
) -> None:
    recorded = json.loads((CHECKOUT / "tests/contract/recordings/001-agent-self.json").read_text())
    config = next(found for found in _dicts(recorded) if "Consuls" in found)
    assert agentconf.stands_on(config, consul=consul, vault=vault) is stands, reason
    assert not agentconf.stands_on({}, consul=consul, vault=vault), "it has none"


def _dicts(found: object) -> list[dict[str, Any]]:
    if not isinstance(found, dict):
        return []
    return [found, *(each for inner in found.values() for each in _dicts(inner))]
