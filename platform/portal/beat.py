"""The clock: `python -m portal.beat FILE` sends the names of SCHEDULE in time; FILE remembers the last times.

It sends names and nothing else, so it loads neither Django nor a room (ADR 0030). All it needs is REDIS_URL.
"""

import logging.config
import sys
from typing import Any

from celery import Celery, signals

from portal import broker, logs
from portal.env import env

app = Celery("paillasse-beat", broker=env.str("REDIS_URL", default="redis://127.0.0.1:6379/0"), fixups=[])
app.conf.update(
    task_serializer="json",
    task_default_queue=broker.DEFAULT_QUEUE,
    task_routes=broker.ROUTES,
    task_ignore_result=True,
    task_publish_retry=False,  # the next turn comes anyway
    broker_connection_max_retries=None,
    broker_transport_options=broker.TRANSPORT,
    beat_schedule=broker.SCHEDULE,
)


@signals.setup_logging.connect
def set_up_logging(**_told: Any) -> None:
    """Logs as those of the other processes."""
    logging.config.dictConfig(logs.configuration(env.str("LOG_LEVEL", default="INFO")))


def main(schedule: str) -> None:
    """Run until a signal."""
    app.Beat(schedule=schedule, quiet=True).run()


if __name__ == "__main__":
    main(sys.argv[1])
