"""A list of the same requests by Django's own admin: what a list page costs that nobody worked on.

Run by uvicorn beside the portal, on its database, which it only reads; DATABASE_URL says where. Everybody may
look: it stands on loopback for as long as one benchmark takes.
"""

import os
import secrets
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import django
import environ
from django.conf import settings

PAGE = 50

settings.configure(
    SECRET_KEY=secrets.token_hex(32),
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {**environ.Env.db_url_config(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": 60}},
    INSTALLED_APPS=[
        "django.contrib.admin.apps.SimpleAdminConfig",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=["benchmarks.peer.counted"],
    ROOT_URLCONF="benchmarks.peer",
    STATIC_URL="/static/",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
)
django.setup()

from django.contrib import admin  # noqa: E402 - models need the settings above
from django.core.asgi import get_asgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Person(models.Model):
    """Who asked."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)

    class Meta:
        app_label, db_table, managed = "peer", "accounts_person", False

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """For which project."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=100)

    class Meta:
        app_label, db_table, managed = "peer", "projects_project", False

    def __str__(self) -> str:
        return self.name


class Request(models.Model):
    """What was asked."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=20)
    effect = models.PositiveIntegerField()
    reason = models.TextField()
    created_at = models.DateTimeField()
    project = models.ForeignKey(Project, null=True, on_delete=models.DO_NOTHING)
    requester = models.ForeignKey(Person, null=True, on_delete=models.DO_NOTHING)

    class Meta:
        app_label, db_table, managed = "peer", "approvals_request", False


class Requests(admin.ModelAdmin):  # type: ignore[type-arg] # Django's class takes none as it runs
    """The list, with what /decisions/ shows of a request."""

    list_display = ("created_at", "kind", "state", "project", "requester", "effect", "reason")
    list_select_related = ("project", "requester")
    list_per_page = PAGE
    ordering = ("-created_at",)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 - Django's
        """Everybody may."""
        return True

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 - Django's
        """Nobody may."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's
        """Everybody may."""
        return True

    has_add_permission = has_delete_permission = has_change_permission


def counted(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request a user, and say in a header of the answer how many queries it took."""

    def inner(request: HttpRequest) -> HttpResponse:
        request.user = SimpleNamespace(  # type: ignore[assignment] # what the templates read of one
            is_active=True, is_staff=True, has_usable_password=lambda: False, get_short_name=lambda: "peer"
        )
        seen: list[str] = []

        def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            seen.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            found = answer(request)
            if hasattr(found, "render"):
                found = found.render()
        found["X-Queries"] = str(len(seen))
        return found

    return inner


class Site(admin.AdminSite):
    """An admin of one list, without a menu."""

    def has_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Everybody may look."""
        return True

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:  # noqa: ARG002 - Django's
        """No menu: this is no installed app."""
        return []


site = Site(name="admin")
site.register(Request, Requests)
urlpatterns = [path("admin/", site.urls)]
application = get_asgi_application()
