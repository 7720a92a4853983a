"""One JSON object a line, with the request's or task's id, and no secret in it."""

from typing import Any

import structlog
from structlog.types import EventDict

from kernel.redact import redact


def _without_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Hide values under telling names and what looks like a token. Runs last, on texts alone."""
    clean: EventDict = redact(dict(event))
    return clean


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.format_exc_info,
    structlog.processors.UnicodeDecoder(),
]


def configuration(level: str) -> dict[str, Any]:
    """Django's LOGGING; also sets structlog up."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderers = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _without_secrets,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": renderers,
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            # django_structlog tells of each request once; these would repeat it, with the query.
            "django.server": {"handlers": [], "propagate": False},
            # django_structlog tells of each task's start and end.
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
            "uvicorn.access": {"handlers": [], "propagate": False},
            "uvicorn.error": {"handlers": [], "level": "INFO"},
        },
    }
