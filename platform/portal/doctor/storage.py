"""The lab's CSI plugin, where it names one: whether it is there, well, able, and may be used."""

from django.conf import settings

from drivers.nomad import NomadJobs, PluginState
from portal.doctor.findings import Report
from portal.doctor.nomad import PROBE
from portal.doctor.processes import Process

PART = "Storage"
#: process -> what it must be allowed; the others ask Nomad for no volume
RIGHTS = {"worker": frozenset({"create", "detach"}), "purge": frozenset({"delete", "detach"})}


def examine(report: Report, processes: list[Process]) -> None:
    """Everything about the plugin. Nothing where the lab names none, or no right to ask for it is here."""
    users = [each for each in processes if each.name in RIGHTS]
    if not settings.CSI_PLUGIN_ID or not users:
        return
    for process in users:
        _rights(report, process, process.opened.jobs)
    with report.trying(PART, users[0].name):
        _plugin(report, users[0].opened.jobs.csi.state())


def _rights(report: Report, process: Process, jobs: NomadJobs) -> None:
    with report.trying(PART, process.name):
        held = jobs.csi.rights(f"{PROBE}-data")
        lacking = sorted(RIGHTS[process.name] - held)
        for right in lacking:
            report.error(PART, "csi.right", process.name, right=right)
        if not lacking:
            report.ok(PART, "right.as_meant", process.name)


def _plugin(report: Report, found: PluginState | None) -> None:
    name = settings.CSI_PLUGIN_ID
    if found is None:
        report.error(PART, "csi.unknown", name=name)
        return
    healthy = {"controllers": found.controllers, "nodes": found.nodes}
    told = {"name": name, **healthy, "of": found.controllers_expected, "nodes_of": found.nodes_expected}
    if not found.controllers:
        report.error(PART, "csi.no_controller", **told)
    elif not found.creates:
        report.error(PART, "csi.makes_none", **told)
    if not found.nodes:
        report.error(PART, "csi.no_node", **told)
    if not (found.controllers and found.creates and found.nodes):
        return
    if found.controllers < found.controllers_expected or found.nodes < found.nodes_expected:
        report.warn(PART, "csi.ailing", **told)
    else:
        report.ok(PART, "csi.well", **told, provider=found.provider, version=found.version)
