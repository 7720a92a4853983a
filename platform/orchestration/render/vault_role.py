"""The JWT role of an app, bound to its job id: another job that names it cannot log in."""

from typing import Any

from orchestration.specs import AppSpec

TOKEN_PERIOD_S = 1800


def vault_role(spec: AppSpec) -> dict[str, Any]:
    """Body of ``auth/<mount>/role/<name>``. Seconds."""
    return {
        "role_type": "jwt",
        "bound_audiences": ["vault.io"],
        "user_claim": "/nomad_job_id",
        "user_claim_json_pointer": True,
        "bound_claims": {"nomad_job_id": spec.names.job_id, "nomad_namespace": spec.placement.namespace},
        "token_type": "service",
        "token_policies": [spec.names.vault_policy],
        "token_no_default_policy": True,
        "token_period": TOKEN_PERIOD_S,
    }
