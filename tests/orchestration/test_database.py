"""The login of the database in the job: one exact template, for the roles that the lab allows."""

import copy
from dataclasses import replace

import pytest

from orchestration.policy import judge
from orchestration.render import render_job
from tests.orchestration.examples import DATABASE, rules_for
from tests.orchestration.test_policy import Change, template, text_of

FORBIDDEN: list[tuple[Change, str]] = [
    (text_of("creds/reader", "creds/admin"), "a role that no app may have"),
    (text_of("database/creds", "other/creds"), "another engine"),
    (text_of("creds/reader", "config/labdata"), "the engine's own account"),
    (text_of("PGUSER=", "PGUSER=a;B="), "not our shape"),
    (text_of(".username", ".lease_id"), "not what a login is"),
    (text_of("{{ end }}", '{{ end }}{{ with secret "a/data/b" }}{{ end }}'), "two"),
    (template(ChangeMode="noop"), "a program with a login that is over"),
    (template(DestPath="local/app.env"), "in the log viewer's reach"),
    (template(Envvars=False), "a file that nobody asked for"),
]


@pytest.mark.parametrize(("change", "reason"), FORBIDDEN, ids=[each[1] for each in FORBIDDEN])
def test_forbidden(change: Change, reason: str) -> None:
    job = copy.deepcopy(render_job(DATABASE))
    change(job)
    assert {each.code for each in judge(job, rules_for(DATABASE))} == {"policy.template"}, reason


def test_every_role_that_the_lab_allows() -> None:
    for role in DATABASE.edge.database_roles:
        spec = replace(DATABASE, database=replace(DATABASE.database, role=role))  # type: ignore[type-var]
        assert judge(render_job(spec), rules_for(spec)) == ()


def test_no_login_where_the_lab_offers_no_database() -> None:
    """Also of an app that runs when its lab takes the database away."""
    rules = rules_for(DATABASE, edge=replace(DATABASE.edge, database_mount=""))
    assert {each.code for each in judge(render_job(DATABASE), rules)} == {"policy.template"}
    gone = replace(DATABASE, edge=replace(DATABASE.edge, database_mount=""))
    assert judge(render_job(gone), rules_for(gone)) != ()
