"""A secret that is drawn anew reaches the program that runs, in the way that its template says."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.engine, pytest.mark.timeout(420)]
#: consul-template, and so a real Nomad, reads a KV secret again after about five minutes
NOTICED_S = 330.0


def test_the_running_program_sees_the_new_value(
    stack: dict[str, Any], api: Callable[[str], Api], templates: None, roomy: str
) -> None:
    dana = api("dana")
    name = f"rotates-{uuid4().hex[:5]}"
    app_id = dana.asked(name, project=roomy, template="mishap-secret", parameters={"how": "show"})
    app = dana.until(app_id, "running", 120)
    first = dana.reveal(app_id)["password"]
    assert fetch(stack, app["address"], "/cgi-bin/page")[1].strip() == first
    rotated = dana.call("POST", f"apps/{app_id}/secrets/rotate/", json={})
    assert rotated.status_code == 202, rotated.text
    second = dana.reveal(app_id)["password"]
    assert second != first
    wait_for(
        lambda: fetch(stack, app["address"], "/cgi-bin/page")[1].strip() == second,
        NOTICED_S,
        "Nomad restarts the task with the new value",
    )
    (kept,) = dana.get(f"apps/{app_id}/secrets/")
    assert kept["set_by"]
    newest = dana.get(f"apps/{app_id}/releases/")["results"][0]
    assert (newest["number"], newest["secrets"]) == (2, ["password"])
    assert second not in str(newest)
    dana.until(app_id, "running", 120)
