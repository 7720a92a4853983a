"""Vault's driver: least rights, tokens that age, absence only in the API's own words."""

from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from responses import matchers

from drivers.vault import VaultSecrets, tokens
from drivers.wiring import Opened
from kernel.errors import Misconfigured, OutsideConflict, OutsideError, OutsideRefused, Unavailable
from tests.drivers.sent import options

URL = "http://vault.test:8200/v1"
DATA, METADATA = f"{URL}/paillasse/data/apps/a", f"{URL}/paillasse/metadata/apps/a"
LOGIN, RENEW = f"{URL}/auth/approle/login", f"{URL}/auth/token/renew-self"

ERRORS: list[tuple[int, Any, type[OutsideError], str]] = [
    (403, {"errors": ["permission denied"]}, Misconfigured, "the token"),
    (
        404,
        {"errors": ['no handler for route "paillasse/". route entry not found.']},
        Misconfigured,
        "a mount",
    ),
    (404, "404 page not found", Misconfigured, "a proxy's words are no proof of absence"),
    (400, {"errors": ["check-and-set parameter did not match the current version"]}, OutsideConflict, "cas"),
    (400, {"errors": ["invalid role"]}, OutsideRefused, "content"),
    (429, {"errors": []}, Unavailable, "later"),
    (500, {"errors": ["internal error"]}, Unavailable, "later"),
    (503, {"errors": ["Vault is sealed"]}, Unavailable, "later"),
    (307, "", Misconfigured, "a redirect would carry the token away"),
]


def metadata(version: int, **more: Any) -> dict[str, Any]:
    newest = {"deletion_time": "", "destroyed": False, **more}
    return {
        "data": {
            "current_version": version,
            "updated_time": "2026-01-01T00:00:00Z",
            "custom_metadata": {"owner": "paillasse", "key.a": "-"},
            "versions": {str(version): newest},
        }
    }


@pytest.mark.parametrize(("status", "body", "kind", "reason"), ERRORS)
def test_each_answer_is_named_by_what_to_do(
    opened: Opened,
    wire: responses.RequestsMock,
    status: int,
    body: Any,
    kind: type[OutsideError],
    reason: str,
) -> None:
    if isinstance(body, str):
        wire.get(METADATA, status=status, body=body, content_type="text/plain")
    else:
        wire.get(METADATA, status=status, json=body)
    with pytest.raises(OutsideError) as caught:
        opened.secrets.secret_state("apps/a")
    assert type(caught.value) is kind, reason


