"""The web process: `uvicorn portal.asgi:application`."""

import os
from typing import Any

from portal.limits import App, LimitBody


def _application() -> App:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.conf import settings
    from django.core.asgi import get_asgi_application

    django: Any = get_asgi_application()

    from portal.checks import require_sound

    require_sound()
    return LimitBody(django, settings.BODY_MAX_BYTES)


application = _application()
