"""Addresses of what is watched of an app."""

from django.urls import path

from apps.telemetry import views

app_name = "telemetry"
urlpatterns = [
    path("apps/<uuid:app_id>/logs/panel/", views.panel, name="panel"),
    path("apps/<uuid:app_id>/logs/stream/", views.stream, name="stream"),
    path("apps/<uuid:app_id>/logs/download/", views.download, name="download"),
    path("apps/<uuid:app_id>/news/", views.news, name="news"),
    path("apps/<uuid:app_id>/usage/", views.usage, name="usage"),
]
