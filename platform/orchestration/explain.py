"""Every reason code: who can do something about it, by which button, and the figures of its sentence.

The sentences, in French and English, are the rooms' own; a test compares their list with this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from kernel.errors import Misconfigured, OutsideConflict, OutsideRefused, Unavailable

Who = Literal["member", "admin", "engineer", "nobody"]
Button = Literal[
    "retry", "edit", "provide_secret", "start", "ask_quota", "logs", "request", "delete", "promote", ""
]

#: reasons that the portal tells itself, besides what the engine sees
OF_THE_PORTAL = frozenset({"approval.waiting", "stuck", "seen.stale"})
_CHECK = ("asked", "came", "status", "text")  #: what a check asked, and what came back
#: whose trouble the engine tells; storage is the lab's CSI plugin, for which Nomad speaks
PARTS = ("nomad", "storage", "vault", "consul", "traefik", "addresses")
_ANSWERS = frozenset({"addresses"})  # where none comes, that is an answer of its own (answer.*)
_COMPARED = ("nomad", "vault")  # where the portal writes what others may have written, by compare-and-set


@dataclass(frozen=True)
class Reason:
    """What a reason code means for the reader."""

    who: Who  #: who acts; nobody: it goes on by itself
    button: Button = ""
    facts: tuple[str, ...] = ()  #: keys that Pass.facts carries with it; some may be absent


def _parts() -> dict[str, Reason]:
    """Trouble with a part of the cluster: what its driver tells, and nothing else (tests/drivers)."""
    found: dict[str, Reason] = {}
    for part in PARTS:
        if part not in _ANSWERS:
            found[f"{part}.{Unavailable.code}"] = Reason("nobody")
        found[f"{part}.{OutsideRefused.code}"] = Reason("engineer", "edit")
        found[f"{part}.{Misconfigured.code}"] = Reason("engineer")
    return found | {f"{part}.{OutsideConflict.code}": Reason("nobody") for part in _COMPARED}


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        **_parts(),
        # before anything is sent
        "spec.refused": Reason("member", "edit", ("code", "field")),
        "policy.refused": Reason("admin", "edit", ("violations",)),
        "working": Reason("nobody"),
        "approval.waiting": Reason("admin", "request"),
        "stuck": Reason("engineer", "retry", ("tries",)),
        "seen.stale": Reason("engineer", "", ("minutes",)),
        "part.differs": Reason("engineer", "retry", ("part",)),
        # somebody else's
        "vault.not_ours": Reason("engineer"),
        "secret.not_ours": Reason("engineer"),
        "job.not_ours": Reason("engineer"),
        # secrets and job
        "secret.awaiting_member": Reason("member", "provide_secret", ("names",)),
        "job.evaluating": Reason("nobody"),
        "job.reverted": Reason(
            "member", "edit", ("release", "serves", "cause", "exit_code", "image", "memory_mib")
        ),
        "canary.waiting": Reason("member", "promote", ("healthy", "wanted")),
        "canary.promoting": Reason("nobody", "", ("healthy", "wanted")),
        "job.stopping": Reason("nobody"),
        # placement
        "placement.exhausted": Reason(
            "nobody", "edit", ("dimension", "nodes", "looked_at", "asked", "closest")
        ),
        "placement.constraint": Reason("engineer", "edit", ("constraint", "nodes", "looked_at")),
        "placement.driver": Reason("engineer", "", ("constraint", "nodes", "looked_at")),
        "placement.no_node": Reason("engineer"),
        "volume.node_away": Reason("engineer", "", ("volume", "node", "since")),
        "volume.node_gone": Reason("engineer", "", ("volume", "node")),
        # the task
        "task.starting": Reason("nobody"),
        "task.exit": Reason("member", "logs", ("exit_code", "healthy", "wanted")),
        "task.oom": Reason("member", "edit", ("memory_mib", "healthy", "wanted")),
        "task.setup": Reason("engineer", "retry", ("healthy", "wanted")),
        "task.lost": Reason("nobody", "retry"),
        "image.missing": Reason("engineer", "retry", ("image",)),
        "image.refused": Reason("engineer", "retry", ("image",)),
        "artifact.failed": Reason("engineer", "retry"),
        "vault.login": Reason("engineer", "retry"),
        "vault.read": Reason("engineer", "retry"),
        "check.failing": Reason("member", "logs", (*_CHECK, "healthy", "wanted")),
        "copies.missing": Reason("nobody", "", (*_CHECK, "healthy", "wanted")),
        "deadline.passed": Reason(
            "member", "retry", ("deadline_s", "cause", *_CHECK, "exit_code", "image", "memory_mib")
        ),
        # the edge
        "service.missing": Reason("nobody"),
        "service.lingering": Reason("engineer"),
        "route.missing": Reason("nobody", "", ("router",)),
        "route.disabled": Reason("engineer", "retry", ("router", "errors")),
        "route.lingering": Reason("engineer"),
        "answer.portal": Reason("nobody", "", ("status",)),
        "answer.status": Reason("member", "logs", ("status", "accepted", "path")),
        "answer.refused": Reason("engineer", "retry", ("host",)),
        "answer.timeout": Reason("member", "logs", ("host",)),
        "answer.tls": Reason("engineer", "retry", ("host",)),
        "answer.dns": Reason("engineer", "retry", ("host",)),
        "answer.reset": Reason("member", "logs", ("host",)),
    }
)


def explain(code: str) -> Reason:
    """What a code means; an unknown one, as an older row may hold, is the engineer's."""
    return REASONS.get(code, Reason("engineer"))
