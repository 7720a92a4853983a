"""Small pure pieces: each reads something that a machine or a program says."""

import re
from pathlib import Path

import pytest

from stack.bringing import table
from stack.installing import mirror_of
from stack.keeper import CALM_S, LONGEST_PAUSE_S, Kept
from stack.keeping import keep, write
from stack.layout import Layout
from stack.parts.base import Row
from stack.parts.docker import archive, buildable
from stack.parts.keycloak import java_version, user
from stack.parts.postgres import newest
from stack.people import PEOPLE
from stack.portalenv import command, lines, read_env
from stack.testing import skips
from stack.venvs import digest
from tests.architecture.source import ROOT


@pytest.mark.parametrize(
    ("source", "found", "reason"),
    [
        (
            "deb http://mirror.example.org/debian bookworm main",
            "http://mirror.example.org/debian",
            "one-line",
        ),
        ("URIs: http://mirror.example.org/debian", "http://mirror.example.org/debian", "deb822"),
        (
            "deb [signed-by=/k.gpg] http://m.example.org/debian/ bookworm main",
            "http://m.example.org/debian/",
            "options",
        ),
        ("URIs: http://mirror.example.org/debian-security", "", "security holds no old suite's packages"),
        ("# deb http://mirror.example.org/debian bookworm main", "", "a comment"),
        ("deb http://archive.example.org/ubuntu noble main", "", "another system"),
    ],
)
def test_mirror_of(source: str, found: str, reason: str) -> None:
    assert mirror_of([source]) == found, reason


@pytest.mark.parametrize(
    ("words", "version"),
    [('openjdk version "17.0.15" 2025-04-15', 17), ('java version "21" 2023-09-19', 21), ("not found", 0)],
)
def test_java_version(words: str, version: int) -> None:
    assert java_version(words) == version


def test_newest_postgres(tmp_path: Path) -> None:
    for version in ("9.6", "14", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin/initdb").touch()
    (tmp_path / "18/bin").mkdir(parents=True)  # a client alone
    assert newest(tmp_path) == tmp_path / "17/bin"


def test_a_postgres_too_old_is_none(tmp_path: Path) -> None:
    (tmp_path / "14/bin").mkdir(parents=True)
    (tmp_path / "14/bin/initdb").touch()
    assert newest(tmp_path) is None


def test_keep_makes_once(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    first = keep(path)
    assert keep(path) == first
    assert path.stat().st_mode & 0o777 == 0o600


def test_write_replaces_whole(tmp_path: Path) -> None:
    path = write(tmp_path / "a/file", "old")
    write(path, "new", 0o644)
    assert path.read_text() == "new"
    assert [file.name for file in path.parent.iterdir()] == ["file"]


def test_env_files_come_back(tmp_path: Path) -> None:
    values = {
        "DATABASE_URL": "postgres://u:p=w@h/d?x=1",
        "LAB_NAME": "Laboratoire de démonstration",
        "EMPTY": "",
    }
    assert read_env(write(tmp_path / "env", lines(values))) == values


def test_traefik_ends_an_idle_connection_first() -> None:
    """Where web ends it, what Traefik sends on it at that moment is lost: it keeps one for 90 s."""
    unit = (ROOT / "deploy/systemd/paillasse-web.service").read_text()
    for words in (" ".join(command(Layout.of("test"), "web")), unit):
        kept = re.search(r"--timeout-keep-alive[= ](\d+)", words)
        assert kept, words
        assert int(kept[1]) > 90


def test_digest_changes_with_the_interpreter(tmp_path: Path) -> None:
    file = write(tmp_path / "requirements.txt", "a==1\n")
    assert digest([file], "python3.11") != digest([file], "python3.12")


def test_same_content_same_archive(tmp_path: Path) -> None:
    folder = tmp_path / "image"
    write(folder / "Dockerfile", "FROM scratch\n", 0o644)
    busybox = write(tmp_path / "busybox", "#!", 0o755)
    first = archive(folder, busybox)
    write(folder / "Dockerfile", "FROM scratch\n", 0o644)
    assert archive(folder, busybox) == first


@pytest.mark.parametrize(
    ("text", "built", "reason"),
    [
        ("FROM scratch\nCOPY a /a\n", True, "from nothing"),
        ("FROM docker.io/library/python:3.11\n", False, "its base would be pulled"),
        ("FROM golang AS b\nFROM scratch\n", False, "one of its bases would be pulled"),
    ],
)
def test_buildable(tmp_path: Path, text: str, built: bool, reason: str) -> None:
    write(tmp_path / "image/Dockerfile", text)
    assert bool(buildable(tmp_path)) is built, reason


def test_skips_are_seen(tmp_path: Path) -> None:
    cases = '<testcase classname="a" name="ran"/><testcase classname="a" name="left"><skipped/></testcase>'
    report = write(tmp_path / "junit.xml", f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    assert skips(report) == ["a::left"]
    assert skips(tmp_path / "none.xml") == []


def test_table_has_a_line_each() -> None:
    text = table([Row("Redis", "7.0", "real", "here"), Row("Nomad (solo)", "2", "stand-in", "there")])
    assert [line.split()[0] for line in text.splitlines()] == ["part", "Redis", "Nomad"]
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_the_keeper_slows_down_and_recovers() -> None:
    kept = Kept("web", started=100.0)
    pauses = []
    for _ in range(10):
        kept.ended(now=101.0)
        pauses.append(kept.pause_s)
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_S
    kept.ended(now=100.0 + CALM_S + 1)
    assert kept.pause_s == pauses[0] / 2


def test_demo_accounts_carry_their_groups() -> None:
    bob = user("bob", "secret")
    assert bob["groups"] == ["/lab", "/lab/paillasse-admins"]
    assert bob["credentials"] == [{"type": "password", "value": "secret", "temporary": False}]
    assert len({person.subject for person in PEOPLE.values()}) == len(PEOPLE)
