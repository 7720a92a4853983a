"""The static site's own server, run as a task runs it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.catalogue.shipped import FOLDER
from tests.waiting import wait_for

SERVER = FOLDER.parents[1] / "deploy" / "runtimes" / "static-site" / "files" / "serve.py"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def get(port: int, path: str, **headers: str) -> tuple[int, str, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type", ""), answer.read()
    finally:
        connection.close()


def listening(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


class Task:
    """A task of the template: its directory, and its process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "site"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = {
            "NOMAD_TASK_DIR": str(self.folder),
            "NOMAD_PORT_http": str(self.port),
            "NOMAD_ADDR_http": f"127.0.0.1:{self.port}",
        }
        command = [sys.executable, "-I", "-S", str(SERVER)]
        self.process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
        wait_for(lambda: listening(self.port), 10, "the server listens")

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=10)


@pytest.fixture
def task(tmp_path: Path) -> Iterator[Task]:
    made = Task(tmp_path)
    made.site.mkdir()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait(timeout=10)


@pytest.fixture
def served(task: Task) -> Task:
    (task.site / "index.html").write_text("<h1>Hé</h1>", encoding="utf-8")
    (task.site / ".env").write_text("KEY=1")
    (task.site / "sub").mkdir()
    (task.site / "sub" / "page.html").write_text("sub")
    (task.site / "out").symlink_to("/etc")
    (task.folder / "secret.txt").write_text("secret")
    task.start()
    return task


def test_the_page_is_served(served: Task) -> None:
    status, kind, body = get(served.port, "/?from=mail")
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert body.decode() == "<h1>Hé</h1>"
    assert get(served.port, "/sub/page.html")[2] == b"sub"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/sub/",
        "/.env",
        "/sub/../.env",
        "/%2eenv",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/out/passwd",
        "/out",
        "//etc/passwd",
        "/a%00b",
        "/" + "a" * 5000,
    ],
)
def test_nothing_else_is(served: Task, path: str) -> None:
    status, _, body = get(served.port, path)
    assert status == 404
    assert b"secret" not in body
    assert b"root:" not in body


def test_a_new_release_is_seen_at_once(served: Task) -> None:
    page = served.site / "index.html"
    page.write_text("new")
    os.utime(page, (0, 0))
    assert get(served.port, "/", **{"If-Modified-Since": "Tue, 24 Nov 2026 00:00:00 GMT"})[0] == 200


def test_it_stops_when_told(served: Task) -> None:
    assert served.stop() == 0


def test_without_a_page_it_says_so_and_lives(task: Task) -> None:
    (task.site / "readme.txt").write_text("x")
    task.start()
    assert get(task.port, "/")[0] == 404
    assert get(task.port, "/readme.txt")[2] == b"x"
