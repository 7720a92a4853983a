"""What a task was lent: read once, renewed in time, read anew when it cannot be, and over with its token."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
import time_machine

from solo.leases import Leases
from solo.vault import Vault

PATH = "database/creds/reader"
ANSWER: dict[str, Any] = {
    "lease_id": f"{PATH}/x1",
    "lease_duration": 60,
    "data": {"username": "v-1", "password": "p-1"},
}


@dataclass
class Lender:
    """Renews for as many seconds as the test says, by lease; None: away, 0: refused."""

    lasts: dict[str, int | None] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def renew(self, token: str, lease_id: str = "") -> int | None:
        assert token == "t-1"
        self.asked.append(lease_id)
        return self.lasts.get(lease_id, 60)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A time that the test moves."""
    with time_machine.travel("2026-01-01T12:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def leases(tmp_path: Path, clock: time_machine.Traveller) -> Leases:
    """Those of a task that has read its login just now."""
    made = Leases(tmp_path)
    made.log_in("t-1", 1800)
    made.keep(PATH, ANSWER)
    return made


def renew(leases: Leases, lender: Lender) -> bool:
    return leases.renew(cast("Vault", lender))


def test_a_login_is_not_made_twice(leases: Leases, tmp_path: Path) -> None:
    assert leases.data(PATH) == ANSWER["data"]
    assert Leases(tmp_path).data(PATH) == ANSWER["data"], "nor by a solo that was started anew"
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_what_is_not_lent_is_read_each_time(leases: Leases) -> None:
    leases.keep("kv/data/app", {"lease_id": "", "lease_duration": 0, "data": {}})
    assert leases.data("kv/data/app") is None


def test_each_is_renewed_when_due_and_not_before(leases: Leases, clock: time_machine.Traveller) -> None:
    lender = Lender({"": 1800})
    clock.shift(30)
    assert renew(leases, lender)
    assert lender.asked == []
    clock.shift(7)
    assert renew(leases, lender)
    assert renew(leases, lender)
    assert lender.asked == [ANSWER["lease_id"]], "once"
    clock.shift(1100)
    assert renew(leases, lender)
    assert lender.asked[1:] == ["", ANSWER["lease_id"]], "the token before what hangs on it"


@pytest.mark.parametrize(
    ("lasts", "kept", "reason"),
    [
        (60, True, "renewed in full"),
        (None, True, "OpenBao is away: it goes on with what it has"),
        (0, False, "revoked by somebody, or over while OpenBao was away"),
        (20, False, "near its maximum: another one is read while this one still works"),
    ],
)
def test_what_cannot_be_renewed_is_read_anew(
    leases: Leases, clock: time_machine.Traveller, lasts: int | None, kept: bool, reason: str
) -> None:
    clock.shift(50)
    assert renew(leases, Lender({ANSWER["lease_id"]: lasts}))
    assert (leases.data(PATH) is not None) is kept, reason


def test_a_token_that_is_over_takes_all_with_it(leases: Leases, clock: time_machine.Traveller) -> None:
    clock.shift(1700)
    assert not renew(leases, Lender({"": 0}))
    leases.log_in("t-2", 1800)
    assert leases.data(PATH) is None


def test_a_token_of_an_earlier_solo_is_renewed_at_once(tmp_path: Path, clock: time_machine.Traveller) -> None:
    (tmp_path / "vault_token").write_text("t-1")
    lender = Lender()
    assert renew(Leases(tmp_path), lender)
    assert lender.asked == [""]
