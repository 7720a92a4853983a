"""What may be sent to Nomad at all, whoever asked: roles are worth nothing without it (design 1.9)."""

from orchestration.policy.judge import judge
from orchestration.policy.keeper import judge_keeper
from orchestration.policy.rules import PolicyRules, Violation

__all__ = ["PolicyRules", "Violation", "judge", "judge_keeper"]
