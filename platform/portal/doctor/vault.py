"""OpenBao: its version, and what each process may do there. It says so itself; nothing is written or read."""

from django.conf import settings

from drivers.vault import VaultSecrets
from portal.doctor.findings import Report
from portal.doctor.processes import Process

PART = "OpenBao"
_WRITE = frozenset({"create", "update"})
_READ = frozenset({"read"})
_GONE = frozenset({"delete"})
Rights = dict[str, frozenset[str]]
#: process -> what it must be allowed at each kind of path, and what it must not
RIGHTS: dict[str, tuple[Rights, Rights]] = {
    "web": (
        {"data": _WRITE | _READ, "metadata": _READ},
        {"metadata": _GONE, "policy": _WRITE | _GONE, "role": _WRITE | _GONE},
    ),
    "worker": (
        {"data": _WRITE, "metadata": _READ, "policy": _WRITE | _READ, "role": _WRITE | _READ},
        {"data": _READ},
    ),
    "purge": ({"metadata": _GONE, "policy": _GONE, "role": _GONE}, {"data": _READ | _WRITE}),
}


def examine(report: Report, processes: list[Process]) -> None:
    """Everything about OpenBao."""
    with report.trying(PART):
        report.ok(PART, "part.version", version=processes[0].opened.secrets.version())
    for process in processes:
        if process.name in RIGHTS:
            _rights(report, process)
    _database(report)


def _database(report: Report) -> None:
    """What is said of the database that apps are offered is whole, or nothing is said."""
    if not settings.VAULT_DATABASE_MOUNT:
        return
    names = ("VAULT_DATABASE_ROLES", "DATABASE_HOST", "DATABASE_NAME")
    missing = [name for name in names if not getattr(settings, name)]
    if missing:
        report.warn(PART, "database.incomplete", settings=", ".join(missing))
    else:
        roles = ", ".join(settings.VAULT_DATABASE_ROLES)
        report.ok(PART, "database.offered", name=settings.DATABASE_NAME, roles=roles)


def _rights(report: Report, process: Process) -> None:
    if not process.has_vault:
        report.error(PART, "vault.no_way", process.name)
        return
    must, must_not = RIGHTS[process.name]
    with report.trying(PART, process.name):
        held = _held(process.opened.secrets)
        lacking = [
            f"{right} {kind}" for kind, rights in must.items() for right in sorted(rights - held[kind])
        ]
        beyond = [
            f"{right} {kind}" for kind, rights in must_not.items() for right in sorted(rights & held[kind])
        ]
        if lacking:
            report.error(PART, "right.lacking", process.name, right=", ".join(lacking))
        if beyond:
            report.warn(PART, "right.beyond", process.name, right=", ".join(beyond))
        if not lacking and not beyond:
            report.ok(PART, "right.as_meant", process.name)


def _held(secrets: VaultSecrets) -> Rights:
    """What the process may, by kind of path: of an app that does not exist."""
    kv, prefix, jwt = secrets.mounts
    paths = {
        "data": f"{kv}/data/{prefix}/paillasse-doctor",
        "metadata": f"{kv}/metadata/{prefix}/paillasse-doctor",
        "policy": "sys/policies/acl/paillasse-app-doctor",
        "role": f"auth/{jwt}/role/paillasse-app-doctor",
    }
    told = secrets.capabilities(*paths.values())
    everything = _WRITE | _READ | _GONE
    return {kind: everything if "root" in told[path] else told[path] for kind, path in paths.items()}
