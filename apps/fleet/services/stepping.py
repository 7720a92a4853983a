"""One step of an upgrade: see what became of its apps, then begin those whose turn it is.

A step reads PostgreSQL alone and may be taken at any time, by anybody, any number of times: a lost message or
a worker that dies costs a few seconds. An app is begun and marked as begun in one transaction.
"""

from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from apps.fleet.enums import ENDED, ItemState, UpgradeState
from apps.fleet.models import Item, Upgrade
from apps.fleet.services import one
from apps.fleet.services.moving import FLEET, move
from apps.workloads.enums import OperationState
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Missing, PaillasseError, Refused
from kernel.redact import redact, redact_text

REASON = "upgrade of the fleet"
#: what a conflict says of an app that is no longer one to upgrade: it is left out, and counts as no failure
_LEFT_OUT = frozenset({"fleet.not_present", "version.same", "app.gone", "app.leaving", "missing"})
_MOVED_ON = "app.moved_on"
log = structlog.get_logger(__name__)


def step_all() -> int:
    """A step of each upgrade on which something may happen; returns how many there are."""
    open_ones = Upgrade.objects.exclude(state__in=ENDED) | Upgrade.objects.filter(
        items__state=ItemState.RUNNING
    )
    ids = list(open_ones.values_list("id", flat=True).distinct())
    for upgrade_id in ids:
        try:
            step(upgrade_id)
        except Exception:
            log.exception("fleet.step_died", upgrade=str(upgrade_id))
    return len(ids)


def step(upgrade_id: UUID) -> None:
    """See what became of the apps under way, decide how it goes on, and begin as many as may begin."""
    for item_id in _follow(upgrade_id):
        _begin(upgrade_id, item_id)


@transaction.atomic
def _follow(upgrade_id: UUID) -> list[int]:
    """Note what ended; returns the items whose turn it is."""
    upgrade = _held(upgrade_id)
    if upgrade is None:
        return []
    for item in upgrade.items.filter(state=ItemState.RUNNING).select_related("operation"):
        _note(item)
    states = list(upgrade.items.values_list("place", "state"))
    if upgrade.state in ENDED:
        return []
    if all(state not in {ItemState.PENDING, ItemState.RUNNING} for _, state in states):
        move(upgrade, UpgradeState.DONE, FLEET)
        return []
    if upgrade.state != UpgradeState.RUNNING:
        return []
    failed = sum(state == ItemState.FAILED for _, state in states)
    if failed - upgrade.forgiven >= upgrade.failures_max:
        move(upgrade, UpgradeState.STOPPED, FLEET)
        return []
    return _turn(upgrade, states)


def _turn(upgrade: Upgrade, states: list[tuple[int, str]]) -> list[int]:
    """Those that may begin now: canaries until all of them ended well, then the others, some at a time."""
    first = [state for place, state in states if place <= upgrade.canary]
    canaries_open = any(state in {ItemState.PENDING, ItemState.RUNNING} for state in first)
    if not canaries_open and first and upgrade.wait_after_canary and not upgrade.canary_seen:
        move(upgrade, UpgradeState.PAUSED, FLEET)
        return []
    waiting = upgrade.items.filter(state=ItemState.PENDING)
    if canaries_open:
        waiting = waiting.filter(place__lte=upgrade.canary)
    room = upgrade.parallel - sum(state == ItemState.RUNNING for _, state in states)
    # Somebody else's change of an app is waited for: it gets its turn once that is over.
    ready = [
        item.id
        for item in waiting.select_related("app__observation")
        if item.app.observation.generation == item.app.generation
        or item.app.gone_at is not None
        or item.app.desired != "present"
    ]
    return ready[: max(0, room)]


def _note(item: Item) -> None:
    """What the operation says became of one app."""
    operation = item.operation
    if operation is None or operation.state == OperationState.CANCELLED:
        _end(item, ItemState.SKIPPED, "fleet.overtaken")
    elif operation.state == OperationState.SUCCEEDED:
        _end(item, ItemState.DONE)
    elif operation.state == OperationState.FAILED:
        error = operation.error or {}
        item.message = str(error.get("message") or "")
        _end(item, ItemState.FAILED, str(error.get("code") or "error"), dict(error.get("facts") or {}))


def _begin(upgrade_id: UUID, item_id: int) -> None:
    """Make one app's release; what stands against it is written beside it."""
    try:
        with transaction.atomic():
            _begun(upgrade_id, item_id)
    except PaillasseError as error:
        if error.code != _MOVED_ON:
            _refused(item_id, error)


def _begun(upgrade_id: UUID, item_id: int) -> None:
    upgrade = _held(upgrade_id)
    item = Item.objects.select_for_update(of=("self",)).select_related("app").get(id=item_id)
    if upgrade is None or upgrade.state != UpgradeState.RUNNING or item.state != ItemState.PENDING:
        return
    author = upgrade.author
    if author is None:
        raise Forbidden("fleet.author_gone")
    item.operation = one.upgrade(
        actor=Actor(kind="person", id=author.id, label=upgrade.author_label),
        person=author,
        app_id=item.app_id,
        version=upgrade.version.version,
        reason=f"{REASON}: {upgrade.reason}" if upgrade.reason else REASON,
        generation=item.app.generation,
    )
    item.state, item.started_at = ItemState.RUNNING, timezone.now()
    item.save()


@transaction.atomic
def _refused(item_id: int, error: PaillasseError) -> None:
    item = Item.objects.select_for_update().get(id=item_id)
    if item.state != ItemState.PENDING:
        return
    first = getattr(error, "refusals", (error,))[0]
    left_out = isinstance(error, Conflict | Missing | Refused) and first.code in _LEFT_OUT
    item.message = redact_text(str(first.params))[:500] if first.params else ""
    _end(item, ItemState.SKIPPED if left_out else ItemState.FAILED, first.code, dict(first.params))


def _end(item: Item, state: ItemState, code: str = "", params: dict[str, object] | None = None) -> None:
    item.state, item.code, item.ended_at = state, code, timezone.now()
    item.params = redact(params or {})
    item.message = redact_text(item.message)[:500]
    item.save()


def _held(upgrade_id: UUID) -> Upgrade | None:
    """The upgrade, locked; None where another worker takes this very step."""
    rows = Upgrade.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return rows.select_related("template", "version", "author").filter(id=upgrade_id).first()
