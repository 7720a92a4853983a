"""What all sides of the broker share: where messages go, when they are sent, how long Redis is waited for.

Plain values: the clock (portal.beat) reads them without loading a room.
"""

from datetime import timedelta
from typing import Any

VISIBILITY = 300  #: seconds after which a message that nobody finished is delivered again

TRANSPORT: dict[str, Any] = {
    "visibility_timeout": VISIBILITY,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
}
DEFAULT_QUEUE = "default"
ROUTES = {
    "apps.workloads.tasks.reconcile_app": {"queue": "reconcile"},
    "apps.workloads.tasks.purge_app": {"queue": "purge"},
    "apps.volumes.tasks.remove": {"queue": "purge"},
}
SCHEDULE: dict[str, dict[str, Any]] = {
    "forget-answers": {"task": "apps.base.tasks.forget_answers", "schedule": timedelta(hours=1)},
    "seal-audit": {"task": "apps.audit.tasks.seal", "schedule": timedelta(seconds=10)},
    "verify-audit": {"task": "apps.audit.tasks.verify_chain", "schedule": timedelta(hours=24)},
    "forget-uploads": {"task": "apps.base.tasks.forget_uploads", "schedule": timedelta(hours=1)},
    "check-accounts": {"task": "apps.accounts.tasks.check_accounts", "schedule": timedelta(seconds=30)},
    "forget-ended-sessions": {"task": "apps.accounts.tasks.forget_ended", "schedule": timedelta(hours=1)},
    "send-what-is-due": {"task": "apps.workloads.tasks.sweep", "schedule": timedelta(seconds=15)},
    "step-upgrades": {"task": "apps.fleet.tasks.step_upgrades", "schedule": timedelta(seconds=5)},
    "survey-vault": {"task": "apps.workloads.tasks.survey_vault", "schedule": timedelta(minutes=10)},
    "end-retentions": {"task": "apps.workloads.tasks.end_retentions", "schedule": timedelta(minutes=5)},
    "follow-leases": {"task": "apps.leases.tasks.follow", "schedule": timedelta(minutes=15)},
    "follow-apps-days": {"task": "apps.workloads.tasks.follow_days", "schedule": timedelta(hours=1)},
    "thin-stories": {"task": "apps.workloads.tasks.thin_stories", "schedule": timedelta(hours=1)},
    "withdraw-orphans": {"task": "apps.approvals.tasks.withdraw_orphans", "schedule": timedelta(minutes=1)},
    "forget-notices": {"task": "apps.notices.tasks.forget_notices", "schedule": timedelta(hours=24)},
    "remind-deciders": {"task": "apps.approvals.tasks.remind", "schedule": timedelta(hours=1)},
    "expire-requests": {"task": "apps.approvals.tasks.expire", "schedule": timedelta(hours=1)},
    "follow-days": {"task": "apps.projects.tasks.follow_days", "schedule": timedelta(hours=1)},
    "end-grants": {"task": "apps.quotas.tasks.end_grants", "schedule": timedelta(hours=1)},
    "tell-ending-grants": {"task": "apps.quotas.tasks.tell_ending", "schedule": timedelta(hours=6)},
    "sample-usage": {"task": "apps.quotas.tasks.sample_usage", "schedule": timedelta(hours=1)},
    "look-at-volumes": {"task": "apps.volumes.tasks.look", "schedule": timedelta(seconds=3)},
    "find-strays": {"task": "apps.volumes.tasks.find_strays", "schedule": timedelta(minutes=10)},
    "thin-usage": {"task": "apps.quotas.tasks.thin_usage", "schedule": timedelta(hours=24)},
    "recount": {"task": "apps.quotas.tasks.recount", "schedule": timedelta(hours=24)},
}
