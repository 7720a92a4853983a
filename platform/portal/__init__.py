"""The composition root: settings, urls, ASGI, Celery, the map from errors to HTTP. It may know everyone."""

# Every process, not only a worker, must know the Celery app before it sends a task by name.
from portal.celery import app as celery_app

__all__ = ["celery_app"]
