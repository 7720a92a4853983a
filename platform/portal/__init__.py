"""The composition root: settings, urls, ASGI, Celery, the map from errors to HTTP. It may know everyone."""
