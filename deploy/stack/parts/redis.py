"""Redis: Celery's broker and the cache. Append-only, and nothing evicted: messages are no cache."""

import os
from typing import ClassVar
from urllib.parse import urlsplit

import redis

from stack.keeping import keep, write
from stack.layout import StackError, program
from stack.parts.base import Part, Row

LOWEST = 7
SETTINGS = """
bind 127.0.0.1
port {port}
dir {folder}
requirepass {secret}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


class Redis(Part):
    """Redis 7 or later."""

    name = "redis"
    variable = "REDIS_URL"
    ports = ("redis",)
    deadline_s: ClassVar[float] = 20.0

    def packages(self) -> list[str]:
        """Debian's server."""
        return [] if self.given or program("redis-server") else ["redis-server"]

    def start(self) -> None:
        """Start it in its own directory."""
        folder = self.layout.home / "redis"
        folder.mkdir(exist_ok=True)
        settings = SETTINGS.format(port=self.layout.port("redis"), folder=folder, secret=self._secret())
        conf = write(folder / "redis.conf", settings)
        if not self.stack.processes.get(self.name):
            command = [program("redis-server"), str(conf)]
            self.stack.processes.start(self.name, command, env={"PATH": os.environ["PATH"]}, cwd=folder)

    def ready(self) -> bool:
        """Whether it answers a ping with our password."""
        try:
            with redis.Redis.from_url(self._url()) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def settle(self) -> None:
        """Tell the portal where it is; refuse a server too old."""
        if int(self._version().split(".")[0]) < LOWEST:
            raise StackError(f"Redis {self._version()}: {LOWEST} or later is needed")
        self.stack.facts["redis_url"] = self._url()

    def row(self) -> Row:
        """Say the server's own version."""
        address = urlsplit(self._url())
        return Row("Redis", self._version(), self.kind, f"{address.hostname}:{address.port}")

    def _version(self) -> str:
        with redis.Redis.from_url(self._url()) as client:
            return str(client.info("server")["redis_version"])

    def _secret(self) -> str:
        return keep(self.layout.secrets / "redis")

    def _url(self) -> str:
        return self.given or f"redis://:{self._secret()}@127.0.0.1:{self.layout.port('redis')}/0"
