"""The loop, written once: one pass looks along the chain and makes at most one change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kernel.errors import Misconfigured, OutsideConflict, OutsideError, OutsideRefused, Refused
from kernel.redact import redact_text
from orchestration.ports import Drivers
from orchestration.reconcilers.address import Address
from orchestration.reconcilers.base import Context, Observation, Reconciler, Removable, Scope, Verdict, Writer
from orchestration.reconcilers.health import Health
from orchestration.reconcilers.job import LIVE, Job, PurgedJob
from orchestration.reconcilers.promotion import Promotion
from orchestration.reconcilers.router import Router
from orchestration.reconcilers.secrets import Secrets
from orchestration.reconcilers.service import Service
from orchestration.reconcilers.vault_policy import VaultPolicy
from orchestration.reconcilers.vault_role import VaultRole
from orchestration.reconcilers.volumes import Volumes
from orchestration.render.job import has_service
from orchestration.specs import AppSpec, Desired
from orchestration.states import Condition, ConditionType, ObservedState, Pass

STEADY_S = 60.0
QUICK_S = 0.2
SLOW_S = 15.0
TROUBLE_S = 5.0
CHECK_PATIENCE_S = 10.0  #: seconds in which a check that fails is only a program that starts
MOVING = frozenset(
    {ObservedState.PENDING, ObservedState.PLACING, ObservedState.STARTING, ObservedState.STOPPING}
)
ENDS = {
    "stopped": ObservedState.STOPPED,
    "asleep": ObservedState.ASLEEP,
    "archived": ObservedState.ARCHIVED,
    "absent": ObservedState.GONE,
}

__all__ = ["Context", "converge", "step"]


def step(spec: AppSpec, desired: Desired, drivers: Drivers, *, ctx: Context) -> Pass:
    """One pass towards what is desired. Raises nothing of the outside: trouble is what the pass tells."""
    scope = Scope(spec, drivers, ctx)
    if desired == "present":
        return _Up(scope).run()
    return _Down(scope, desired).run()


def converge(spec: AppSpec, desired: Desired, drivers: Drivers, *, ctx: Context, limit: int = 20) -> Pass:
    """Passes at once for as long as each changed something; at most `limit` of them."""
    seen = step(spec, desired, drivers, ctx=ctx)
    for _ in range(limit - 1):
        if not seen.changed:
            break
        written = ctx.written | ({seen.wrote} if seen.wrote else set())
        ctx = replace(
            ctx, settled=seen.settled, job_version=seen.job_version, state=seen.state, written=written
        )
        seen = step(spec, desired, drivers, ctx=ctx)
    return seen


def look_again_s(state: ObservedState, ctx: Context) -> float:
    """Seconds until the next look: short while something young moves, longer the longer it takes."""
    if state in MOVING:
        return max(QUICK_S, min(SLOW_S, ctx.age_s / 20))
    if state in {ObservedState.DEGRADED, ObservedState.FAILED}:
        return max(SLOW_S, min(STEADY_S, ctx.age_s / 20))
    return STEADY_S


def chain(spec: AppSpec) -> list[type[Reconciler]]:
    """What applies to an app, in order: no secrets, no Vault; no address, no router."""
    secrets: list[type[Reconciler]] = [Secrets] if spec.secrets else []
    vault: list[type[Reconciler]] = [VaultPolicy, VaultRole] if spec.secrets or spec.database else []
    volumes: list[type[Reconciler]] = [Volumes] if spec.volumes else []
    service: list[type[Reconciler]] = [Service] if has_service(spec) else []
    router: list[type[Reconciler]] = [Router] if spec.route.kind != "none" else []
    address: list[type[Reconciler]] = [Address] if spec.route.kind == "http" else []
    promotion: list[type[Reconciler]] = [Promotion] if spec.strategy == "canary" else []
    return [*vault, *secrets, *volumes, Job, *promotion, Health, *service, *router, *address]


class _Walk:
    """What both directions share: conditions found so far, and how trouble is told."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.ctx = scope.ctx
        self.conditions: dict[ConditionType, Condition] = {}
        self.settled: set[str] = set()
        self.released: set[str] = set()

    def note(
        self,
        kind: ConditionType | None,
        status: str,
        reason: str = "",
        message: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:
        if kind is not None:
            self.conditions[kind] = Condition(kind, status, reason, message, facts=facts or {})

    def used(self) -> bool:
        """Whether an allocation was seen alive; only what this pass has read is looked at."""
        status = self.scope.__dict__.get("status")
        return status is not None and any(each.client_status in LIVE for each in status.allocations)

    def job_version(self) -> int | None:
        """The wanted job's version if this pass saw it, else the one known before."""
        job = self.conditions.get(ConditionType.JOB_REGISTERED)
        status = self.scope.__dict__.get("status")
        if job is not None and job.status == "true" and status is not None and status.job is not None:
            return int(status.job.version)
        return self.ctx.job_version

    def job_submitted_ns(self) -> int:
        """When the job that stands was registered; only what this pass has read is looked at."""
        status = self.scope.__dict__.get("status")
        return status.job.submitted_ns if status is not None and status.job is not None else 0

    def tell(
        self, seen: Observation, *, changed: bool = False, done: bool = False, part: str | None = None
    ) -> Pass:
        wait = look_again_s(seen.state, self.ctx) if seen.retryable else STEADY_S
        wait = QUICK_S if changed else wait
        return Pass(
            state=seen.state,
            conditions=tuple(self.conditions.values()),
            changed=changed,
            done=done,
            reason_code=seen.reason or None,
            message=seen.message or None,
            retryable=seen.retryable,
            part=part,
            facts=seen.facts,
            look_again_s=TROUBLE_S if part else wait,
            released=frozenset(self.released),
            used=self.used(),
            settled=frozenset(self.settled),
            job_version=self.job_version(),
            job_submitted_ns=self.job_submitted_ns(),
        )

    def trouble(self, error: OutsideError, kind: ConditionType | None) -> Pass:
        """Nothing is known of a part: nothing is deleted, and nothing is said to have failed."""
        code = f"{error.part}.{type(error).code}"
        message = redact_text(error.detail)[:500]
        self.note(kind, "unknown", code, message)
        state = self.ctx.state if self.ctx.state in MOVING else ObservedState.UNKNOWN
        if isinstance(error, OutsideRefused):
            return self.tell(Observation(Verdict.WRONG, ObservedState.FAILED, code, message, retryable=False))
        seen = Observation(Verdict.WAITING, state or ObservedState.UNKNOWN, code, message)
        if isinstance(error, OutsideConflict):
            return replace(self.tell(seen), look_again_s=QUICK_S)
        told = self.tell(seen, part=error.part)
        return replace(told, look_again_s=STEADY_S) if isinstance(error, Misconfigured) else told


class _Up(_Walk):
    """Towards present."""

    def run(self) -> Pass:
        steps = [kind(self.scope) for kind in chain(self.scope.spec)]
        for each in steps:
            self.note(each.condition, "unknown")
        try:
            self.scope.job  # noqa: B018 - rendered before anything is written: nothing is left half-made
        except Refused as refused:
            facts = {"code": refused.code, "field": refused.field, **refused.params}
            return self.tell(
                Observation(Verdict.WRONG, ObservedState.FAILED, "spec.refused", retryable=False, facts=facts)
            )
        return self.walk(steps)

    def walk(self, steps: Sequence[Reconciler]) -> Pass:
        partly: Observation | None = None
        for each in steps:
            if each.settles and each.name in self.ctx.settled:
                self.right(each)
                continue
            try:
                seen = each.observe()
                if isinstance(each, Writer) and seen.verdict in {Verdict.MISSING, Verdict.DIFFERENT}:
                    return self.write(each, seen)
            except OutsideError as error:
                return self.trouble(error, each.condition)
            if seen.verdict is Verdict.RIGHT:
                self.right(each)
                continue
            self.note(each.condition, "false", seen.reason, seen.message, seen.facts)
            if seen.verdict is not Verdict.PARTLY:
                return self.held_up(each, seen, steps) or self.tell(seen)
            partly = partly or seen
        return self.tell(partly or Observation(Verdict.RIGHT, ObservedState.RUNNING), done=partly is None)

    def held_up(self, each: Reconciler, seen: Observation, steps: Sequence[Reconciler]) -> Pass | None:
        """What is not healthy goes by Consul's checks: say where Consul is away, or what a check got."""
        if not isinstance(each, Health) or seen.verdict not in {Verdict.WAITING, Verdict.WRONG}:
            return None
        for service in (step for step in steps if isinstance(step, Service)):
            try:
                told = service.observe()
            except OutsideError as error:
                return self.trouble(error, service.condition) if seen.verdict is Verdict.WAITING else None
            if told.reason == "check.failing" and self.by_check(seen):
                facts = {**told.facts, **seen.facts}
                reason = "check.failing" if seen.reason != "deadline.passed" else seen.reason
                facts |= {"cause": told.reason} if seen.reason == "deadline.passed" else {}
                told = replace(seen, reason=reason, message=told.message or seen.message, facts=facts)
                self.note(each.condition, "false", told.reason, told.message, facts)
                return self.tell(told)
        return None

    def by_check(self, seen: Observation) -> bool:
        """Whether nothing but the check can be what is wrong; while a program is young it only starts."""
        if seen.reason == "task.starting":
            return self.ctx.age_s > CHECK_PATIENCE_S
        return seen.reason == "check.failing" or (
            seen.reason == "deadline.passed" and seen.facts.get("cause", "check.failing") == "check.failing"
        )

    def right(self, each: Reconciler) -> None:
        self.note(each.condition, "true")
        if each.settles:
            self.settled.add(each.name)

    def write(self, each: Writer, seen: Observation) -> Pass:
        """Create or update, unless the same was just done in vain: then something else writes there too."""
        if each.name in self.ctx.written and not each.repeats:
            self.note(each.condition, "false", "part.differs", seen.message)
            facts: dict[str, object] = {"part": each.name}
            state = ObservedState.FAILED
            return self.tell(Observation(Verdict.WRONG, state, "part.differs", seen.message, facts=facts))
        if seen.verdict is Verdict.MISSING:
            each.create()
        else:
            each.update()
        self.note(each.condition, "false", "working")
        state = ObservedState.PLACING if isinstance(each, Job) else ObservedState.PENDING
        return replace(self.tell(Observation(Verdict.WAITING, state), changed=True), wrote=each.name)


class _Down(_Walk):
    """Towards stopped, asleep, archived or absent: each part is seen gone before the next is touched."""

    def __init__(self, scope: Scope, desired: Desired) -> None:
        super().__init__(scope)
        self.desired = desired

    def steps(self) -> list[Removable]:
        if self.desired == "absent":
            kinds: list[type[Removable]] = [
                PurgedJob,
                Service,
                Router,
                VaultRole,
                VaultPolicy,
                Secrets,
                Volumes,
            ]
        elif self.desired == "archived":
            kinds = [Job, Service, Router]
        else:
            kinds = [Job]
        return [kind(self.scope) for kind in kinds]

    def run(self) -> Pass:
        for each in self.steps():
            try:
                if (told := self.remove(each)) is not None:
                    return told
            except OutsideError as error:
                return self.trouble(error, each.condition)
            if isinstance(each, Job):
                self.released.add("running")
            if isinstance(each, Volumes):
                self.released.add("storage")
        return self.tell(Observation(Verdict.RIGHT, ENDS[self.desired]), done=True)

    def remove(self, each: Removable) -> Pass | None:
        """What is to be told of a part that is not gone, or None."""
        seen = each.remains()
        if seen.verdict is Verdict.GONE:
            return None
        if seen.verdict is Verdict.LEFT:
            if not each.delete():
                return None
            return self.tell(Observation(Verdict.WAITING, ObservedState.STOPPING), changed=True)
        return self.tell(seen)
