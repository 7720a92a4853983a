"""From an AppSpec to what stands outside: pure functions.

The engine, the golden tests and the page that shows a job use the same ones.
"""

from orchestration.render.job import render_job
from orchestration.render.keeper import render_keeper
from orchestration.render.traefik_tags import router_names, traefik_tags
from orchestration.render.vault_policy import vault_policy
from orchestration.render.vault_role import vault_role

__all__ = ["render_job", "render_keeper", "router_names", "traefik_tags", "vault_policy", "vault_role"]
