"""The doctor on a sound stack finds nothing to mend; with one token gone it says whose."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import stack as stack_file

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.stack


def home() -> Path:
    """The stack's folder."""
    return stack_file.FILE.parent


def doctor(folder: Path) -> tuple[int, list[dict[str, Any]]]:
    """Run it with the rights of each process."""
    environment = {
        **os.environ,
        "PAILLASSE_ENV_FILE": str(home() / "portal.env"),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
    }
    for name in ("SECRET_KEY", "DATABASE_URL"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json", "--lang", "en", "--process-env", str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith("{"), done.stderr
    return done.returncode, json.loads(done.stdout)["findings"]


def test_a_sound_stack(stack: dict[str, Any]) -> None:
    code, findings = doctor(home() / "processes")
    assert [each for each in findings if each["level"] == "error"] == []
    assert code == 0
    parts = {each["part"] for each in findings}
    assert parts >= {
        "PostgreSQL",
        "Redis",
        "Nomad",
        "OpenBao",
        "Consul",
        "Traefik",
        "Keycloak",
        "Apps",
        "Files",
    }
    rights = {(each["part"], each["process"]) for each in findings if each["code"] == "right.as_meant"}
    assert rights >= {("Nomad", name) for name in ("web", "worker", "watcher", "purge")}
    assert rights >= {("OpenBao", name) for name in ("web", "worker", "purge")}
    if stack["drivers"]["csi_plugin"]:
        assert rights >= {("Storage", name) for name in ("worker", "purge")}
        assert "csi.well" in {each["code"] for each in findings}


def test_a_right_that_is_missing_is_named(stack: dict[str, Any], tmp_path: Path) -> None:
    processes = tmp_path / "processes"
    shutil.copytree(home() / "processes", processes)
    worker, web = processes / "worker.env", processes / "web.env"
    worker.write_text(worker.read_text().replace("nomad-worker", "nomad-web"))
    web.write_text(web.read_text().replace("vault-web", "vault-worker"))
    code, findings = doctor(processes)
    wrong = {(each["part"], each["process"], each["code"]) for each in findings if each["level"] != "ok"}
    assert code == 1
    assert ("Nomad", "worker", "right.lacking") in wrong
    assert ("OpenBao", "web", "right.lacking") in wrong
    assert ("OpenBao", "web", "right.beyond") in wrong
