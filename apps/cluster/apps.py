"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `cluster`."""

    name = "apps.cluster"
    label = "cluster"
    default_auto_field = "django.db.models.BigAutoField"
