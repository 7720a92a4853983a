"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `base`."""

    name = "apps.base"
    label = "base"
    default_auto_field = "django.db.models.BigAutoField"
