"""Templates whose page is a note in a volume, for each driver and kind of volume."""

from pathlib import Path
from typing import Any

import yaml

from stack.names import KEEPER_IMAGE
from tests.factories.catalogue import manifest
from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.waiting import wait_for

#: GET shows the note, empty where no volume is, and PUT writes it; /copy says which copy answers
PROGRAM = """
import http.server, os, pathlib
note = pathlib.Path(os.environ["NOMAD_TASK_DIR"], "data", "note")
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/copy":
            self.answer(os.environ["NOMAD_ALLOC_INDEX"].encode())
        else:
            self.answer(note.read_bytes() if note.exists() else b"")
    def do_PUT(self):
        note.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        note.chmod(0o600)
        self.answer(b"")
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
host, port = (os.environ.get("BIND") or os.environ["NOMAD_ADDR_http"]).rsplit(":", 1)
http.server.ThreadingHTTPServer((host, int(port)), Page).serve_forever()
"""
_RUNTIMES: dict[str, dict[str, Any]] = {
    "exec": {"runtime": "static-site", "command": "bin/python", "args": ["-I", "-S", "-c", PROGRAM]},
    "docker": {
        "image": KEEPER_IMAGE,
        "user": "1000:1000",
        "command": "python3",
        "args": ["-I", "-S", "-c", PROGRAM],
        "env": {"BIND": {"value": "0.0.0.0:8080"}},
    },
}
_STORAGE_MIB = 64


def slug(driver: str, kind: str) -> str:
    """A template's name."""
    return f"jotter-{driver}-{kind}"


def write(folder: Path, driver: str, kind: str, *, version: str = "1.0.0", mounts: bool = True) -> None:
    """Put a version of the template into a catalogue."""
    storage = _STORAGE_MIB if mounts else 0
    name = slug(driver, kind)
    page = manifest(
        name,
        version=version,
        parameters={"type": "object", "additionalProperties": False, "properties": {}},
        runtimes=[{"driver": driver, **_RUNTIMES[driver]}],
        volumes=[{"name": "data", "destination": "data", "kind": kind}] if mounts else [],
        resources={
            "default": "S",
            "sizes": {"S": {"cpu_mhz": 100, "memory_mib": 64, "storage_mib": storage}},
            "bounds": {
                "cpu_mhz": {"min": 20, "max": 8000},
                "memory_mib": {"min": 32, "max": 8192},
                "storage_mib": {"min": storage, "max": 2 * storage},
                "count": {"min": 1, "max": 3 if kind == "csi" else 1},
            },
        },
        env={},
        secrets=[],
        files=[],
    )
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "template.yaml").write_text(yaml.safe_dump(page, allow_unicode=True), encoding="utf-8")


class Note:
    """An app of these templates, as its member has it open."""

    def __init__(self, stack: dict[str, Any], api: Api, app_id: str) -> None:
        self._stack, self._api, self._id = stack, api, app_id

    def write(self, text: str) -> None:
        """Write the note."""
        address = self._api.until(self._id, "running", 120)["address"]

        def taken() -> bool:
            return fetch(self._stack, address, method="PUT", body=text)[0] == 200

        wait_for(taken, 30, f"the page takes {text!r}")

    def shows(self, text: str) -> None:
        """Wait until the page shows this note."""
        address = self._api.until(self._id, "running", 120)["address"]
        wait_for(lambda: fetch(self._stack, address) == (200, text), 30, f"the page shows {text!r}")
