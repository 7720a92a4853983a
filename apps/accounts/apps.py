"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `accounts`."""

    name = "apps.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
