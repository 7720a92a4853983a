"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `quotas`."""

    name = "apps.quotas"
    label = "quotas"
    default_auto_field = "django.db.models.BigAutoField"
