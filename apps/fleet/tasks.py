"""The clock's entry: a step of every upgrade of the fleet."""

from typing import Any

from celery import shared_task

from apps.fleet import services


@shared_task
def step_upgrades(**_later: Any) -> None:
    """Take a step of each; nothing is lost where this message is."""
    services.step_all()
