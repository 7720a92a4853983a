"""What is done here in time: sealing, and a look at the whole chain."""

import structlog
from celery import shared_task

from apps.audit import services
from apps.audit.chain import verify

log = structlog.get_logger(__name__)


@shared_task
def seal(**_later: object) -> None:
    """Seal what waits."""
    services.seal()


@shared_task
def verify_chain(**_later: object) -> None:
    """Read the whole chain. Its head goes to the log, which the database's administrator cannot rewrite."""
    report = verify()
    if report.ok:
        log.info("audit.verified", head=str(report.head), waiting=report.waiting)
    else:
        log.error("audit.broken", found=report.broken, head=str(report.head))
