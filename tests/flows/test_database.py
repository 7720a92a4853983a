"""An app with a login of the lab's database: made for its task, renewed, gone after it."""

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import requests
import yaml

from stack.labdata import LEASE_S
from stack.names import DATABASE_MOUNT, DATABASE_ROLE
from tests.factories.catalogue import manifest
from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.flows.managing import ROOT, manage
from tests.flows.outside import Outside
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
SLUG = "labdata-page"
PROGRAM = """
import http.server, json, os
told = json.dumps(dict((k, v) for k, v in os.environ.items() if k.startswith("PG"))).encode()
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(told)
host, port = os.environ["NOMAD_ADDR_http"].rsplit(":", 1)
http.server.ThreadingHTTPServer((host, int(port)), Page).serve_forever()
"""
VARIABLES = {
    "PGUSER": "username",
    "PGPASSWORD": "password",
    "PGHOST": "host",
    "PGPORT": "port",
    "PGDATABASE": "name",
}
Apis = Callable[[str], Api]


@pytest.fixture(scope="module")
def template(stack: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Load a template whose page says what its program was told; afterwards the lab's own alone."""
    folder = tmp_path_factory.mktemp("catalogue")
    shutil.copytree(ROOT / "templates" / "catalogue", folder, dirs_exist_ok=True)
    page = manifest(
        SLUG,
        parameters={"type": "object", "additionalProperties": False, "properties": {}},
        runtimes=[
            {
                "driver": "exec",
                "runtime": "static-site",
                "command": "bin/python",
                "args": ["-I", "-S", "-c", PROGRAM],
            }
        ],
        env={name: {"from": f"database.{what}"} for name, what in VARIABLES.items()},
        database="postgresql",
        secrets=[],
        files=[],
    )
    (folder / SLUG).mkdir()
    (folder / SLUG / "template.yaml").write_text(yaml.safe_dump(page, allow_unicode=True), encoding="utf-8")
    manage("load_catalogue", str(folder), "--strict")
    yield SLUG
    manage("load_catalogue")


class Bao:
    """OpenBao by its own API, with the stack's root token."""

    def __init__(self, stack: dict[str, Any]) -> None:
        self._url, self._token = stack["vault"]["url"], stack["vault"]["token"]

    def call(self, method: str, path: str, body: object = None, token: str = "") -> requests.Response:
        """One call; as root where no token is given."""
        headers = {"X-Vault-Token": token or self._token}
        return requests.request(method, f"{self._url}/v1/{path}", json=body, headers=headers, timeout=10)

    def leases(self) -> set[str]:
        """The logins that are lent."""
        path = f"sys/leases/lookup/{DATABASE_MOUNT}/creds/{DATABASE_ROLE}"
        answer = self.call("LIST", path)
        return set(answer.json()["data"]["keys"]) if answer.ok else set()

    def expiry(self, lease: str) -> str:
        """When a lease ends, as OpenBao writes it."""
        body = {"lease_id": f"{DATABASE_MOUNT}/creds/{DATABASE_ROLE}/{lease}"}
        return str(self.call("PUT", "sys/leases/lookup", body).json()["data"]["expire_time"])


def _told(stack: dict[str, Any], address: str) -> dict[str, str]:
    status, body = fetch(stack, address)
    assert status == 200, body
    told: dict[str, str] = json.loads(body)
    return told


def _exists(stack: dict[str, Any], name: str) -> bool:
    with psycopg.connect(stack["postgres"]["url"]) as server:
        found = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    return found is not None


def _login(told: dict[str, str], **changes: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=told["PGHOST"],
        port=told["PGPORT"],
        user=told["PGUSER"],
        password=told["PGPASSWORD"],
        dbname=changes.get("name", told["PGDATABASE"]),
        connect_timeout=5,
    )


def test_a_login_lives_as_long_as_its_app(
    stack: dict[str, Any], api: Apis, fresh: Callable[[str], str], outside: Outside, template: str
) -> None:
    alice, bao = api("alice"), Bao(stack)
    before = bao.leases()
    app_id = alice.asked(fresh("data"), template=template, parameters={})
    app = alice.until(app_id, "running")
    told = _told(stack, app["address"])
    assert told.keys() == VARIABLES.keys()
    assert _exists(stack, told["PGUSER"]), "PostgreSQL knows the login"
    with _login(told) as database:
        assert database.execute("SELECT name FROM specimen").fetchall(), "it reads the lab's tables"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.execute("DELETE FROM specimen")
    with pytest.raises(psycopg.OperationalError, match="CONNECT privilege"):
        _login(told, name="paillasse")
    (lease,) = bao.leases() - before
    first = bao.expiry(lease)
    wait_for(lambda: bao.expiry(lease) > first, LEASE_S, "the lease is renewed before it ends")
    assert _told(stack, app["address"]) == told, "a renewal changes nothing for the program"
    assert alice.act(app_id, "stop").status_code == 202
    alice.until(app_id, "stopped")
    wait_for(lambda: not _exists(stack, told["PGUSER"]), 2 * LEASE_S, "the login ends with its app")
    assert not bao.leases() - before
    with pytest.raises(psycopg.OperationalError):
        _login(told)
    alice.delete(app_id)
    assert not any(outside.traces(app["slug"]).values()), "nor is a policy or a role left"


def test_a_login_that_somebody_revoked_is_replaced(
    stack: dict[str, Any], api: Apis, fresh: Callable[[str], str], template: str
) -> None:
    """So is one that cannot be renewed any more: the task is restarted with another."""
    alice, bao = api("alice"), Bao(stack)
    before = bao.leases()
    app_id = alice.asked(fresh("lost"), template=template, parameters={})
    app = alice.until(app_id, "running")
    told = _told(stack, app["address"])
    (lease,) = bao.leases() - before
    bao.call("PUT", "sys/leases/revoke", {"lease_id": f"{DATABASE_MOUNT}/creds/{DATABASE_ROLE}/{lease}"})
    wait_for(lambda: not _exists(stack, told["PGUSER"]), 10, "OpenBao drops it")

    def another() -> dict[str, str] | None:
        status, body = fetch(stack, app["address"])
        now: dict[str, str] = json.loads(body) if status == 200 else told
        return now if now["PGUSER"] != told["PGUSER"] else None

    with _login(wait_for(another, 2 * LEASE_S, "the page has another login")) as database:
        assert database.execute("SELECT name FROM specimen").fetchall()
    alice.delete(app_id)


def test_what_a_task_may_in_openbao(
    stack: dict[str, Any], api: Apis, fresh: Callable[[str], str], template: str
) -> None:
    """A token of the app's policy alone: as Nomad has it for the task."""
    alice, bao = api("alice"), Bao(stack)
    app_id = alice.asked(fresh("may"), template=template, parameters={})
    app = alice.until(app_id, "running")
    wish = {"policies": [f"paillasse-app-{app['slug']}"], "no_default_policy": True, "period": "5m"}
    token = bao.call("POST", "auth/token/create", wish).json()["auth"]["client_token"]
    login = bao.call("GET", f"{DATABASE_MOUNT}/creds/{DATABASE_ROLE}", token=token).json()
    assert bao.call("PUT", "sys/leases/renew", {"lease_id": login["lease_id"]}, token).ok
    assert bao.call("PUT", "auth/token/renew-self", {}, token).ok, "Nomad kills a task whose token is not"
    refused = [f"{DATABASE_MOUNT}/config/labdata", f"{DATABASE_MOUNT}/roles/{DATABASE_ROLE}", "sys/mounts"]
    assert {bao.call("GET", path, token=token).status_code for path in refused} == {403}
    bao.call("POST", "auth/token/revoke", {"token": token})
    assert not _exists(stack, login["data"]["username"]), "a token's end is the end of what it was lent"
    alice.delete(app_id)
