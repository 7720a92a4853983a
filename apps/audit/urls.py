"""Addresses of the audit's pages."""

from django.urls import path

from apps.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.events, name="list"),
    path("audit/export/", views.export, name="export"),
]
