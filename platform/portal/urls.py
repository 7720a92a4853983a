"""All addresses: each room brings its own."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from portal.health import livez, readyz
from portal.problems import known_problems


def _present(*modules: str) -> list[URLResolver]:
    return [path("", include(module)) for module in modules if find_spec(module)]


urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("oidc/", include("portal.login.urls")),
    path("", include("apps.volumes.urls_files")),
    path("", include("apps.workloads.urls_files")),
    path("", include("portal.labfile.urls")),
    path("api/problems/", known_problems, name="problems"),
    path("api/", include("portal.api")),
    *_present(*(f"apps.{room}.urls" for room in [*settings.ROOMS, "approvals", "console"])),
]
handler400 = "portal.pages.bad_request"
handler403 = "portal.pages.permission_denied"
handler404 = "portal.pages.page_not_found"
handler500 = "portal.pages.server_error"
