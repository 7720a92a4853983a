"""The one policy of an app: its own literal paths, and the life of its own token, nothing else."""

from orchestration.render.database_template import credentials_path
from orchestration.specs import AppSpec

#: Nomad renews each task's token with that token, and kills a task for whom this is refused.
RENEW_SELF = "auth/token/renew-self"
#: The lease of a login is renewed so, too: whoever asks must name it, and only its reader was told the name.
RENEW_LEASE = "sys/leases/renew"


def owner_mark(app_id: str) -> str:
    """The comment by which a policy is known as ours: policies hold no metadata."""
    return f"# paillasse.app {app_id}"


def vault_policy(spec: AppSpec) -> str:
    """HCL of the policy; the paths are literal, so no claim of a token can widen them."""
    rules = [(RENEW_SELF, "update")]
    if spec.secrets:
        rules.append((f"{spec.edge.kv_mount}/data/{spec.names.secret_path}", "read"))
    if spec.database is not None:
        rules.append((credentials_path(spec.edge.database_mount, spec.database.role), "read"))
        rules.append((RENEW_LEASE, "update"))
    blocks = (f'path "{path}" {{\n  capabilities = ["{right}"]\n}}\n' for path, right in rules)
    return f"{owner_mark(spec.app_id)}\n{''.join(blocks)}"
