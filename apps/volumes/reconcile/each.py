"""What cannot be brought on holds up nothing else."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from django.db.models import Model

from kernel.errors import OutsideError, PaillasseError
from orchestration.ports import Drivers

M = TypeVar("M", bound=Model)
log = structlog.get_logger(__name__)


def each_by_itself(rows: Iterable[M], look: Callable[[M, Drivers], object], drivers: Drivers) -> int:
    """Look at each row, and say in the log what went wrong; returns how many were looked at."""
    count = 0
    for row in rows:
        count += 1
        try:
            look(row, drivers)
        except OutsideError as error:
            log.info("volumes.part_away", code=error.code, detail=error.detail[:200])
        except PaillasseError as error:
            log.info("volumes.moved_on", code=error.code, row=str(row.pk))
        except Exception:
            log.exception("volumes.look_died", row=str(row.pk))
    return count
