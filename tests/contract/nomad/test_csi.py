"""Rights over CSI volumes: each needs plugins readable besides its own (csi_endpoint.go, job_endpoint.go)."""

import pytest

from tests.contract.nomad import examples
from tests.contract.nomad.servers import GUARDED, NAMESPACE
from tests.contract.nomad.target import Json, Target

_MODE = {"AccessMode": "multi-node-multi-writer", "AttachmentMode": "file-system"}
_WANTED = {
    "ID": "nothing",
    "Name": "nothing",
    "Namespace": NAMESPACE,
    "PluginID": "nowhere",
    "RequestedCapabilities": [_MODE],
}
_CREATE = ("PUT", "/v1/volume/csi/nothing/create", {"Volumes": [_WANTED]})
_DELETE = ("DELETE", "/v1/volume/csi/nothing/delete", None)
_DETACH = ("DELETE", "/v1/volume/csi/nothing/detach?node=00000000-0000-4000-8000-000000000000", None)


@pytest.mark.parametrize("nomad", GUARDED, indirect=True)
@pytest.mark.parametrize(
    ("call", "rights", "status", "says"),
    [
        pytest.param(_CREATE, ["csi-write-volume"], 403, "Permission denied", id="create"),
        pytest.param(
            _CREATE,
            ["csi-write-volume", "plugin-read"],
            500,
            "no CSI plugin named: nowhere could be found",
            id="create with right",
        ),
        pytest.param(_DELETE, ["csi-write-volume"], 403, "Permission denied", id="delete"),
        pytest.param(
            _DELETE,
            ["csi-write-volume", "plugin-read"],
            500,
            "volume not found: nothing",
            id="delete with right",
        ),
        pytest.param(_DETACH, ["csi-mount-volume"], 403, "Permission denied", id="detach"),
        pytest.param(
            _DETACH, ["csi-write-volume", "plugin-read"], 403, "Permission denied", id="detach is mounting"
        ),
        pytest.param(
            _DETACH, ["csi-mount-volume", "plugin-read"], 500, "no such volume", id="detach with right"
        ),
    ],
)
def test_rights_over_volumes(
    nomad: Target, call: tuple[str, str, Json | None], rights: list[str], status: int, says: str
) -> None:
    method, path, body = call
    answer = nomad.call(method, path, body, token=nomad.rights(rights))
    assert (answer.status_code, answer.text) == (status, says)


@pytest.mark.parametrize("nomad", GUARDED, indirect=True)
@pytest.mark.parametrize(
    ("rights", "allowed"),
    [
        pytest.param(["register-job", "plugin-read"], False, id="registering is not mounting"),
        pytest.param(["register-job", "csi-mount-volume", "plugin-read"], True, id="with right"),
    ],
)
def test_a_job_mounts_by_right(nomad: Target, rights: list[str], allowed: bool) -> None:
    job = examples.sleeper("mounts")
    data = {"Name": "data", "Type": "csi", "Source": "nothing", **_MODE}
    job["TaskGroups"][0]["Volumes"] = {"data": data}
    try:
        answer = nomad.call("POST", "/v1/jobs", {"Job": nomad.placed(job)}, token=nomad.rights(rights))
        assert answer.status_code == (200 if allowed else 403), answer.text
    finally:
        nomad.purge(job["ID"])


@pytest.mark.parametrize("nomad", GUARDED, indirect=True)
@pytest.mark.parametrize(
    ("rights", "status", "says"),
    [
        pytest.param(["csi-write-volume"], 403, "Permission denied", id="a volume's right is no plugin's"),
        pytest.param(["csi-write-volume", "plugin-read"], 404, "plugin not found", id="with right"),
    ],
)
def test_reading_a_plugin(nomad: Target, rights: list[str], status: int, says: str) -> None:
    answer = nomad.call("GET", "/v1/plugin/csi/nowhere", token=nomad.rights(rights))
    assert (answer.status_code, answer.text) == (status, says)
