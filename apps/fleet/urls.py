"""Addresses of the fleet's pages."""

from django.urls import path

from apps.fleet import views

app_name = "fleet"
urlpatterns = [
    path("fleet/", views.fleet, name="fleet"),
    path("fleet/new/<slug:template>/", views.new, name="new"),
    path("fleet/upgrades/<uuid:upgrade_id>/", views.upgrade, name="upgrade"),
    path("fleet/upgrades/<uuid:upgrade_id>/pause/", views.pause, name="pause"),
    path("fleet/upgrades/<uuid:upgrade_id>/resume/", views.resume, name="resume"),
    path("fleet/upgrades/<uuid:upgrade_id>/cancel/", views.cancel, name="cancel"),
]
