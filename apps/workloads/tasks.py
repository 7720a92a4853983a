"""Celery's entry: a message is only a hint to look, so losing one or having it twice does no harm."""

from typing import Any
from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready

from apps.workloads import lab, services
from apps.workloads.reconcile import reconcile, story, survey_secrets
from apps.workloads.services import hints
from drivers.wiring import open_drivers

TIME_LIMIT_S = 60  #: the claim's lease is shorter and renewed on the way: fencing holds late writers off


# Acknowledged early: the claim makes the app due again when a worker dies, and counts how often it did.
@shared_task(ignore_result=True, acks_late=False, soft_time_limit=TIME_LIMIT_S - 5, time_limit=TIME_LIMIT_S)
def reconcile_app(*, app_id: str, **_later: Any) -> None:
    """Look at one app."""
    reconcile(UUID(app_id))


@shared_task(ignore_result=True, acks_late=False, soft_time_limit=TIME_LIMIT_S - 5, time_limit=TIME_LIMIT_S)
def purge_app(*, app_id: str, **_later: Any) -> None:
    """Look at one app that is to be gone for good: a process of its own may hold that right."""
    reconcile(UUID(app_id))


def send(due: hints.Due, **options: Any) -> None:
    """A message that an app is due, to the process that holds the right for what is to be done."""
    task = purge_app if due.absent else reconcile_app
    task.apply_async(kwargs={"app_id": str(due.app_id)}, **options)


@shared_task
def sweep(**_later: Any) -> None:
    """Send what is due, in case the watcher is not there to do it; what it has sent already is left alone."""
    for due in hints.choose():
        send(due)


@shared_task
def survey_vault(**_later: Any) -> None:
    """Compare what OpenBao lists with what settled apps left there: the worker alone may list it."""
    survey_secrets(open_drivers(lab.wiring()))


@shared_task
def end_retentions(**_later: Any) -> None:
    """Purge deleted apps that can no longer be brought back; a repeat does nothing."""
    services.end_retentions()


@shared_task
def follow_days(**_later: Any) -> None:
    """Old addresses are free again, offers and canaries that nobody answered end; a repeat does nothing."""
    services.free_former()
    services.expire_offers()
    services.canaries.end_late()


@shared_task
def thin_stories(**_later: Any) -> None:
    """Timelines keep a number of lines that others told; a repeat does nothing."""
    story.thin()


@worker_ready.connect
def begin(**_signal: Any) -> None:
    """Have sent again what an earlier worker may have taken with it."""
    hints.forget_sent()
