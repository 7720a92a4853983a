"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `catalogue`."""

    name = "apps.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"
