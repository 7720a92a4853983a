"""A volume's whole life, of each kind and on each driver: kept, measured, put back, copied, deleted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.flows.managing import manage
from tests.flows.outside import Outside
from tests.flows.volumes import pages
from tests.flows.volumes.pages import Note
from tests.waiting import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
KEEPS_S = 120.0
#: the version that mounts the volume: once a test has loaded the other, that one is the newest
FIRST: dict[str, Any] = {"version": "1.0.0", "parameters": {}}
CASES = [
    pytest.param("exec", "host", id="processes, on one machine"),
    pytest.param("exec", "csi", id="processes, of the lab's plugin"),
    pytest.param("docker", "host", id="containers, on one machine", marks=pytest.mark.engine),
    pytest.param("docker", "csi", id="containers, of the lab's plugin", marks=pytest.mark.engine),
]


def _volume(api: Api, app_id: str) -> dict[str, Any]:
    (found,) = api.get(f"apps/{app_id}/volumes/")
    kept: dict[str, Any] = found
    return kept


def _kept(api: Api, app_id: str, snapshot: str) -> dict[str, Any]:
    """Wait until a snapshot is ready."""

    def ready() -> dict[str, Any] | None:
        found: dict[str, Any] = api.get(f"apps/{app_id}/snapshots/{snapshot}/")
        assert found["state"] != "failed", found
        return found if found["state"] == "ready" else None

    found = wait_for(ready, KEEPS_S, "the snapshot is ready")
    assert found is not None
    return found


def _sent(api: Api, method: str, path: str, body: object = None) -> dict[str, Any]:
    answer = api.call(method, path, json=body)
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


def _refused(api: Api, name: str, template: str) -> None:
    """A lab without a plugin says so before anything is made."""
    refused = api.ask(name, template=template, **FIRST)
    assert refused.status_code == 400, refused.text
    assert "volume.no_csi" in refused.text


@pytest.mark.parametrize("driver", ["exec", pytest.param("docker", marks=pytest.mark.engine)])
def test_all_copies_of_an_app_have_the_plugin_s_volume(
    stack: dict[str, Any],
    api: Callable[[str], Api],
    fresh: Callable[[str], str],
    outside: Outside,
    catalogue: Path,
    driver: str,
) -> None:
    alice, template = api("alice"), pages.slug(driver, "csi")
    if not stack["drivers"]["csi_plugin"]:
        _refused(alice, fresh("note"), template)
        return
    size = {"cpu_mhz": 100, "memory_mib": 64, "storage_mib": 64}
    wishes = {**FIRST, "template": template, "resources": {**size, "count": 2}}
    app_id = alice.asked(fresh("note"), **wishes)
    Note(stack, alice, app_id).write("for both")
    app = alice.until(app_id, "running")
    missing = {"0", "1"}

    def both() -> bool:
        missing.discard(fetch(stack, app["address"], "/copy")[1])
        return not missing

    wait_for(both, 30, "both copies answer")
    assert {fetch(stack, app["address"]) for _ in range(8)} == {(200, "for both")}
    _sent(alice, "PATCH", f"apps/{app_id}/", {"resources": {**size, "memory_mib": 80, "count": 3}})
    Note(stack, alice, app_id).shows("for both")
    alice.delete(app_id)
    assert not any(outside.traces(app["slug"]).values()), outside.traces(app["slug"])


@pytest.mark.parametrize(("driver", "kind"), CASES)
def test_what_a_volume_holds_outlives_everything_but_its_owner_s_word(
    stack: dict[str, Any],
    api: Callable[[str], Api],
    fresh: Callable[[str], str],
    outside: Outside,
    catalogue: Path,
    driver: str,
    kind: str,
) -> None:
    alice, template = api("alice"), pages.slug(driver, kind)
    if kind == "csi" and not stack["drivers"]["csi_plugin"]:
        _refused(alice, fresh("note"), template)
        return
    app_id = alice.asked(fresh("note"), template=template, **FIRST)
    note = Note(stack, alice, app_id)
    note.write("before")
    slug = alice.app(app_id)["slug"]
    assert len(outside.traces(slug)["volumes"]) == 1

    _sent(alice, "POST", f"apps/{app_id}/volumes/measure/", {})
    measured = wait_for(lambda: _volume(alice, app_id)["measured_at"], KEEPS_S, "it is measured")
    assert measured
    assert (_volume(alice, app_id)["kind"], _volume(alice, app_id)["used_mib"]) == (kind, 1)

    snapshot = _sent(alice, "POST", f"apps/{app_id}/snapshots/", {"volume": "data"})["id"]
    kept = _kept(alice, app_id, snapshot)
    assert (kept["files"], kept["content_bytes"], kept["while_running"]) == (1, len("before"), True)

    note.write("after")
    assert alice.act(app_id, "restart").status_code == 202
    note.shows("after")
    _sent(alice, "POST", f"apps/{app_id}/snapshots/{snapshot}/restore/", {})
    wait_for(lambda: _kept(alice, app_id, snapshot)["proven_at"], KEEPS_S, "it is put back")
    note.shows("before")
    note.write("it may still be written")

    copy = _sent(alice, "POST", f"apps/{app_id}/snapshots/{snapshot}/restore/", {"name": fresh("copy")})
    alice.made.append(copy["app"])
    Note(stack, alice, copy["app"]).shows("before")

    pages.write(catalogue, driver, kind, version="2.0.0", mounts=False)
    manage("load_catalogue", str(catalogue), "--strict")
    size = {"cpu_mhz": 100, "memory_mib": 64, "storage_mib": 0}
    _sent(alice, "PATCH", f"apps/{app_id}/", {"version": "2.0.0", "resources": size})
    alice.until(app_id, "running", 120)
    assert not _volume(alice, app_id)["mounted"]
    assert len(outside.traces(slug)["volumes"]) == 1, "no release takes a volume"
    _sent(alice, "DELETE", f"apps/{app_id}/volumes/data/")
    wait_for(lambda: not outside.traces(slug)["volumes"], KEEPS_S, "its owner does")

    copied = alice.app(copy["app"])["slug"]
    alice.delete(app_id, copy["app"])
    for each in (slug, copied):
        assert not any(outside.traces(each).values()), outside.traces(each)
