"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `leases`."""

    name = "apps.leases"
    label = "leases"
    default_auto_field = "django.db.models.BigAutoField"
