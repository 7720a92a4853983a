"""A Nomad agent that `up` starts knows what the machine has, and gives exec tasks that and no more."""

from pathlib import Path

import pytest

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
