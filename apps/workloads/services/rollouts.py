"""How a release comes in: one copy after the other, or by canaries, and what that takes of the quota."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.quotas import services as quotas
from apps.workloads.enums import Desired, Strategy
from apps.workloads.models import App, Release
from kernel.errors import Refused
from kernel.units import Amounts
from orchestration.policy.rollout import writes_alone
from orchestration.specs import Resources


@dataclass(frozen=True)
class Rollout:
    """How a release takes over, and which one it goes back to."""

    strategy: Strategy = Strategy.ROLLING
    auto_promote: bool = False
    restores: int | None = None  #: the number of the release whose content it has again

    def payload(self) -> dict[str, Any]:
        """What a request keeps of it."""
        return {
            "strategy": self.strategy.value,
            "auto_promote": self.auto_promote,
            "restores": self.restores,
        }

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Rollout":
        """Read a request's; one that was sent before there were canaries is rolling."""
        strategy = Strategy(payload.get("strategy", Strategy.ROLLING))
        return cls(strategy, bool(payload.get("auto_promote")), payload.get("restores"))


ROLLING = Rollout()


def read_rollout(*, strategy: str = "", auto_promote: bool = False) -> Rollout:
    """What a caller asked for. Raises Refused naming `strategy` or `auto_promote`."""
    if strategy and strategy not in Strategy.values:
        raise Refused("strategy.unknown", field="strategy", value=", ".join(Strategy.values))
    found = Strategy(strategy or Strategy.ROLLING)
    if auto_promote and found is not Strategy.CANARY:
        raise Refused("strategy.auto_promote", field="auto_promote")
    return Rollout(found, auto_promote)


def require_canary(job: Mapping[str, Any], rollout: Rollout) -> None:
    """Raise Refused where a second copy could not stand beside the first: its volume has one writer."""
    if rollout.strategy is Strategy.CANARY and any(writes_alone(group) for group in job["TaskGroups"]):
        raise Refused("strategy.volume", field="strategy")


def beside(app: App, rollout: Rollout) -> tuple[Resources, ...]:
    """What stands beside the canaries until they are let in; nothing where none are asked for.

    Besides the wanted release that is the one which serves, where an earlier canary still waits.
    """
    if rollout.strategy is not Strategy.CANARY or app.release is None or app.desired != Desired.PRESENT:
        return ()
    return tuple(Resources(**each.resources) for each in _standing(app, app.release))


def _standing(app: App, release: Release) -> list[Release]:
    serves = app.releases.filter(number=app.observation.serves or 0).exclude(id=release.id).first()
    return [release, serves] if serves else [release]


def charge(resources: Resources, standing: Iterable[Resources]) -> Amounts:
    """What the quota is charged for a release, beside what stands while its canaries wait."""
    standing = tuple(standing)
    return resources.charge_beside(*standing) if standing else resources.charge()


def hold_back_again(app: App) -> bool:
    """Canaries that were not let in yet come as canaries again in the next generation, which is near.

    Nothing but a person's word or the template's own lets them in: no restart, rotation, address or project.
    Returns whether there are such. Raises QuotaExceeded where what they take beside what stands was given
    back, and is not free any more.
    """
    release, reached = app.release, app.observation.ran_generation == app.generation
    if release is None or reached or not 0 < app.generation == app.canary_generation:
        return False
    rollout = Rollout(Strategy.CANARY, release.auto_promote)
    amounts = charge(Resources(**release.resources), beside(app, rollout))
    app.canary_generation = app.generation + 1
    if app.promoted_generation == app.generation:
        app.promoted_generation = app.generation + 1
    quotas.change_reservation(project_id=app.project_id, holder=app.id, amounts=amounts)
    return True
