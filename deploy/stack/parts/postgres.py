"""PostgreSQL: the portal's truth. Own data directory and port; never the system's cluster."""

import os
import pwd
import shutil
import signal
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import psycopg

from stack import labdata
from stack.keeping import keep, write
from stack.layout import StackError, program, run
from stack.parts.base import Part, Row

LOWEST = 15
DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = 128MB
fsync = {fsync}
synchronous_commit = {fsync}
full_page_writes = {fsync}
log_min_duration_statement = 1000
"""


def newest(folder: Path = DEBIAN) -> Path | None:
    """Return the programs' folder of the newest version that Debian's packages gave, 15 or later."""
    versions = (path for path in folder.glob("[0-9]*") if path.name.isdigit())  # 9.6 is too old anyway
    found = {int(path.name): path / "bin" for path in versions if (path / "bin/initdb").exists()}
    return found[max(found)] if found and max(found) >= LOWEST else None


class Postgres(Part):
    """PostgreSQL 15 or later."""

    name = "postgres"
    variable = "DATABASE_URL"
    ports = ("postgres",)
    deadline_s: ClassVar[float] = 30.0

    def packages(self) -> list[str]:
        """Debian's metapackage: 15 on bookworm, 16 on Ubuntu 24.04."""
        return [] if self.given or self._programs() else ["postgresql"]

    def start(self) -> None:
        """Make the cluster once, then start it; as the `postgres` user where we are root."""
        data = self.layout.open / "postgres"
        user = "postgres" if os.geteuid() == 0 else None
        if not (data / "PG_VERSION").exists():
            self._make(data, user)
        fsync = "off" if self.layout.name == "test" else "on"  # a test's data is worth nothing after it
        write(data / "paillasse.conf", SETTINGS.format(port=self.layout.port("postgres"), fsync=fsync), 0o644)
        if not self.stack.processes.get(self.name):
            self.stack.processes.start(
                self.name,
                [str(self._bin() / "postgres"), "-D", str(data)],
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                cwd=data,
                user=user,
                stop_signal=signal.SIGINT,  # its fast shutdown
            )

    def ready(self) -> bool:
        """Whether it takes connections."""
        try:
            with psycopg.connect(self._admin_url() if not self.given else self.given, connect_timeout=3):
                return True
        except psycopg.OperationalError:
            return False

    def settle(self) -> None:
        """Make the portal's role and database."""
        if self.given:
            self.stack.facts["database_url"] = self.given
            return
        secret = keep(self.layout.secrets / "postgres-paillasse")
        with psycopg.connect(self._admin_url(), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'paillasse'").fetchone():
                # CREATEDB: the tests make databases of their own.
                connection.execute(f"CREATE ROLE paillasse LOGIN CREATEDB PASSWORD '{secret}'")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'paillasse'").fetchone():
                connection.execute("CREATE DATABASE paillasse OWNER paillasse")
        labdata.make(self._admin_url(), keep(self.layout.secrets / "postgres-openbao"))
        self.stack.facts["labdata_port"] = str(self.layout.port("postgres"))
        self.stack.facts["database_url"] = (
            f"postgres://paillasse:{secret}@127.0.0.1:{self.layout.port('postgres')}/paillasse"
        )

    def row(self) -> Row:
        """Say the server's own version."""
        with psycopg.connect(self.stack.fact("database_url")) as connection:
            version = str(connection.info.server_version // 10000)
            minor = connection.info.server_version % 10000
        address = urlsplit(self.stack.fact("database_url"))
        return Row("PostgreSQL", f"{version}.{minor}", self.kind, f"{address.hostname}:{address.port}")

    def _make(self, data: Path, user: str | None) -> None:
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        words = write(self.layout.open / ".initdb", keep(self.layout.secrets / "postgres-admin"))
        command = [str(self._bin() / "initdb"), "-D", str(data), "-U", "postgres", f"--pwfile={words}"]
        command += ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        if user:
            account = pwd.getpwnam(user)
            for path in (data, words):
                os.chown(path, account.pw_uid, account.pw_gid)
            command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
        try:
            run(*command, cwd=data)
        finally:
            words.unlink()
        with (data / "postgresql.conf").open("a") as settings:
            settings.write("include 'paillasse.conf'\n")

    def _admin_url(self) -> str:
        secret = keep(self.layout.secrets / "postgres-admin")
        return f"postgres://postgres:{secret}@127.0.0.1:{self.layout.port('postgres')}/postgres"

    @staticmethod
    def _programs() -> Path | None:
        on_path = program("initdb")
        return newest() or (Path(on_path).resolve().parent if on_path else None)

    def _bin(self) -> Path:
        found = self._programs()
        if not found:
            raise StackError(f"no PostgreSQL {LOWEST} or later found")
        return found
