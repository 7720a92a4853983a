"""solo's parts that need nothing running: templates, environments, versions, durations, output files."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from solo import logs
from solo.clock import duration, parse_duration
from solo.constraints import version_fits
from solo.errors import Unplaceable
from solo.paths import AllocPaths, inside, run_as
from solo.store import Store
from solo.template import parse_env, render

SECRETS: dict[str, dict[str, Any]] = {"kv/data/app": {"data": {"name": 'a"b<', "list": [1, 2]}}}
OPEN, CLOSE = '{{ with secret "kv/data/app" }}', "{{ end }}"


@pytest.mark.parametrize(
    ("source", "text", "reason"),
    [
        ("plain", "plain", "text without actions stays"),
        (f"{OPEN}{{{{ .Data.data.name }}}}{CLOSE}", 'a"b<', "a value as it is"),
        (f"{OPEN}N={{{{ .Data.data.name | toJSON }}}}{CLOSE}", 'N="a\\"b<"', "a value quoted"),
        (f"{OPEN}{{{{ .Data.data.list | toJSON }}}}{CLOSE}", "[1,2]", "no spaces, as Go writes it"),
        (f"{OPEN}{{{{ .Data.data.none }}}}{CLOSE}", "<no value>", "as consul-template says"),
        (f'{OPEN}{{{{ index .Data.data "name" }}}}{CLOSE}', 'a"b<', "by index"),
        ('{{ env "WHO" }}', "me", "a variable"),
        ('{{ "{{" }}', "{{", "braces by a string"),
        ("a  {{- /* note */ -}}  b", "ab", "trimmed around a comment"),
    ],
)
def test_templates(source: str, text: str, reason: str) -> None:
    assert render(source, SECRETS.__getitem__, {"WHO": "me"}) == text, reason


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('{{ key "x" }}', "reads of Consul are not for the portal's templates"),
        ("{{ range . }}{{ end }}", "loops neither"),
        (f"{OPEN}x", "never closed"),
        ("{{ end }}", "never opened"),
        ("{{ .Data.data.name | shout }}", "an unknown filter"),
    ],
)
def test_templates_that_are_refused(source: str, reason: str) -> None:
    with pytest.raises(Unplaceable, match="Template failed"):
        render(source, SECRETS.__getitem__, {})


def test_environment_files() -> None:
    text = 'A=1\n# B=2\nexport C="x \\"y\\" #z"\n\nD=\'it is\'\nE=plain # note\nF=a=b\n'
    assert parse_env(text) == {"A": "1", "C": 'x "y" #z', "D": "it is", "E": "plain", "F": "a=b"}


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("1.8.7", ">= 1.8.0", True),
        ("1.7.9", ">= 1.8.0", False),
        ("2.0.5", ">= 1.7.0-a", True),
        ("1.7.0-beta", ">= 1.7.0", False),
        ("1.10.0", ">= 1.9, < 2", True),
        ("nonsense", ">= 1.0", False),
    ],
)
def test_versions(version: str, wanted: str, fits: bool) -> None:
    assert version_fits(version, wanted) is fits


@pytest.mark.parametrize(
    ("ns", "text"),
    [(0, "0s"), (250_000_000, "250ms"), (1_000_000_000, "1s"), (1_026_383_269, "1.026383269s"),
     (300_000_000_000, "5m0s"), (3_600_000_000_000, "1h0m0s")],
)  # fmt: skip
def test_durations(ns: int, text: str) -> None:
    assert duration(ns) == text
    assert parse_duration(text) == pytest.approx(ns / 1e9)


@pytest.mark.parametrize("path", ["../x", "local/../../x", "local/link/x"])
def test_paths_stay_inside(tmp_path: Path, path: str) -> None:
    task = tmp_path / "task"
    (task / "local").mkdir(parents=True)
    (task / "local" / "link").symlink_to("/tmp")  # noqa: S108 - any place outside
    with pytest.raises(Unplaceable):
        inside(task, path)


def _read(folder: Path, offset: int, origin: str) -> str:
    async def whole() -> bytes:
        pieces: AsyncIterator[tuple[str, int, bytes]] = logs.read(
            folder, "main", "stdout", offset, origin, follow=False
        )
        return b"".join([data async for _, _, data in pieces])

    return anyio.run(whole).decode()


def test_output_that_grows_too_big_is_set_aside(tmp_path: Path) -> None:
    current = tmp_path / "main.stdout.0"
    with current.open("ab") as task:  # the task keeps it open
        for letter in "abcd":
            task.write(letter.encode() * 10)
            task.flush()
            logs.rotate(tmp_path, "main", "stdout", max_bytes=10, max_files=3)
        task.write(b"end")
        task.flush()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["main.stdout.0", "main.stdout.3", "main.stdout.4"]
    assert _read(tmp_path, 0, "start") == "c" * 10 + "d" * 10 + "end"
    assert _read(tmp_path, 5, "end") == "ddend"
    assert _read(tmp_path, 12, "start") == "d" * 8 + "end"


def test_tasks_reach_neither_their_output_nor_the_state(tmp_path: Path) -> None:
    """A task that could put a link in place of its output would have solo read or write any file for it."""
    paths = AllocPaths(tmp_path / "alloc")
    paths.build_shared(run_as("nobody"))
    mine = (paths.shared, paths.build_task("app", run_as("nobody")))
    assert not any(paths.logs.is_relative_to(folder) for folder in mine)
    assert paths.logs.stat().st_mode & 0o077 == 0
    Store(tmp_path / "state.db").close()
    assert [path.name for path in tmp_path.glob("state.db*") if path.stat().st_mode & 0o077] == []
