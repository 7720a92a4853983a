"""Addresses of the cluster's pages."""

from django.urls import path

from apps.cluster import views

app_name = "cluster"
urlpatterns = [path("status/", views.status, name="status")]
