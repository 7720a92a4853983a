"""Celery: messages are hints to look, so they may be late, lost or doubled (design 1.1).

The values were measured: early acknowledgement loses a task with its worker; so does late acknowledgement
alone when the child dies; a hung Redis hangs whoever publishes unless its sockets time out.
"""

import gc
import os
import sys
from typing import Any

from celery import Celery, bootsteps, signals
from django.db import close_old_connections
from django_structlog.celery.steps import DjangoStructLogInitStep

from portal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# Celery would run all of Django's checks without looking at what they find, and load every page and endpoint
# for them. `Sound` looks at those that a worker needs.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

#: seconds; task limit < visibility. Reconciling has a limit of its own (apps.workloads.tasks)
TASK_SOFT_LIMIT = 90
TASK_LIMIT = 100


class Sound(bootsteps.Step):
    """A worker does not start with settings that would be unsafe: raises ImproperlyConfigured.

    A step, since what a signal's receiver raises is logged and the worker starts all the same.
    """

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        from portal.checks import require_sound

        require_sound()


app = Celery("paillasse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_default_queue=broker.DEFAULT_QUEUE,
    task_routes=broker.ROUTES,
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
    broker_transport_options=broker.TRANSPORT,
)
# Celery would end each child's database connection before and after every task. `keep_connection` does what
# Django does around a request: it closes what is broken or too old, and has the rest tried before it is used.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.steps["worker"].add(DjangoStructLogInitStep)
app.steps["worker"].add(Sound)
app.autodiscover_tasks()


@signals.task_prerun.connect
def keep_connection(**_told: Any) -> None:
    """From task to task, as long as it works."""
    close_old_connections()


@signals.setup_logging.connect
def keep_logging(**_told: Any) -> None:
    """The settings' own logging stands: with nobody here Celery would hide what is below WARNING."""


@signals.worker_before_create_process.connect
def share_what_is_loaded(**_told: Any) -> None:
    """Keep the collector off what was loaded before the fork: pages that nobody touches stay shared."""
    gc.collect()
    gc.freeze()
