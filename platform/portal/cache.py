"""How values are kept in Redis: as JSON, by one client in a process.

Django's own way is pickle, which runs what it reads: whoever could write to Redis, as each process with the
broker's password can, would have run anything in the others, with their rights.

And Django makes a cache for each request, each with a pool of its own, so that each request opened a
connection and made a client, with its table of commands, for each call.
"""

import json
from functools import cached_property
from typing import Any

from django.core.cache.backends import redis

_clients: dict[str, redis.RedisCacheClient] = {}


class Client(redis.RedisCacheClient):
    """Django's, with one client for all calls: redis-py's may be used by many threads."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; nothing is connected yet."""
        super().__init__(*args, **kwargs)
        self._made = super().get_client(write=True)

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:  # noqa: ARG002 - Django's signature
        """The one: there is one server."""
        return self._made


class Cache(redis.RedisCache):
    """Django's, with the process's client of its server."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        """As Django's; one server."""
        super().__init__(server, params)
        self._server, self._class = server, Client

    @cached_property
    def _cache(self) -> redis.RedisCacheClient:
        return _clients.setdefault(self._server, super()._cache)


class JsonSerializer:
    """Django's cache asks for these two; numbers stay plain, so that Redis can count."""

    def dumps(self, value: Any) -> bytes | int:
        """Raises TypeError for what JSON does not know."""
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, kept: bytes) -> Any:
        """Raises ValueError for anything but JSON."""
        return json.loads(kept)
