"""What an app may in OpenBao: its literal paths and the life of its token, each for a reason."""

import re
from dataclasses import replace

import pytest

from kernel.errors import Refused
from orchestration.engine import chain
from orchestration.render import render_job
from orchestration.render.vault_policy import vault_policy
from orchestration.specs import AppSpec
from tests.orchestration.examples import DATABASE, SECRET, WEB

OWN = {"auth/token/renew-self": "update"}
KV = {f"paillasse/data/{SECRET.names.secret_path}": "read"}
LOGIN = {"database/creds/reader": "read", "sys/leases/renew": "update"}


@pytest.mark.parametrize(
    ("spec", "rights", "reason"),
    [
        (
            SECRET,
            OWN | KV,
            "Nomad renews the token with the token itself, and kills the task where it cannot",
        ),
        (DATABASE, OWN | LOGIN, "a login is read, and its lease renewed; there is no secret to read"),
        (replace(DATABASE, secrets=SECRET.secrets), OWN | KV | LOGIN, "both"),
    ],
)
def test_the_policy_says_no_more_than_is_needed(spec: AppSpec, rights: dict[str, str], reason: str) -> None:
    text = vault_policy(spec)
    found = dict(re.findall(r'path "([^"]+)" \{\n  capabilities = \["(\w+)"\]\n\}', text))
    assert found == rights, reason
    assert text.count("path ") == len(rights)


def test_a_login_needs_a_policy_and_a_role_but_no_secret() -> None:
    names = [each.name for each in chain(DATABASE)]
    assert names[:2] == ["vault_policy", "vault_role"]
    assert "secrets" not in names
    assert not {"vault_policy", "vault_role"} & {each.name for each in chain(WEB)}


def test_a_variable_is_filled_once() -> None:
    for spec in (replace(DATABASE, env={"PGUSER": "me"}), replace(SECRET, database=DATABASE.database)):
        twice = replace(spec, database=replace(DATABASE.database, username=("PGUSER", "WIKI_PASSWORD")))  # type: ignore[type-var]
        with pytest.raises(Refused, match=r"env\.twice"):
            render_job(twice)
