"""The cache in Redis: one client in a process, whichever thread or request asks, and JSON in it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from pytest_django import Settings

from portal.cache import Cache, JsonSerializer

SERVER = "redis://127.0.0.1:1/0"


def test_every_thread_has_the_same_client(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "portal.cache.Cache", "LOCATION": SERVER}}

    def client(_turn: int) -> object:
        cache = caches["default"]
        assert isinstance(cache, Cache)
        return cache._cache.get_client(write=True)

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(client, range(4)))
    assert found == {client(0)}, "a client has its pool of connections"


def test_another_server_has_another_client() -> None:
    one, other = (Cache(server, {})._cache.get_client(write=True) for server in (SERVER, f"{SERVER}1"))
    assert one is not other


@pytest.mark.parametrize("value", [0, 7, "word", {"a": [1, None]}])
def test_values_come_back_as_they_were(value: object) -> None:
    kept = JsonSerializer().dumps(value)
    assert JsonSerializer().loads(kept if isinstance(kept, bytes) else str(kept).encode()) == value
