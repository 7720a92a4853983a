"""Addresses of what is done on the tab Data of an app."""

from django.urls import path

from apps.volumes import views

app_name = "volumes"
_DATA = "apps/<uuid:app_id>/data/"
_VOLUME, _SNAPSHOT = f"{_DATA}<slug:name>/", f"{_DATA}snapshots/<uuid:snapshot_id>/"
urlpatterns = [
    path(f"{_DATA}live/", views.live, name="live"),
    path(f"{_DATA}measure/", views.measure, name="measure"),
    path(f"{_VOLUME}snapshot/", views.take, name="take"),
    path(f"{_VOLUME}schedule/", views.schedule, name="schedule"),
    path(f"{_VOLUME}delete/", views.delete_volume, name="delete-volume"),
    path(f"{_SNAPSHOT}retry/", views.retry, name="retry"),
    path(f"{_SNAPSHOT}delete/", views.delete_snapshot, name="delete-snapshot"),
    path(f"{_SNAPSHOT}restore/", views.restore, name="restore"),
    path(f"{_SNAPSHOT}restore-new/", views.restore_new, name="restore-new"),
    path(f"{_SNAPSHOT}download/", views.download, name="download"),
]
