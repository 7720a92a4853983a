"""What PostgreSQL adds to what a pass saw: which machines come closest to having room."""

from dataclasses import replace

from apps.cluster import selectors as cluster
from orchestration.specs import AppSpec
from orchestration.states import Pass


def with_closest(seen: Pass, spec: AppSpec) -> Pass:
    """The same pass; where no machine has room, with those that have the most of what is short."""
    if "placement.exhausted" not in {seen.reason_code, seen.facts.get("cause")}:
        return seen
    near = cluster.closest(str(seen.facts.get("dimension", "")), driver=spec.placement.driver)
    return replace(seen, facts={**seen.facts, "closest": near}) if near else seen
