"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `workloads`."""

    name = "apps.workloads"
    label = "workloads"
    default_auto_field = "django.db.models.BigAutoField"
