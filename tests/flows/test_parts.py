"""A part that is down delays an app, and says so; the portal goes on answering."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.flows.halting import halted
from tests.flows.reasons.told import Told, until_told
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]
Apis = Callable[[str], Api]
Names = Callable[[str], str]
TABLE = b"element,mass\nhydrogen,1.008\n"


def explorer(person: Api) -> dict[str, Any]:
    """Wishes of an app that needs every part, its secrets too."""
    return {
        "template": "data-explorer",
        "parameters": {"title": "Elements"},
        "uploads": {"data": person.upload("elements.csv", TABLE)},
    }


@pytest.mark.parametrize(
    ("process", "part", "name"),
    [
        pytest.param("nomad", "nomad", "Nomad", id="nomad"),
        pytest.param("consul", "consul", "Consul", id="consul"),
        pytest.param("openbao", "vault", "OpenBao", id="openbao"),
        pytest.param("traefik", "traefik", "Traefik", id="traefik"),
    ],
)
def test_it_waits_says_for_what_and_goes_on(
    stack: dict[str, Any], api: Apis, fresh: Names, process: str, part: str, name: str
) -> None:
    alice = api("alice")
    wishes = explorer(alice)
    with halted(stack, process):
        app_id = alice.asked(fresh("waits"), **wishes)
        seen = wait_for(
            lambda: (app := alice.app(app_id))["observed"]["waiting_for"] and app["observed"],
            60,
            f"the app says that it waits for {process}",
        )
        assert seen["waiting_for"] == part
        assert seen["state"] not in {"failed", "running"}
        told = Told(
            f"{part}.unavailable",
            f"{name} does not answer. It goes on by itself as soon as it does.",
            f"{name} ne répond pas. La suite vient d’elle-même dès son retour.",
            "nobody",
        )
        until_told(alice, app_id, told)
        for path in ("me/", "apps/", "templates/", "requests/"):
            assert alice.call("GET", path).status_code == 200, f"{path} answers without {process}"
    app = alice.until(app_id, "running")
    assert app["observed"]["waiting_for"] is None
    assert fetch(stack, app["address"], "/-/login")[0] == 200
    alice.delete(app_id)


def test_apps_are_made_while_nobody_can_sign_in(stack: dict[str, Any], api: Apis, fresh: Names) -> None:
    alice = api("alice")
    with halted(stack, "keycloak"):
        app_id = alice.asked(fresh("nologin"))
        alice.until(app_id, "running")
    alice.delete(app_id)
