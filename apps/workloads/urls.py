"""Addresses of the apps' pages."""

from django.urls import path

from apps.workloads import views

app_name = "workloads"
urlpatterns = [
    path("help/reasons/", views.reasons, name="help-reasons"),
    path("help/reasons/<str:code>/", views.reason, name="help-reason"),
    path("apps/", views.apps, name="list"),
    path("apps/name/", views.name, name="name"),
    path("apps/<uuid:app_id>/", views.app_page, name="app"),
    path("apps/<uuid:app_id>/live/", views.live, name="live"),
    path("apps/<uuid:app_id>/story/", views.story, name="story"),
    path("apps/<uuid:app_id>/releases/", views.releases, name="releases"),
    path("apps/<uuid:app_id>/releases/<int:number>/", views.release, name="release"),
    path("apps/<uuid:app_id>/releases/<int:number>/plan/", views.release_plan, name="release-plan"),
    path("apps/<uuid:app_id>/releases/<int:number>/rollback/", views.rollback, name="rollback"),
    path("apps/<uuid:app_id>/scale/", views.scale, name="scale"),
    path("apps/<uuid:app_id>/canary/promote/", views.promote, name="promote"),
    path("apps/<uuid:app_id>/canary/abort/", views.abort, name="abort"),
    path("apps/<uuid:app_id>/logs/", views.logs, name="logs"),
    path("apps/<uuid:app_id>/secrets/", views.secrets, name="secrets"),
    path("apps/<uuid:app_id>/secrets/hidden/", views.hidden, name="hidden"),
    path("apps/<uuid:app_id>/secrets/reveal/", views.reveal, name="reveal"),
    path("apps/<uuid:app_id>/secrets/rotate/", views.rotate, name="rotate"),
    path("apps/<uuid:app_id>/secrets/provide/", views.provide, name="provide"),
    path("apps/<uuid:app_id>/data/", views.data, name="data"),
    path("apps/<uuid:app_id>/access/", views.access, name="access"),
    path("apps/<uuid:app_id>/settings/", views.settings, name="settings"),
    path("apps/<uuid:app_id>/rename/", views.rename, name="rename"),
    path("apps/<uuid:app_id>/address/", views.readdress, name="address"),
    path("apps/<uuid:app_id>/duplicate/", views.duplicate, name="duplicate"),
    path("apps/<uuid:app_id>/handover/", views.offer, name="offer"),
    path("handovers/<uuid:handover_id>/", views.handover, name="handover"),
    path("handovers/<uuid:handover_id>/accept/", views.accept, name="accept"),
    path("handovers/<uuid:handover_id>/decline/", views.decline, name="decline"),
    path("handovers/<uuid:handover_id>/withdraw/", views.withdraw, name="withdraw"),
    path("apps/<uuid:app_id>/stop/", views.stop, name="stop"),
    path("apps/<uuid:app_id>/start/", views.start, name="start"),
    path("apps/<uuid:app_id>/retry/", views.retry, name="retry"),
    path("apps/<uuid:app_id>/restart/", views.restart, name="restart"),
    path("apps/<uuid:app_id>/sleep/", views.sleep, name="sleep"),
    path("apps/<uuid:app_id>/delete/", views.delete, name="delete"),
    path("apps/<uuid:app_id>/undo/", views.undo, name="undo"),
    path("apps/<uuid:app_id>/purge/", views.purge, name="purge"),
]
