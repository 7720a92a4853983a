"""The lab's CSI plugin, from the environment of whoever brings a stack up to the portal's own."""

from pathlib import Path

import pytest

from stack.layout import Layout
from stack.names import CSI_PLUGIN
from stack.parts.nomad import plugin
from stack.portalenv import portal_environment
from stack.ports import TEST_BASE

LABS = {"CSI_PLUGIN_ID": "nfs", "CSI_PARAMETERS": "server=nfs.lab,share=/apps"}
TOLD = {"csi_plugin": "nfs", "csi_parameters": "server=nfs.lab,share=/apps"}


@pytest.mark.parametrize(
    ("kind", "environment", "facts", "reason"),
    [
        ("real", LABS, TOLD, "the lab's own"),
        ("real", {"CSI_PLUGIN_ID": "nfs"}, {"csi_plugin": "nfs"}, "which need not be told anything"),
        ("real", {}, {}, "a Nomad of one's own has none"),
        ("stand-in", {}, {"csi_plugin": CSI_PLUGIN}, "solo has its own directories"),
        ("stand-in", LABS, {"csi_plugin": CSI_PLUGIN}, "and knows no other plugin"),
    ],
)
def test_the_plugin_is_handed_on(
    kind: str, environment: dict[str, str], facts: dict[str, str], reason: str
) -> None:
    assert plugin(kind, environment) == facts, reason


def test_the_portal_is_told(tmp_path: Path) -> None:
    layout = Layout("test", TEST_BASE, tmp_path)
    layout.make_folders()
    told = portal_environment(layout, {"database_url": "postgres://", **TOLD})
    assert {name: told[name] for name in LABS} == LABS
