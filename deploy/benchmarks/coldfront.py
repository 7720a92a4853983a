"""ColdFront beside us: its list of allocations, with as many rows as we have requests.

It has an environment and a database of its own on the same PostgreSQL, and is served by gunicorn, as its own
documentation does, in one process of four threads.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

from benchmarks.bench import Bench, free_port, until
from stack.layout import run
from stack.parts.base import listens

HERE = Path(__file__).parent
NAME = "coldfront"


@dataclass(frozen=True)
class Served:
    """The running ColdFront, and what its seed told."""

    address: str  #: of the list
    cookie: str
    queries: int
    rows: int
    process: psutil.Process


@contextmanager
def coldfront(bench: Bench) -> Iterator[Served]:
    """Install, seed and serve it for as long as the block lasts. Raises StackError."""
    bin_folder = _installed(bench)
    environment = {
        **os.environ,
        "DB_URL": _database(bench),
        "SECRET_KEY": secrets.token_hex(32),
        "DEBUG": "False",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "coldfront.config.settings",
    }
    home = bench.stack.layout.home / NAME
    home.mkdir(exist_ok=True)
    command = str(bin_folder / "coldfront")
    run(command, "initial_setup", "--force_overwrite", env=environment, cwd=home)
    seed = (HERE / "coldfront.script").read_text()
    told = json.loads(run(command, "shell", "-c", seed, env=environment, cwd=home).splitlines()[-1])
    port = free_port()
    arguments = ["--workers=1", "--threads=4", f"--bind=127.0.0.1:{port}", "--log-level=error"]
    with subprocess.Popen(
        [bin_folder / "gunicorn", *arguments, "coldfront.config.wsgi"], env=environment, cwd=home
    ) as server:
        try:
            until(lambda: listens(port) and bool(psutil.Process(server.pid).children()), "ColdFront listens")
            (process,) = psutil.Process(server.pid).children()
            address = f"http://127.0.0.1:{port}{told['path']}"
            yield Served(address, told["cookie"], told["queries"], told["rows"], process)
        finally:
            server.terminate()


def _installed(bench: Bench) -> Path:
    folder = bench.stack.layout.parts / NAME
    if not (folder / "bin/gunicorn").exists():
        run(sys.executable, "-m", "venv", str(folder))
        run(str(folder / "bin/pip"), "install", "--quiet", "-r", str(HERE / "requirements-coldfront.txt"))
    return folder / "bin"


def _database(bench: Bench) -> str:
    """An empty database of its own, by the portal's role; returns its address as django-environ reads it."""
    ours = bench.stack.facts["database_url"]
    with psycopg.connect(ours, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
        connection.execute(f"CREATE DATABASE {NAME}")
    return urlunsplit(urlsplit(ours)._replace(scheme="psql", path=f"/{NAME}"))
