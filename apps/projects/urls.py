"""Addresses of the projects' pages."""

from django.urls import path

from apps.projects import views

app_name = "projects"
_ONE = "projects/<slug:slug>/"
_MEMBER = f"{_ONE}members/<uuid:membership_id>/"
urlpatterns = [
    path("projects/", views.projects, name="list"),
    path("new-project/", views.new_project, name="new"),
    path(_ONE, views.project, name="project"),
    path(f"{_ONE}settings/", views.settings, name="settings"),
    path(f"{_ONE}archive/", views.archive, name="archive"),
    path(f"{_ONE}restore/", views.restore, name="restore"),
    path(f"{_ONE}members/", views.members, name="members"),
    path(f"{_ONE}members/people/", views.suggest, name="suggest"),
    path(f"{_MEMBER}change/", views.change_member, name="change-member"),
    path(f"{_MEMBER}remove/", views.remove_member, name="remove-member"),
]
