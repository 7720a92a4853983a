"""Where keepers send and fetch the parts of snapshots: to be tried before the addresses of files."""

from django.urls import path

from apps.volumes.views_files import done_view, part_view

urlpatterns = [
    path("files/snapshots/<str:key>/<int:number>", part_view, name="snapshot-part"),
    path("files/snapshots/<str:key>/done", done_view, name="snapshot-done"),
]
