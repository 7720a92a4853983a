"""Addresses of the apps' pages."""

from django.urls import path

from apps.workloads import views

app_name = "workloads"
urlpatterns = [
    path("apps/", views.apps, name="list"),
    path("apps/name/", views.name, name="name"),
    path("apps/<uuid:app_id>/", views.app_page, name="app"),
    path("apps/<uuid:app_id>/live/", views.live, name="live"),
    path("apps/<uuid:app_id>/releases/", views.releases, name="releases"),
    path("apps/<uuid:app_id>/logs/", views.logs, name="logs"),
    path("apps/<uuid:app_id>/logs/tail/", views.log_tail, name="log-tail"),
    path("apps/<uuid:app_id>/secrets/", views.secrets, name="secrets"),
    path("apps/<uuid:app_id>/secrets/hidden/", views.hidden, name="hidden"),
    path("apps/<uuid:app_id>/secrets/reveal/", views.reveal, name="reveal"),
    path("apps/<uuid:app_id>/secrets/provide/", views.provide, name="provide"),
    path("apps/<uuid:app_id>/data/", views.data, name="data"),
    path("apps/<uuid:app_id>/access/", views.access, name="access"),
    path("apps/<uuid:app_id>/settings/", views.settings, name="settings"),
    path("apps/<uuid:app_id>/stop/", views.stop, name="stop"),
    path("apps/<uuid:app_id>/start/", views.start, name="start"),
    path("apps/<uuid:app_id>/retry/", views.retry, name="retry"),
    path("apps/<uuid:app_id>/restart/", views.restart, name="restart"),
    path("apps/<uuid:app_id>/delete/", views.delete, name="delete"),
]
