"""One round of the doctor."""

from portal.doctor import edge, nomad, own, storage, vault
from portal.doctor.findings import Report
from portal.doctor.processes import Process


def examine(processes: list[Process]) -> Report:
    """Try every part, with each process's right where that differs."""
    report = Report()
    own.examine(report)
    nomad.examine(report, processes)
    storage.examine(report, processes)
    vault.examine(report, processes)
    edge.examine(report, processes[0].opened)
    return report