def test_absence_is_said_by_the_api(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(METADATA, status=404, json={"errors": []})
    assert opened.secrets.secret_state("apps/a") is None


def test_writing_reads_no_value(opened: Opened, wire: responses.RequestsMock) -> None:
    body = {"data": {"b": "two"}, "options": {"cas": 4}}
    merge = matchers.header_matcher({"Content-Type": "application/merge-patch+json"})
    marks = {"custom_metadata": {"owner": "paillasse", "key.b": "2026-01-01T00:00:00Z alice"}}
    wire.get(METADATA, json=metadata(4))
    wire.patch(DATA, json={"data": {"version": 5}}, match=[merge, matchers.json_params_matcher(body)])
    wire.patch(METADATA, status=204, match=[merge, matchers.json_params_matcher(marks)])
    told = {"owner": "paillasse", "by": "alice", "at": "2026-01-01T00:00:00Z"}
    assert opened.secrets.write_secret("apps/a", {"b": "two"}, cas=4, metadata=told) == 5
    assert [call.request.method for call in wire.calls] == ["GET", "PATCH", "PATCH"]


def test_the_first_write_creates(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(METADATA, status=404, json={"errors": []})
    body = {"data": {"a": "one"}, "options": {"cas": 0}}
    wire.post(DATA, json={"data": {"version": 1}}, match=[matchers.json_params_matcher(body)])
    wire.patch(METADATA, status=204)
    assert opened.secrets.write_secret("apps/a", {"a": "one"}, cas=0, metadata={}) == 1


@pytest.mark.parametrize("gone", [{"deletion_time": "2026-01-01T00:00:00Z"}, {"destroyed": True}])
def test_a_deleted_version_has_no_keys_and_is_written_over(
    opened: Opened, wire: responses.RequestsMock, gone: dict[str, Any]
) -> None:
    marks = {"custom_metadata": {"key.a": None, "key.b": "-"}}
    wire.get(METADATA, json=metadata(4, **gone))
    wire.post(DATA, json={"data": {"version": 5}})
    wire.patch(METADATA, status=204, match=[matchers.json_params_matcher(marks)])
    state = opened.secrets.secret_state("apps/a")
    assert state is not None
    assert (state.version, state.keys) == (4, ())
    assert opened.secrets.write_secret("apps/a", {"b": "x"}, cas=4, metadata={}) == 5


def test_a_token_refused_and_not_changed_is_not_tried_again(
    opened: Opened, wire: responses.RequestsMock
) -> None:
    wire.get(METADATA, status=403, json={"errors": ["permission denied"]})
    with pytest.raises(Misconfigured):
        opened.secrets.secret_state("apps/a")
    assert [call.request.headers["X-Vault-Token"] for call in wire.calls] == ["vault-token"]


def test_no_token_is_taken_from_elsewhere(
    wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "of-somebody-else")
    wire.get(METADATA, json=metadata(1))
    VaultSecrets("http://vault.test:8200", kv_mount="paillasse", jwt_mount="jwt").secret_state("apps/a")
    assert "X-Vault-Token" not in wire.calls[0].request.headers
    assert options(wire.calls[0])["timeout"] == (2.0, 8.0)
    assert options(wire.calls[0])["verify"] is True


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def approle(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> VaultSecrets:
    """A driver that logs in by AppRole, under a clock of the test's own."""
    (tmp_path / "role").write_text("role-1")
    (tmp_path / "secret").write_text("secret-1")
    files = (str(tmp_path / "role"), str(tmp_path / "secret"))
    secrets = VaultSecrets(
        "http://vault.test:8200",
        kv_mount="paillasse",
        jwt_mount="jwt",
        role_id_file=files[0],
        secret_id_file=files[1],
    )
    monkeypatch.setattr(secrets, "_tokens", tokens.AppRoleTokens(*files, clock=clock))
    return secrets


def lease(token: str, *, seconds: int = 60, renewable: bool = True) -> dict[str, Any]:
    return {"auth": {"client_token": token, "lease_duration": seconds, "renewable": renewable}}


def used(wire: responses.RequestsMock) -> list[str]:
    """Tokens of the reads, in order."""
    return [c.request.headers.get("X-Vault-Token", "") for c in wire.calls if c.request.url == METADATA]


def test_one_login_serves_until_the_lease_is_short(
    approle: VaultSecrets, wire: responses.RequestsMock, clock: Clock
) -> None:
    wire.post(
        LOGIN,
        json=lease("one"),
        match=[matchers.json_params_matcher({"role_id": "role-1", "secret_id": "secret-1"})],
    )
    wire.post(RENEW, json=lease("one"))
    wire.get(METADATA, json=metadata(1))
    for clock.now in (0.0, 39.0, 41.0, 80.0):
        approle.secret_state("apps/a")
    assert used(wire) == ["one"] * 4
    assert [c.request.url for c in wire.calls].count(LOGIN) == 1
    assert [c.request.url for c in wire.calls].count(RENEW) == 1


ENDS: list[tuple[float, dict[str, Any] | None, str]] = [
    (61.0, None, "the lease is over"),
    (50.0, {"status": 403, "json": {"errors": ["permission denied"]}}, "renewing is refused"),
    (50.0, {"json": lease("one", seconds=5)}, "the token nears its maximal age"),
]


@pytest.mark.parametrize(("at", "renewal", "reason"), ENDS)
def test_a_token_that_ends_is_replaced(
    approle: VaultSecrets,
    wire: responses.RequestsMock,
    clock: Clock,
    at: float,
    renewal: dict[str, Any] | None,
    reason: str,
) -> None:
    wire.post(LOGIN, json=lease("one"))
    wire.post(LOGIN, json=lease("two"))
    if renewal:
        wire.post(RENEW, **renewal)
    wire.get(METADATA, json=metadata(1))
    approle.secret_state("apps/a")
    clock.now = at
    approle.secret_state("apps/a")
    assert used(wire) == ["one", "two"], reason


def test_a_revoked_token_is_replaced_once(approle: VaultSecrets, wire: responses.RequestsMock) -> None:
    wire.post(LOGIN, json=lease("one"))
    wire.post(LOGIN, json=lease("two"))
    wire.get(METADATA, status=403, json={"errors": ["permission denied"]})
    wire.get(METADATA, json=metadata(1))
    assert approle.secret_state("apps/a") is not None
    assert used(wire) == ["one", "two"]


def test_a_right_that_lacks_is_asked_for_twice_and_not_for_ever(
    approle: VaultSecrets, wire: responses.RequestsMock
) -> None:
    wire.post(LOGIN, json=lease("one"))
    wire.get(METADATA, status=403, json={"errors": ["permission denied"]})
    with pytest.raises(Misconfigured):
        approle.secret_state("apps/a")
    assert len(used(wire)) == 2


def test_a_lost_answer_to_a_write_is_not_repeated(opened: Opened, wire: responses.RequestsMock) -> None:
    wire.get(METADATA, json=metadata(4))
    wire.patch(DATA, body=requests.ReadTimeout("slow"))
    with pytest.raises(Unavailable):
        opened.secrets.write_secret("apps/a", {"b": "x"}, cas=4, metadata={})
    assert [call.request.method for call in wire.calls] == ["GET", "PATCH"]
