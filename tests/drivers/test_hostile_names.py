"""No driver lets a hostile name reach the wire: threats T1 and T2."""

from collections.abc import Callable
from typing import NoReturn

import pytest
import urllib3

from drivers.wiring import Settings, open_all, open_drivers
from kernel.errors import OutsideRefused
from orchestration.ports import Drivers
from tests.contract.ports.hostile import CALLS, NAMES


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """URLs that would have been sent: requests and the prober both end in urllib3's urlopen."""
    urls: list[str] = []

    def urlopen(_: object, method: str, url: str, *__: object, **___: object) -> NoReturn:
        urls.append(f"{method} {url}")
        raise urllib3.exceptions.ProtocolError("the wire was reached")

    monkeypatch.setattr(urllib3.HTTPConnectionPool, "urlopen", urlopen)
    return urls


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_refused_before_the_wire(
    call: Callable[[Drivers, str], object], settings_here: Settings, sent: list[str]
) -> None:
    drivers = open_drivers(settings_here)
    for name in NAMES:
        with pytest.raises(OutsideRefused):
            call(drivers, name)
    assert sent == []


def test_hostile_subjects_never_reach_keycloak(settings_here: Settings, sent: list[str]) -> None:
    accounts = open_all(settings_here).accounts
    assert accounts is not None
    for name in NAMES:
        with pytest.raises(OutsideRefused):
            accounts.account(name)
    assert sent == []


def test_raw_calls_check_each_segment(settings_here: Settings, sent: list[str]) -> None:
    jobs = open_all(settings_here).jobs
    for name in NAMES:
        with pytest.raises(OutsideRefused):
            jobs.raw("GET", "node", name)
    assert sent == []


def test_the_wire_is_watched(settings_here: Settings, sent: list[str]) -> None:
    open_drivers(settings_here).addresses.ask("a.example.org")
    assert sent == ["GET /", "GET /"]
