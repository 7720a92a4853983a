"""The processes' rights, read from the very policies that an engineer installs (design 8.2)."""

import pytest

from stack.parts.openbao import APP_ROLES
from stack.rendering import render
from stack.rights import HOLDERS, capabilities, policy, solo_tokens


@pytest.mark.parametrize(
    ("name", "holds", "lacks", "reason"),
    [
        (
            "web",
            {"read-job", "read-logs", "plan-job"},
            {"register-job", "purge-job", "alloc-lifecycle"},
            "looks, and stops or restarts nothing",
        ),
        (
            "worker",
            {"register-job", "deregister-job"},
            {"purge-job", "submit-job", "alloc-lifecycle"},
            "submits, never purges",
        ),
        ("watcher", {"list-jobs", "read-job", "node-read"}, {"read-logs", "register-job"}, "follows events"),
        (
            "purge",
            {"purge-job", "host-volume-delete"},
            {"register-job", "submit-job"},
            "deletes, never makes",
        ),
        (
            "worker",
            {"csi-write-volume", "csi-mount-volume", "plugin-read"},
            set(),
            "Nomad has a CSI volume made, and a job mount it, for who may also read plugins",
        ),
        (
            "purge",
            {"csi-write-volume", "csi-mount-volume", "plugin-read"},
            set(),
            "Nomad has a CSI volume deleted, and a claim on it ended, for who may also read plugins",
        ),
    ],
)
def test_policies(name: str, holds: set[str], lacks: set[str], reason: str) -> None:
    found = capabilities(policy(name, "paillasse"))
    assert holds <= found, reason
    assert not lacks & found, reason


def test_no_policy_reaches_another_namespace() -> None:
    for name in HOLDERS:
        assert policy(name, "elsewhere").count('namespace "elsewhere"') == 1
        assert '"*"' not in policy(name, "elsewhere").replace('host_volume "*"', "")


def test_solo_holds_the_same_rights() -> None:
    tokens = solo_tokens({"web": "s1", "worker": "s2"}, "paillasse")
    assert set(tokens["s1"]["capabilities"]) == capabilities(policy("web", "paillasse"))
    assert {"register-job", "purge-job"} <= set(tokens["s2"]["capabilities"])
    assert tokens["s1"]["namespaces"] == ["paillasse"]


@pytest.mark.parametrize(
    ("name", "reads_values", "reason"),
    [
        ("web", False, "writes what a member provides"),
        ("reveal", True, "the second right"),
        ("worker", False, "generates and never reads back"),
        ("purge", False, "deletes unread"),
    ],
)
def test_who_reads_secrets(name: str, reads_values: bool, reason: str) -> None:
    text = render(f"openbao/policies/{name}.hcl", {"kv_mount": "kv", "jwt_mount": "jwt"})
    block = text.partition('path "kv/data/apps/*"')[2].partition("}")[0]
    assert ('"read"' in block) is reads_values, reason


def test_only_web_reveals() -> None:
    assert [process for process, names in APP_ROLES.items() if "reveal" in names] == ["web"]
