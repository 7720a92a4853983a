"""Addresses of the projects' pages."""

from django.urls import path

from apps.projects import views

app_name = "projects"
urlpatterns = [
    path("projects/", views.projects, name="list"),
    path("projects/<slug:slug>/", views.project, name="project"),
    path("projects/<slug:slug>/members/", views.members, name="members"),
    path("projects/<slug:slug>/members/<uuid:membership_id>/role/", views.change_role, name="change-role"),
    path(
        "projects/<slug:slug>/members/<uuid:membership_id>/remove/", views.remove_member, name="remove-member"
    ),
]
