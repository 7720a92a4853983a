"""Django's registration of this room."""

from django.apps import AppConfig


class RoomConfig(AppConfig):
    """The room `projects`."""

    name = "apps.projects"
    label = "projects"
    default_auto_field = "django.db.models.BigAutoField"
