"""The life of a note in a volume, for each driver and kind; and that of an app of several copies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

from tests.flows.client import Api
from tests.flows.fetching import fetch
from tests.flows.outside import Outside
from tests.flows.volumes import pages
from tests.flows.volumes.pages import Note
from tests.waiting import wait_for

KEEPS_S = 180.0
#: the version that mounts the volume; 2.0.0 is the newest, and does not
FIRST: dict[str, Any] = {"version": "1.0.0", "parameters": {}}
SIZE = {"cpu_mhz": 100, "memory_mib": 64, "storage_mib": 64}


@dataclass(frozen=True)
class World:
    """A stack, a person of it, and what is seen past the portal."""

    stack: dict[str, Any]
    api: Api
    outside: Outside

    def sent(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """A call that is taken and done later."""
        answer = self.api.call(method, path, json=body)
        assert answer.status_code == 202, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def volume(self, app_id: str) -> dict[str, Any]:
        """The one of the app."""
        (found,) = self.api.get(f"apps/{app_id}/volumes/")
        kept: dict[str, Any] = found
        return kept

    def ready(self, app_id: str, snapshot: str) -> dict[str, Any]:
        """Wait until a snapshot is."""

        def look() -> dict[str, Any] | None:
            found: dict[str, Any] = self.api.get(f"apps/{app_id}/snapshots/{snapshot}/")
            assert found["state"] != "failed", found
            return found if found["state"] == "ready" else None

        return wait_for(look, KEEPS_S, "the snapshot is ready")

    def left(self, slug: str) -> dict[str, set[str]]:
        """What of an app still stands outside."""
        return {part: names for part, names in self.outside.traces(slug).items() if names}

    def without_a_plugin(self, template: str) -> bool:
        """Whether the lab has none: it says so before anything is made."""
        if self.stack["drivers"]["csi_plugin"]:
            return False
        refused = self.api.ask(_fresh("note"), template=template, **FIRST)
        assert refused.status_code == 400, refused.text
        assert "volume.no_csi" in refused.text
        return True


def _fresh(stem: str) -> str:
    return f"{stem}-{uuid4().hex[:6]}"


def whole(driver: str, kind: str, world: World) -> None:
    """Kept, measured, put back, copied, no longer mounted, deleted."""
    api, template = world.api, pages.slug(driver, kind)
    if kind == "csi" and world.without_a_plugin(template):
        return
    app_id = api.asked(_fresh("note"), template=template, **FIRST)
    note = Note(world.stack, api, app_id)
    note.write("before")
    slug = api.app(app_id)["slug"]
    assert len(world.outside.traces(slug)["volumes"]) == 1
    snapshot = _kept(world, app_id, kind)
    note.write("after")
    assert api.act(app_id, "restart").status_code == 202
    note.shows("after")
    back = f"apps/{app_id}/snapshots/{snapshot}/restore/"
    world.sent("POST", back, {})
    wait_for(lambda: world.ready(app_id, snapshot)["proven_at"], KEEPS_S, "it is put back")
    copy: str = world.sent("POST", back, {"name": _fresh("copy")})["app"]
    api.made.append(copy)
    note.shows("before")
    note.write("it may still be written")
    _without_the_mount(world, app_id, slug)
    Note(world.stack, api, copy).shows("before")
    copied = api.app(copy)["slug"]
    api.delete(app_id, copy)
    for each in (slug, copied):
        assert not world.left(each)


def _kept(world: World, app_id: str, kind: str) -> str:
    """Measure it and take a snapshot while it is mounted, and return the snapshot's id."""
    world.sent("POST", f"apps/{app_id}/volumes/measure/", {})
    snapshot: str = world.sent("POST", f"apps/{app_id}/snapshots/", {"volume": "data"})["id"]
    kept = world.ready(app_id, snapshot)
    assert (kept["files"], kept["content_bytes"], kept["while_running"]) == (1, len("before"), True)
    wait_for(lambda: world.volume(app_id)["measured_at"], KEEPS_S, "it is measured")
    assert (world.volume(app_id)["kind"], world.volume(app_id)["used_mib"]) == (kind, 1)
    return snapshot


def _without_the_mount(world: World, app_id: str, slug: str) -> None:
    """No release takes a volume; its owner does."""
    size = {**SIZE, "storage_mib": 0}
    world.sent("PATCH", f"apps/{app_id}/", {"version": "2.0.0", "resources": size})
    world.api.until(app_id, "running", KEEPS_S)
    assert not world.volume(app_id)["mounted"]
    assert len(world.outside.traces(slug)["volumes"]) == 1
    world.sent("DELETE", f"apps/{app_id}/volumes/data/")
    wait_for(lambda: not world.outside.traces(slug)["volumes"], KEEPS_S, "its owner's word deletes it")


def copies(driver: str, world: World) -> None:
    """All copies of an app have the plugin's volume, and those of its next release."""
    api, template = world.api, pages.slug(driver, "csi")
    if world.without_a_plugin(template):
        return
    app_id = api.asked(_fresh("note"), **FIRST, template=template, resources={**SIZE, "count": 2})
    Note(world.stack, api, app_id).write("for both")
    app = api.until(app_id, "running", KEEPS_S)
    missing = {"0", "1"}

    def both() -> bool:
        missing.discard(fetch(world.stack, app["address"], "/copy")[1])
        return not missing

    wait_for(both, KEEPS_S, "both copies answer")
    assert {fetch(world.stack, app["address"]) for _ in range(8)} == {(200, "for both")}
    larger = {**SIZE, "memory_mib": 80, "count": 3}
    world.sent("PATCH", f"apps/{app_id}/", {"resources": larger})
    Note(world.stack, api, app_id).shows("for both")
    api.delete(app_id)
    assert not world.left(app["slug"])


LIVES: Mapping[str, Callable[[World], None]] = {
    **{
        f"{driver} {kind}": partial(whole, driver, kind)
        for driver in ("exec", "docker")
        for kind in ("host", "csi")
    },
    **{f"{driver} copies": partial(copies, driver) for driver in ("exec", "docker")},
}
