"""A missing program is said in a sentence."""

import socket
from pathlib import Path

import pytest

from stack.layout import Layout, StackError, run
from stack.parts.base import Stack, listens
from stack.processes import Processes
from stack.waiting import wait_until


def test_a_failing_command_says_its_last_words() -> None:
    with pytest.raises(StackError, match=r"failed \(3\).*\n.*no luck"):
        run("sh", "-c", "echo no luck >&2; exit 3")


def test_waiting_ends_with_the_process() -> None:
    with pytest.raises(StackError, match="bread: the process ended"):
        wait_until(lambda: False, why="bread", deadline_s=10, alive=lambda: False)


def test_waiting_ends_at_the_deadline() -> None:
    with pytest.raises(StackError, match="bread: not within 0 s"):
        wait_until(lambda: False, why="bread", deadline_s=0)


def test_what_no_part_told_is_said(tmp_path: Path) -> None:

    stack = Stack(Layout("test", 1, tmp_path), Processes(tmp_path, tmp_path))
    with pytest.raises(StackError, match="nomad_addr"):
        stack.fact("nomad_addr")


def test_a_listening_stranger_is_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        assert listens(stranger.getsockname()[1])
    assert not listens(stranger_port := free_port()), f"nobody listens on {stranger_port}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
