"""The one policy of an app: read its own literal path, nothing else."""

from orchestration.specs import AppSpec


def owner_mark(app_id: str) -> str:
    """The comment by which a policy is known as ours: policies hold no metadata."""
    return f"# paillasse.app {app_id}"


def vault_policy(spec: AppSpec) -> str:
    """HCL of the policy; the path is literal, so no claim of a token can widen it."""
    return (
        f"{owner_mark(spec.app_id)}\n"
        f'path "{spec.edge.kv_mount}/data/{spec.names.secret_path}" {{\n'
        '  capabilities = ["read"]\n'
        "}\n"
    )
