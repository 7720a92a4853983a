"""A server that takes the connection and never answers holds no worker."""

import importlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import urllib3

from drivers import sessions
from drivers.addresses import client as prober
from drivers.wiring import Opened, Settings, open_all
from kernel.errors import Unavailable

SLUG = "genomics-wiki--7f3k2q"
UUID = "00000000-0000-4000-8000-000000000000"
JOB = {"ID": SLUG, "TaskGroups": [{"Name": "a", "Tasks": []}]}

CALLS: dict[str, Callable[[Opened], object]] = {
    "nomad read": lambda o: o.jobs.status(SLUG),
    "nomad write": lambda o: o.jobs.register(JOB, expected_index=0),
    "nomad raw": lambda o: o.jobs.volume_exists("a"),
    "nomad log": lambda o: o.jobs.log_tail(UUID, "app", "stdout"),
    "nomad follow": lambda o: next(o.jobs.log_follow(UUID, "app", "stdout")),
    "nomad events": lambda o: next(o.jobs.events()),
    "vault read": lambda o: o.secrets.secret_state("apps/a"),
    "vault write": lambda o: o.secrets.write_policy("paillasse-app-a", "x"),
    "consul read": lambda o: o.services.instances(SLUG),
    "traefik read": lambda o: o.routes.router("a"),
    "keycloak read": lambda o: o.accounts and o.accounts.account(UUID),
}


@pytest.fixture
def hung() -> Iterator[str]:
    """host:port of a socket whose connections the kernel accepts and nobody reads."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def opened_on_hung(hung: str, settings_here: Settings, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """The drivers, with their own waits shortened."""
    for part in ("nomad", "vault", "traefik", "keycloak"):
        monkeypatch.setattr(importlib.import_module(f"drivers.{part}.client"), "TIMEOUT", (0.2, 0.2))
    monkeypatch.setattr("drivers.consul.client.READ_S", 0.2)
    monkeypatch.setattr("drivers.nomad.streams.HEARTBEAT_S", 0.2)
    monkeypatch.setattr("drivers.nomad.streams.LOG_SILENCE_S", 0.2)
    monkeypatch.setattr(prober, "TIMEOUT", urllib3.Timeout(connect=0.2, read=0.2))
    there = f"http://{hung}"
    return open_all(
        replace(
            settings_here,
            nomad_address=there,
            consul_address=there,
            vault_address=there,
            traefik_address=there,
            keycloak_address=there,
            apps_connect_to=hung,
        )
    )


@pytest.mark.timeout(10)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_hung_server_is_unavailable(call: Callable[[Opened], object], opened_on_hung: Opened) -> None:
    with pytest.raises(Unavailable):
        call(opened_on_hung)


@pytest.mark.timeout(10)
def test_a_hung_address_is_an_answer(opened_on_hung: Opened) -> None:
    answer = opened_on_hung.addresses.ask("a.example.org")
    assert (answer.status, answer.error) == (None, "timeout")


def test_the_waits_are_short() -> None:
    assert sessions.TIMEOUT == (2.0, 8.0)
    assert (prober.TIMEOUT.connect_timeout, prober.TIMEOUT.read_timeout) == (2.0, 5.0)
