"""The contract of the port `Secrets`."""

import pytest

from kernel.errors import OutsideConflict
from kernel.names import OutsideNames
from tests.contract.ports.world import World

MARK = {"owner": "paillasse", "app": "1234"}
POLICY = 'path "paillasse/data/apps/none" {\n  capabilities = ["read"]\n}\n'
ROLE = {
    "role_type": "jwt",
    "bound_audiences": ["vault.io"],
    "user_claim": "/nomad_job_id",
    "user_claim_json_pointer": True,
    "bound_claims": {"nomad_job_id": "none"},
    "token_policies": ["none"],
}


@pytest.fixture
def names(slug: str) -> OutsideNames:
    return OutsideNames(slug)


def test_a_path_that_never_was_is_none(world: World, names: OutsideNames) -> None:
    assert world.drivers.secrets.secret_state(names.secret_path) is None
    assert world.drivers.secrets.read_secret(names.secret_path) == {}


def test_the_first_write_marks_and_names(world: World, names: OutsideNames) -> None:
    secrets = world.drivers.secrets
    assert secrets.write_secret(names.secret_path, {"password": "one"}, cas=0, metadata=MARK) == 1
    state = secrets.secret_state(names.secret_path)
    assert state is not None
    assert (state.path, state.version, state.keys) == (names.secret_path, 1, ("password",))
    assert state.metadata.items() >= MARK.items()
    assert "one" not in repr(state)
    assert secrets.read_secret(names.secret_path) == {"password": "one"}


def test_a_further_key_leaves_the_others(world: World, names: OutsideNames) -> None:
    secrets = world.drivers.secrets
    secrets.write_secret(names.secret_path, {"a": "one", "b": "one"}, cas=0, metadata=MARK)
    assert secrets.write_secret(names.secret_path, {"b": "two", "c": "two"}, cas=1, metadata={}) == 2
    state = secrets.secret_state(names.secret_path)
    assert state is not None
    assert (state.version, state.keys) == (2, ("a", "b", "c"))
    assert state.metadata.items() >= MARK.items()
    assert secrets.read_secret(names.secret_path) == {"a": "one", "b": "two", "c": "two"}


@pytest.mark.parametrize("cas", [0, 2])
def test_another_version_loses_and_changes_nothing(world: World, names: OutsideNames, cas: int) -> None:
    secrets = world.drivers.secrets
    secrets.write_secret(names.secret_path, {"a": "one"}, cas=0, metadata=MARK)
    with pytest.raises(OutsideConflict):
        secrets.write_secret(names.secret_path, {"a": "two", "b": "two"}, cas=cas, metadata={})
    state = secrets.secret_state(names.secret_path)
    assert state is not None
    assert (state.version, state.keys) == (1, ("a",))
    assert secrets.read_secret(names.secret_path) == {"a": "one"}


def test_destroyed_is_gone_and_new_again(world: World, names: OutsideNames) -> None:
    secrets = world.drivers.secrets
    secrets.write_secret(names.secret_path, {"a": "one"}, cas=0, metadata=MARK)
    secrets.destroy_secret(names.secret_path)
    assert secrets.secret_state(names.secret_path) is None
    secrets.destroy_secret(names.secret_path)
    assert secrets.write_secret(names.secret_path, {"b": "one"}, cas=0, metadata=MARK) == 1


def test_policies_are_written_read_and_deleted(world: World, names: OutsideNames) -> None:
    secrets = world.drivers.secrets
    assert secrets.policy(names.vault_policy) is None
    secrets.write_policy(names.vault_policy, POLICY)
    secrets.write_policy(names.vault_policy, POLICY)
    assert secrets.policy(names.vault_policy) == POLICY
    secrets.delete_policy(names.vault_policy)
    assert secrets.policy(names.vault_policy) is None
    secrets.delete_policy(names.vault_policy)


def test_roles_are_written_read_and_deleted(world: World, names: OutsideNames) -> None:
    secrets = world.drivers.secrets
    assert secrets.role(names.vault_role) is None
    secrets.write_role(names.vault_role, ROLE)
    role = secrets.role(names.vault_role)
    assert role is not None
    assert role.items() >= ROLE.items()
    secrets.delete_role(names.vault_role)
    assert secrets.role(names.vault_role) is None
    secrets.delete_role(names.vault_role)


def test_each_trace_of_an_app_is_listed(world: World, slug: str, names: OutsideNames) -> None:
    secrets = world.drivers.secrets
    assert slug not in secrets.list_ours()
    secrets.write_secret(names.secret_path, {"a": "one"}, cas=0, metadata=MARK)
    assert slug in secrets.list_ours()
    secrets.write_policy(names.vault_policy, POLICY)
    secrets.destroy_secret(names.secret_path)
    assert slug in secrets.list_ours()
    secrets.write_role(names.vault_role, ROLE)
    found = secrets.names()
    assert [slug in each for each in (found.paths, found.policies, found.roles)] == [False, True, True]
    secrets.delete_policy(names.vault_policy)
    assert slug in secrets.list_ours()
    secrets.delete_role(names.vault_role)
    assert slug not in secrets.list_ours()
