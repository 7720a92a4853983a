"""Whose rights are tried, the words, and the command."""

import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.doctor import processes, words
from portal.doctor.findings import Report
from portal.management.commands import doctor
from tests.architecture.source import ROOT


def test_rights_of_each_process_s_file(tmp_path: Path) -> None:
    (tmp_path / "web.env").write_text("PROCESS=web\nNOMAD_TOKEN_FILE='/run/web'\n# NOMAD_TOKEN_FILE=/no\n")
    (tmp_path / "worker.env").write_text("NOMAD_TOKEN_FILE=/run/w\nVAULT_ROLE_ID_FILE=/run/role\n")
    (tmp_path / "beat.env").write_text("PROCESS=beat\n")
    web, worker = processes.of_folder(tmp_path)
    assert (web.name, web.wiring.nomad_token_file, web.has_vault) == ("web", "/run/web", False)
    assert (worker.name, worker.wiring.nomad_token_file, worker.has_vault) == ("worker", "/run/w", True)


def test_every_finding_has_its_words() -> None:
    """What needs no mending is told as well everywhere; all else says how to mend it."""
    files = (ROOT / "platform" / "portal" / "doctor").glob("*.py")
    lines = [line for file in files if file.name != "words.py" for line in file.read_text().splitlines()]
    literals = {code for line in lines for code in re.findall(r'"([a-z]+\.[a-z_0-9]+)"', line)}
    assert literals | {"part.misconfigured", "part.unavailable"} >= set(words.SAYS)
    assert set(words.MEND) <= set(words.SAYS)
    for code in set(words.SAYS) - set(words.MEND):
        told_of = [line for line in lines if f'"{code}"' in line]
        assert all("report.ok(" in line for line in told_of), code


def told(report: Report, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[str, int]:
    """What the command writes, and how it ends."""
    monkeypatch.setattr(doctor, "examine", lambda _processes: report)
    out = io.StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), int(str(ended.code))
    return out.getvalue(), 0


def test_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report()
    report.ok("Redis", "part.version", version="7.0")
    report.warn("Nomad", "right.beyond", "web", right="purge")
    text, code = told(report, monkeypatch, "--lang", "en")
    assert code == 0
    assert "Nomad (web)" in text.splitlines()[0], "what matters most comes first"
    assert "→ Give the process “web” only its own policies" in text
    report.error("Apps", "apps.no_name", host="x.apps.lab")
    text, code = told(report, monkeypatch, "--json", "--lang", "en")
    assert code == 1
    findings = json.loads(text)["findings"]
    assert findings[-1]["code"] == "apps.no_name"
    assert findings[-1]["mend"].startswith("Add a wildcard")
    assert findings[0]["mend"] == ""


def test_no_process_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="process-env"):
        call_command("doctor", "--process-env", str(tmp_path))
