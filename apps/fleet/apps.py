"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `fleet`."""

    name = "apps.fleet"
    label = "fleet"
    default_auto_field = "django.db.models.BigAutoField"
