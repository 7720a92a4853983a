"""From one state of an upgrade to the next: by a person, or by what became of its apps."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit import services as audit
from apps.fleet import selectors
from apps.fleet.enums import ItemState, UpgradeState
from apps.fleet.models import Upgrade
from apps.notices import services as notices
from kernel.actors import Actor, system
from kernel.errors import Conflict, Missing

FLEET = system("fleet")
#: state -> the states from which a person, or the loop, may bring it there
SOURCES = {
    UpgradeState.PAUSED: frozenset({UpgradeState.RUNNING}),
    UpgradeState.RUNNING: frozenset({UpgradeState.PAUSED, UpgradeState.STOPPED}),
    UpgradeState.CANCELLED: frozenset({UpgradeState.RUNNING, UpgradeState.PAUSED, UpgradeState.STOPPED}),
    UpgradeState.STOPPED: frozenset({UpgradeState.RUNNING}),
    UpgradeState.DONE: frozenset({UpgradeState.RUNNING, UpgradeState.PAUSED, UpgradeState.STOPPED}),
}
_VERBS = {
    UpgradeState.PAUSED: "fleet.paused",
    UpgradeState.RUNNING: "fleet.resumed",
    UpgradeState.CANCELLED: "fleet.cancelled",
    UpgradeState.STOPPED: "fleet.stopped",
    UpgradeState.DONE: "fleet.done",
}
_TOLD = {UpgradeState.STOPPED, UpgradeState.DONE}


@transaction.atomic
def pause(*, actor: Actor, person: Person, upgrade_id: UUID) -> Upgrade:
    """Begin no further app; those under way go on. Raises Forbidden, Missing, Conflict."""
    return move(_held(person, upgrade_id), UpgradeState.PAUSED, actor)


@transaction.atomic
def resume(*, actor: Actor, person: Person, upgrade_id: UUID) -> Upgrade:
    """Go on: what failed so far is forgiven, and counts no more. Raises Forbidden, Missing, Conflict."""
    upgrade = _held(person, upgrade_id)
    upgrade.forgiven = upgrade.items.filter(state=ItemState.FAILED).count()
    upgrade.canary_seen = True
    return move(upgrade, UpgradeState.RUNNING, actor)


@transaction.atomic
def cancel(*, actor: Actor, person: Person, upgrade_id: UUID) -> Upgrade:
    """End it: what has not begun is left out; what is under way goes on by itself, and is still followed.

    Raises Forbidden, Missing, Conflict.
    """
    upgrade = move(_held(person, upgrade_id), UpgradeState.CANCELLED, actor)
    waiting = upgrade.items.filter(state=ItemState.PENDING)
    waiting.update(state=ItemState.SKIPPED, code="fleet.cancelled", ended_at=timezone.now())
    return upgrade


def move(upgrade: Upgrade, state: UpgradeState, actor: Actor) -> Upgrade:
    """Bring a locked upgrade to a state, audited. Raises Conflict from a state that does not lead there."""
    if upgrade.state not in SOURCES[state]:
        raise Conflict("fleet.not_now", state=upgrade.state)
    before, upgrade.state = upgrade.state, state
    if state in {UpgradeState.DONE, UpgradeState.CANCELLED}:
        upgrade.ended_at = timezone.now()
    upgrade.save()
    audit.record(
        actor=actor,
        verb=_VERBS[state],
        target_kind="fleet_upgrade",
        target_id=upgrade.id,
        target_label=str(upgrade),
        before={"state": before},
        after={"state": state.value},
    )
    if state in _TOLD:
        _tell(upgrade, state)
    return upgrade


def _tell(upgrade: Upgrade, state: UpgradeState) -> None:
    """Whoever began it reads that it ended, or that it waits for them."""
    if upgrade.author_id is None:
        return
    counts = {each: upgrade.items.filter(state=each).count() for each in ItemState}
    notices.notify(
        kind=f"fleet.{state.value}",
        recipients={upgrade.author_id},
        params={
            "template": upgrade.template.slug,
            "version": upgrade.version.version,
            "done": counts[ItemState.DONE],
            "failed": counts[ItemState.FAILED],
            "left": counts[ItemState.PENDING] + counts[ItemState.SKIPPED],
        },
        path=f"/fleet/upgrades/{upgrade.id}/",
        once=f"fleet.{state.value}:{upgrade.id}:{upgrade.forgiven}",
    )


def _held(person: Person, upgrade_id: UUID) -> Upgrade:
    selectors.require_admin(person)
    found = Upgrade.objects.select_for_update(no_key=True, of=("self",)).filter(id=upgrade_id)
    upgrade = found.select_related("template", "version").first()
    if upgrade is None:
        raise Missing
    return upgrade
