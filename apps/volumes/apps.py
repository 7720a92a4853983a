"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `volumes`."""

    name = "apps.volumes"
    label = "volumes"
    default_auto_field = "django.db.models.BigAutoField"
