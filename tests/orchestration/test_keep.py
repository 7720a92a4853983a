"""What works on volumes, run as a node would: what it says, what it sends, and what it puts back."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from orchestration.render.keeper import PROGRAM

PARTS: dict[str, bytes] = {}
TOLD: dict[str, Any] = {}


class Portal(BaseHTTPRequestHandler):
    """The portal's side: keeps parts, gives them back; `refuses` and `hiccups` are codes to answer with."""

    refuses = 0
    hiccups: list[int] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        code = type(self).refuses or (type(self).hiccups.pop() if type(self).hiccups else 200)
        if code == 200 and self.path.endswith("/done"):
            TOLD.update(json.loads(body))
        elif code == 200:
            mark = self.headers["Content-Type"].partition("boundary=")[2].encode()
            PARTS[self.path] = body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--" + mark)[0]
        self.answer(code)

    def do_GET(self) -> None:
        self.answer(200 if self.path in PARTS else 404, PARTS.get(self.path, b""))

    def answer(self, code: int, body: bytes = b"") -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing."""


@pytest.fixture
def portal() -> Iterator[str]:
    PARTS.clear()
    TOLD.clear()
    Portal.refuses, Portal.hiccups = 0, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/files/snapshots/key"
    server.shutdown()
    server.server_close()


def run(work: str, folder: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    """As the job runs it: the whole program as one argument."""
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", PROGRAM, work, folder.name, *more],
        env={"NOMAD_TASK_DIR": str(folder.parent)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "volume"
    (made / "deep" / "er").mkdir(parents=True)
    (made / "deep" / "note.txt").write_text("a day's work")
    (made / "deep" / "er" / "big").write_bytes(os.urandom(9 * 1024 * 1024))  # more than one part
    (made / "script").write_text("#!/bin/sh")
    (made / "script").chmod(0o750)
    (made / "link").symlink_to("deep/note.txt")
    os.link(made / "script", made / "same")
    (made / "shut").mkdir()
    (made / "shut" / "in").write_text("x")
    (made / "shut").chmod(0o500)
    os.mkfifo(made / "pipe")
    return made


def test_it_measures_what_the_disk_holds(folder: Path) -> None:
    code, found, _ = run("measure", folder)
    assert code == 0
    assert found["files"] == 7, "links, pipes and both names of one file; no folders"
    assert 9 * 2**20 < found["used_bytes"] < 10 * 2**20, "one file of two names is counted once"


def test_what_a_broken_restore_left_is_measured_too(tmp_path: Path) -> None:
    """A volume that holds what was there before is not empty."""
    (tmp_path / ".paillasse-before").mkdir()
    (tmp_path / ".paillasse-before" / "note").write_text("a term's work")
    assert run("measure", tmp_path)[1]["files"] == 1


def test_a_snapshot_comes_back_as_it_was(folder: Path, portal: str, tmp_path: Path) -> None:
    code, said, error = run("snapshot", folder, portal)
    assert code == 0, error
    content = b"".join(PARTS[path] for path in sorted(PARTS))
    assert said == TOLD
    assert (said["sha256"], said["size_bytes"]) == (sha256(content).hexdigest(), len(content))
    assert said["parts"] == len(PARTS) == 2
    target = tmp_path / "target"
    target.mkdir()
    (target / "other").write_text("written since")
    code, found, error = run("restore", target, portal, said["sha256"], str(said["parts"]))
    assert code == 0, error
    assert (target / "deep" / "note.txt").read_text() == "a day's work"
    assert (target / "deep" / "er" / "big").read_bytes() == (folder / "deep" / "er" / "big").read_bytes()
    assert stat.S_IMODE((target / "script").stat().st_mode) == 0o750
    assert stat.S_IMODE((target / "shut").stat().st_mode) == 0o500
    assert (target / "shut" / "in").read_text() == "x"
    assert str((target / "link").readlink()) == "deep/note.txt"
    assert (target / "same").stat().st_ino == (target / "script").stat().st_ino
    assert not (target / "other").exists(), "what was written since is gone"
    assert sorted(path.name for path in target.iterdir()) == ["deep", "link", "same", "script", "shut"]
    assert found["files"] == 6, "the pipe stayed behind"


def test_another_content_changes_nothing(folder: Path, portal: str, tmp_path: Path) -> None:
    """A bit that changed where the snapshot is kept: the volume stays as it is."""
    _, said, _ = run("snapshot", folder, portal)
    target = tmp_path / "target"
    target.mkdir()
    (target / "other").write_text("written since")
    code, _, error = run("restore", target, portal, "0" * 64, str(said["parts"]))
    assert code == 1
    assert error.startswith("not_the_same ")
    assert [path.name for path in target.iterdir() if not path.name.startswith(".")] == ["other"]
    PARTS[min(PARTS)] = b"no archive"
    code, _, error = run("restore", target, portal, said["sha256"], str(said["parts"]))
    assert code == 1
    assert error.startswith("failed ")
    assert (target / "other").read_text() == "written since"


def test_a_refusal_ends_it_and_a_hiccup_does_not(folder: Path, portal: str) -> None:
    Portal.hiccups = [503]
    assert run("snapshot", folder, portal)[0] == 0
    Portal.refuses = 413
    code, _, error = run("snapshot", folder, portal)
    assert (code, error.strip()) == (1, "refused HTTP 413")


def test_an_empty_volume_is_a_snapshot_too(tmp_path: Path, portal: str) -> None:
    empty = tmp_path / "volume"
    empty.mkdir()
    code, said, _ = run("snapshot", empty, portal)
    assert (code, said["content_bytes"], said["files"]) == (0, 0, 0)
    (empty / "later").write_text("x")
    assert run("restore", empty, portal, said["sha256"], "1")[0] == 0
    assert list(empty.iterdir()) == []
