"""Celery: messages are hints to look, so they may be late, lost or doubled (design 1.1).

The values were measured: early acknowledgement loses a task with its worker; so does late acknowledgement
alone when the child dies; a hung Redis hangs whoever publishes unless its sockets time out.
"""

import os
from datetime import timedelta
from typing import Any

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

#: seconds; task limit < visibility. Reconciling has a limit of its own (apps.workloads.tasks)
TASK_SOFT_LIMIT = 90
TASK_LIMIT = 100
VISIBILITY = 300

BEAT: dict[str, dict[str, Any]] = {
    "forget-answers": {"task": "apps.base.tasks.forget_answers", "schedule": timedelta(hours=1)},
    "check-accounts": {"task": "apps.accounts.tasks.check_accounts", "schedule": timedelta(seconds=30)},
    "forget-ended-sessions": {"task": "apps.accounts.tasks.forget_ended", "schedule": timedelta(hours=1)},
    "send-what-is-due": {"task": "apps.workloads.tasks.sweep", "schedule": timedelta(seconds=15)},
    "withdraw-orphans": {"task": "apps.approvals.tasks.withdraw_orphans", "schedule": timedelta(minutes=1)},
    "end-grants": {"task": "apps.quotas.tasks.end_grants", "schedule": timedelta(hours=1)},
    "recount": {"task": "apps.quotas.tasks.recount", "schedule": timedelta(hours=24)},
}

app = Celery("paillasse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="default",
    task_routes={"apps.workloads.tasks.reconcile_app": {"queue": "reconcile"}},
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=TASK_SOFT_LIMIT,
    task_time_limit=TASK_LIMIT,
    task_publish_retry=False,  # the sweep looks anyway; a person must not wait for a broker
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=20,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=2_000,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": VISIBILITY,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
    },
    beat_schedule=BEAT,
)
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
