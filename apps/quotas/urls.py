"""Addresses of the quotas' pages."""

from django.urls import path

from apps.quotas import views

app_name = "quotas"
urlpatterns = [
    path("projects/<slug:slug>/quota/", views.project, name="project"),
    path("projects/<slug:slug>/quota/set/", views.limits, name="limits"),
    path("projects/<slug:slug>/quota/ceiling/", views.member_ceiling, name="member-ceiling"),
    path("quotas/", views.every, name="all"),
    path("quotas/ceiling/", views.lab_ceiling, name="lab-ceiling"),
]
