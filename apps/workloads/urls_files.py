"""The address under which nodes fetch a release's files."""

from django.urls import path

from apps.workloads.views_files import release_file_view

urlpatterns = [
    path("files/<str:key>/<str:sha256>/<str:name>", release_file_view, name="release-file"),
]
