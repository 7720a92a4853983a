"""Addresses of import and export."""

from django.urls import path

from portal.labfile import views

app_name = "labfile"
urlpatterns = [
    path("import/", views.hand_in, name="import"),
    path("import/confirm/", views.confirm, name="confirm"),
    path("import/export/", views.export, name="export"),
]
