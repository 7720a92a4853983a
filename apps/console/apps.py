"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `console`."""

    name = "apps.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"
