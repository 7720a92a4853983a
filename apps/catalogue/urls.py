"""Addresses of the catalogue's pages."""

from django.urls import path

from apps.catalogue import views

app_name = "catalogue"
urlpatterns = [
    path("catalogue/", views.catalogue, name="list"),
    path("catalogue/<slug:slug>/", views.template, name="template"),
]
