"""OpenBao: rights of each process, as it tells them itself."""

import json

import pytest
import responses
from pytest_django import Settings as DjangoSettings
from responses import matchers

from drivers.wiring import Settings, open_all
from portal.doctor import vault
from portal.doctor.findings import Level, Report
from portal.doctor.processes import Process
from tests.portal.doctor.nomads import found

CAPABILITIES = "http://vault.test:8200/v1/sys/capabilities-self"

WEB = {"data": "create update read patch", "metadata": "read update"}
WORKER = {
    "data": "create update patch",
    "metadata": "read list",
    "policy": "create update read",
    "role": "create update read",
}
PURGE = dict.fromkeys(["metadata", "policy", "role"], "read delete")
HELD = [
    ("web as meant", "web", WEB, {}),
    ("worker as meant", "worker", WORKER, {}),
    ("purge as meant", "purge", PURGE, {}),
    ("web cannot reveal", "web", {**WEB, "data": "create update"}, {"right.lacking": "read data"}),
    (
        "worker reads values",
        "worker",
        {**WORKER, "data": "create update read"},
        {"right.beyond": "read data"},
    ),
    ("web writes policies", "web", {**WEB, "policy": "update"}, {"right.beyond": "update policy"}),
    ("purge may not", "purge", {**PURGE, "role": "deny"}, {"right.lacking": "delete role"}),
]


@pytest.mark.parametrize(("reason", "name", "held", "wanted"), HELD, ids=[each[0] for each in HELD])
def test_what_a_process_may_in_openbao(
    wiring: Settings,
    wire: responses.RequestsMock,
    reason: str,
    name: str,
    held: dict[str, str],
    wanted: dict[str, str],
) -> None:
    paths = {
        "data": "paillasse/data/apps/paillasse-doctor",
        "metadata": "paillasse/metadata/apps/paillasse-doctor",
        "policy": "sys/policies/acl/paillasse-app-doctor",
        "role": "auth/jwt-nomad/role/paillasse-app-doctor",
    }
    told = {path: held.get(kind, "deny").split() for kind, path in paths.items()}
    asked = matchers.json_params_matcher({"paths": list(paths.values())})
    wire.post(CAPABILITIES, json={"data": told}, match=[asked])
    report = Report()
    vault._rights(report, Process(name, wiring))
    assert {each.code: each.facts["right"] for each in report.findings if each.level} == wanted, reason


def test_root_may_everything_and_that_is_too_much(wiring: Settings, wire: responses.RequestsMock) -> None:
    wire.post(CAPABILITIES, json={"data": {}})
    wire.replace(
        responses.POST,
        CAPABILITIES,
        json={"data": {path: ["root"] for path in json.loads(_paths(wiring))}},
    )
    report = Report()
    vault._rights(report, Process("worker", wiring))
    assert found(report) == {"right.beyond"}


def _paths(wiring: Settings) -> str:
    kv, prefix, jwt = open_all(wiring).secrets.mounts
    return json.dumps(
        [
            f"{kv}/data/{prefix}/paillasse-doctor",
            f"{kv}/metadata/{prefix}/paillasse-doctor",
            "sys/policies/acl/paillasse-app-doctor",
            f"auth/{jwt}/role/paillasse-app-doctor",
        ]
    )


def test_a_process_with_no_way_to_openbao() -> None:
    report = Report()
    vault._rights(report, Process("worker", Settings()))
    assert found(report, Level.ERROR) == {"vault.no_way"}


@pytest.mark.parametrize(
    ("values", "code", "reason"),
    [
        ({}, None, "no database is offered: nothing to say"),
        (
            {"VAULT_DATABASE_ROLES": ["reader"], "DATABASE_HOST": "db.lab", "DATABASE_NAME": "samples"},
            "database.offered",
            "whole",
        ),
        ({"VAULT_DATABASE_ROLES": ["reader"], "DATABASE_HOST": "db.lab"}, "database.incomplete", "no name"),
        ({"DATABASE_HOST": "db.lab", "DATABASE_NAME": "samples"}, "database.incomplete", "no role"),
    ],
)
def test_the_database_that_apps_are_offered(
    settings: DjangoSettings, values: dict[str, object], code: str | None, reason: str
) -> None:
    settings.VAULT_DATABASE_MOUNT = "database" if values else ""
    settings.VAULT_DATABASE_ROLES, settings.DATABASE_HOST, settings.DATABASE_NAME = [], "", ""
    for name, value in values.items():
        setattr(settings, name, value)
    report = Report()
    vault._database(report)
    assert [each.code for each in report.findings] == ([code] if code else []), reason
