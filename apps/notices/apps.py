"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `notices`."""

    name = "apps.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
