"""Files that a task is given: fetched, checked by their digest, unpacked."""

import hashlib
import http.server
import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.contract.nomad import examples
from tests.contract.nomad.target import Json, Target
from tests.waiting import wait_for

PAGE = b"<h1>bonjour</h1>\n"


def _zip(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, PAGE)
    return made.getvalue()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web server with a page and two archives."""
    folder = tmp_path_factory.mktemp("shop")
    contents = {"page": PAGE, "site": _zip("index.html", "deep/er.txt"), "evil": _zip("../../outside.txt")}
    for name, content in contents.items():
        (folder / name).write_bytes(content)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _job(url: str, digest: str, *, unpack: bool) -> Json:
    """A job that prints what it was given."""
    job = examples.shell(
        "cd $NOMAD_TASK_DIR && find given -type f -exec cat {} + && echo end; exec sleep 3600", "file"
    )
    job["TaskGroups"][0]["Tasks"][0]["Artifacts"] = [
        {
            "GetterSource": url,
            "GetterOptions": {"checksum": f"sha256:{digest}", "archive": "zip" if unpack else "false"},
            "GetterMode": "any" if unpack else "file",
            "RelativeDest": "local/given" if unpack else "local/given/page.html",
        }
    ]
    return job


@pytest.mark.parametrize(
    ("name", "unpack", "said"),
    [
        pytest.param("page", False, PAGE.decode() + "end\n", id="a file as it is"),
        pytest.param("site", True, PAGE.decode() * 2 + "end\n", id="an archive"),
    ],
)
def test_a_file_arrives(nomad: Target, shop: str, name: str, unpack: bool, said: str) -> None:
    job = _job(f"{shop}/{name}", _digest(shop, name), unpack=unpack)
    with nomad.running(job):
        alloc = nomad.wait_alloc(job["ID"], "running")
        wait_for(lambda: nomad.logs(alloc["ID"]).endswith("end\n"), 10, "it has read its file")
        assert nomad.logs(alloc["ID"]) == said


def _digest(shop: str, name: str) -> str:
    """Of what is really served: an archive's bytes hold the time it was made."""
    served = requests.get(f"{shop}/{name}", timeout=10)
    return hashlib.sha256(served.content).hexdigest()


@pytest.mark.parametrize(
    ("name", "digest", "unpack", "reason"),
    [
        pytest.param("page", "0" * 64, False, "Checksums did not match", id="another digest"),
        pytest.param("missing", "0" * 64, False, "bad response code: 404", id="not there"),
        pytest.param("evil", "", True, "", id="an archive that climbs out"),
    ],
)
def test_a_file_is_refused(
    nomad: Target, shop: str, name: str, digest: str, unpack: bool, reason: str
) -> None:
    job = _job(f"{shop}/{name}", digest or _digest(shop, name), unpack=unpack)
    with nomad.running(job):
        alloc = nomad.wait_alloc(job["ID"], "failed")
        events = alloc["TaskStates"]["main"]["Events"]
        failure = next(e for e in events if e["Type"] == "Failed Artifact Download")
        assert failure["DownloadError"] == failure["DisplayMessage"]
        assert "failed to download artifact" in failure["DisplayMessage"]
        assert reason.lower() in failure["DisplayMessage"].lower()
    assert not Path("/tmp/outside.txt").exists()  # noqa: S108 - where it would land
