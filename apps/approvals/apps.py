"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `approvals`."""

    name = "apps.approvals"
    label = "approvals"
    default_auto_field = "django.db.models.BigAutoField"
