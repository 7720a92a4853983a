"""The notebook's work survives whatever happens to its program, and ends with the app."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.flows.outside import Outside
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
Apis = Callable[[str], Api]
Names = Callable[[str], str]
NOTE = json.dumps({"type": "file", "format": "text", "content": "a day's work"})


def test_work_survives_restart_stop_and_a_new_release(
    stack: dict[str, Any], api: Apis, fresh: Names, outside: Outside
) -> None:
    alice = api("alice")
    app_id = alice.asked(fresh("book"), template="notebook", parameters={})
    app = alice.until(app_id, "running")
    key = {"Authorization": f"token {alice.reveal(app_id)['token']}"}
    assert fetch(stack, app["address"], "/api/contents")[0] == 403, "nobody without the token"
    assert fetch(stack, app["address"], "/lab", headers=key)[0] == 200
    status, body = fetch(
        stack, app["address"], "/api/contents/note.txt", method="PUT", headers=key, body=NOTE
    )
    assert status == 201, body
    assert len(outside.traces(app["slug"])["volumes"]) == 1

    def kept(after: str) -> None:
        answer = wait_for(
            lambda: (
                (found := fetch(stack, app["address"], "/api/contents/note.txt", headers=key))[0] == 200
                and found
            ),
            20,
            f"the notebook answers after {after}",
        )
        assert json.loads(answer[1])["content"] == "a day's work", after

    assert alice.act(app_id, "restart").status_code == 202
    alice.until(app_id, "running")
    kept("a restart")
    assert alice.act(app_id, "stop").status_code == 202
    alice.until(app_id, "stopped")
    assert alice.act(app_id, "start").status_code == 202
    alice.until(app_id, "running")
    kept("a stop")
    grown = alice.call(
        "PATCH", f"apps/{app_id}/", json={"resources": {"cpu_mhz": 600, "memory_mib": 800, "count": 1}}
    )
    assert grown.status_code == 202, grown.text
    assert alice.until(app_id, "running")["release"] == 2
    kept("a new release")
    alice.delete(app_id)
    assert not any(outside.traces(app["slug"]).values()), outside.traces(app["slug"])
