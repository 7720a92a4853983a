"""Answers are as a Nomad 2.0.5 was recorded: status, error text, and what the portal reads."""

import json
import operator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract.nomad.pins import PINS, Pin
from tests.contract.nomad.scenes import SCENES, Scene
from tests.contract.nomad.servers import GUARDED
from tests.contract.nomad.shapes import differences
from tests.contract.nomad.target import Json, Target

FOLDER = Path(__file__).resolve().parents[1] / "recordings"
# Without a health check there is no judgement for a while; ACL-less recordings name no token.
NULL = frozenset({"[].DeploymentStatus.Healthy"})
NAMED = operator.attrgetter("recording")
#: Scenes in which somebody without a right asks.
STRANGERS = frozenset({"nobody", "unknown", "malformed"})


def _recording(pin: Pin) -> Json:
    found: Json = json.loads((FOLDER / f"{pin.recording}.json").read_text())
    return found


def _own_place(body: Any) -> Any:
    """The recorded body, its job in this server's own region."""
    if isinstance(body, dict) and isinstance(body.get("Job"), dict) and body["Job"].get("Region") == "fr":
        return {**body, "Job": {k: v for k, v in body["Job"].items() if k != "Region"}}
    return body


def _ask(target: Target, pin: Pin, scene: Scene, recorded: Json) -> requests.Response:
    body: Any = scene.body if scene.body is not None and pin.method != "GET" else None
    if body is None and pin.method != "GET":
        body = _own_place(recorded["request"]["body"])
    elif pin.recording.startswith("028"):
        body = {**body, "EnforceIndex": True}
    elif pin.recording.startswith("052"):
        body = {**body, "Job": {**body["Job"], "Meta": {"owner": "contract", "rev": "2"}}}
    elif pin.recording.startswith("060"):
        body = {**recorded["request"]["body"], "Task": "main"}
    if pin.method == "DELETE":
        body = None
    where = {"namespace": ""} if scene.bare else {}
    return target.call(pin.method, pin.path.format(**scene.names), body, token=scene.token, **where)


@pytest.mark.parametrize("pin", [pin for pin in PINS if pin.scene not in STRANGERS], ids=NAMED)
def test_as_recorded(nomad: Target, kept: Json, pin: Pin) -> None:
    _compare(nomad, kept, pin)


@pytest.mark.parametrize("nomad", GUARDED, indirect=True)
@pytest.mark.parametrize("pin", [pin for pin in PINS if pin.scene in STRANGERS], ids=NAMED)
def test_strangers_are_refused_as_recorded(nomad: Target, kept: Json, pin: Pin) -> None:
    _compare(nomad, kept, pin)


def _compare(nomad: Target, kept: Json, pin: Pin) -> None:
    recorded = _recording(pin)
    with SCENES[pin.scene](nomad, kept) as scene:
        answer = _ask(nomad, pin, scene, recorded)
    assert answer.status_code == recorded["status"], answer.text
    if pin.text:
        assert answer.text == recorded["body"]
    if pin.reads:
        wrong = differences(recorded["body"], answer.json(), pin.reads, pin.may_be_null | NULL)
        assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("pin", PINS, ids=NAMED)
def test_a_pin_pins_something(pin: Pin) -> None:
    recorded = _recording(pin)
    assert recorded["request"]["method"] == pin.method
    empty = recorded["body"] in ("", None)
    assert pin.text or pin.reads or empty, "it would pass whatever is answered"
