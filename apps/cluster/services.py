"""What was seen of the platform's parts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.cluster.models import Node, PartStatus, ServedHost, Survey
from kernel.redact import redact_text
from orchestration.machines import NodeState

_NODE_FIELDS = (
    *("name", "status", "eligible", "datacenter", "node_pool", "version"),
    *("drivers", "allocatable", "allocated", "seen_at"),
)


@transaction.atomic
def note_part(*, part: str, reachable: bool, now: datetime, version: str = "", detail: str = "") -> bool:
    """Write whether a part answers; `since` stays while that stays. Returns whether it changed."""
    row = PartStatus.objects.select_for_update().filter(part=part).first()
    changed = row is None or row.reachable != reachable
    row = row or PartStatus(part=part)
    row.since = now if changed else row.since
    row.reachable, row.checked_at = reachable, now
    row.version = version[:60] or row.version
    row.detail = redact_text(detail)[:500]
    row.save()
    return changed


@transaction.atomic
def note_trust(*, part: str, doubted: bool, now: datetime, asked: int = 0, differing: int = 0) -> bool:
    """Write whether a part's lists are gone by; `doubted_since` stays while they are not.

    Returns whether that changed. A part that was never asked has no row yet, and nothing is written.
    """
    row = PartStatus.objects.select_for_update().filter(part=part).first()
    if row is None:
        return False
    changed = (row.doubted_since is not None) != doubted
    if changed:
        row.doubted_since = now if doubted else None
    row.doubt = {"asked": asked, "differing": differing} if doubted else {}
    row.save(update_fields=["doubted_since", "doubt"])
    return changed


def note_survey(
    *, began_at: datetime, took_ms: int, apps: int, agreed: int, differing: int, left: int
) -> None:
    """Write what the last survey came to, in place of the one before."""
    figures = {"apps": apps, "agreed": agreed, "differing": differing, "left": left}
    Survey.objects.update_or_create(id=1, defaults={"began_at": began_at, "took_ms": took_ms, **figures})


@transaction.atomic
def note_hosts(*, served: Mapping[str, str], now: datetime) -> None:
    """Replace what is known of hosts served for others, host -> router: the whole list each time."""
    ServedHost.objects.exclude(host__in=served).delete()
    ServedHost.objects.bulk_create(
        [ServedHost(host=host, router=router[:200], seen_at=now) for host, router in served.items()],
        update_conflicts=True,
        unique_fields=["host"],
        update_fields=["router", "seen_at"],
    )


@transaction.atomic
def note_nodes(*, nodes: Sequence[NodeState], now: datetime) -> None:
    """Replace what is known of the machines: the whole list each time. An empty list forgets none of them."""
    if not nodes:
        return
    Node.objects.exclude(id__in=[UUID(each.id) for each in nodes]).delete()
    rows = [_node(each, now) for each in sorted(nodes, key=lambda each: each.id)]
    Node.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=_NODE_FIELDS)


def _node(node: NodeState, now: datetime) -> Node:
    return Node(
        id=UUID(node.id),
        name=node.name[:200],
        status=node.status[:20],
        eligible=node.eligible,
        datacenter=node.datacenter[:100],
        node_pool=node.node_pool[:128],
        version=node.version[:60],
        drivers=dict(node.drivers),
        allocatable={
            "cpu_mhz": node.cpu_mhz,
            "memory_mib": node.memory_mib,
            "storage_mib": node.disk_mib,
            "gpus": node.gpus,
        },
        allocated={
            "cpu_mhz": node.allocated_cpu_mhz,
            "memory_mib": node.allocated_memory_mib,
            "storage_mib": node.allocated_disk_mib,
            "gpus": node.allocated_gpus,
        },
        seen_at=now,
    )
