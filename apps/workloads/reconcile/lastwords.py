"""The last lines that a failed task wrote, kept because Nomad forgets them with the allocation."""

import structlog

from kernel.disarm import disarm
from kernel.errors import OutsideError
from kernel.redact import redact_text
from orchestration.ports import AllocState, Drivers
from orchestration.specs import AppSpec

LINES = 200
STREAMS = ("stdout", "stderr")
log = structlog.get_logger(__name__)


def last_words(spec: AppSpec, drivers: Drivers) -> dict[str, str]:
    """Out and err of the newest allocation that failed, disarmed and redacted; empty where there is none."""
    try:
        alloc = _newest(drivers.jobs.status(spec.names.job_id).allocations)
        if alloc is None:
            return {}
        task = _task(alloc)
        texts = {stream: _tail(drivers.jobs.log_tail(alloc.id, task, stream)) for stream in STREAMS}
    except OutsideError as error:
        log.info("workloads.no_last_words", slug=spec.names.slug, code=error.code)
        return {}
    return {**texts, "task": task, "allocation": alloc.id} if any(texts.values()) else {}


def _newest(allocations: tuple[AllocState, ...]) -> AllocState | None:
    """The failed one that changed last, else whatever changed last."""
    by_age = sorted(allocations, key=lambda each: (each.failed, each.modify_index))
    return by_age[-1] if by_age else None


def _task(alloc: AllocState) -> str:
    return next(iter(alloc.tasks or alloc.task_states), "app")


def _tail(text: str) -> str:
    return redact_text("\n".join(map(disarm, text.splitlines()[-LINES:])))
