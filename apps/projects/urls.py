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
    path(f"{_ONE}review/", views.review, name="review"),
    path(f"{_ONE}members/", views.members, name="members"),
    path(f"{_ONE}members/people/", views.suggest, name="suggest"),
    path(f"{_ONE}members/invite/", views.invite, name="invite"),
    path(f"{_ONE}invitations/<uuid:invitation_id>/resend/", views.resend, name="resend"),
    path(f"{_ONE}invitations/<uuid:invitation_id>/revoke/", views.revoke, name="revoke"),
    path(f"{_MEMBER}change/", views.change_member, name="change-member"),
    path(f"{_MEMBER}remove/", views.remove_member, name="remove-member"),
    path("invitations/<str:key>/", views.invitation, name="invitation"),
    path("invitations/<str:key>/accept/", views.accept, name="accept"),
    path("invitations/<str:key>/decline/", views.decline, name="decline"),
    path("groups/", views.groups, name="groups"),
    path("groups/<uuid:mapping_id>/remove/", views.unmap_group, name="unmap-group"),
    path("departures/", views.departures, name="departures"),
    path("departures/<uuid:departure_id>/", views.departure, name="departure"),
    path("departures/<uuid:departure_id>/hand-over/", views.hand_over, name="hand-over"),
    path("departures/<uuid:departure_id>/settle/", views.settle, name="settle"),
]
