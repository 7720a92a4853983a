"""Addresses of notices."""

from django.urls import path

from apps.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.notices, name="list"),
    path("notices/read/", views.read_all, name="read-all"),
    path("notices/preferences/", views.preferences, name="preferences"),
    path("notices/undelivered/", views.undelivered, name="undelivered"),
    path("notices/undelivered/<int:row_id>/", views.try_again, name="try-again"),
    path("notices/stop/<str:token>/", views.stop, name="stop"),
    path("notices/<uuid:notice_id>/", views.follow, name="follow"),
    path("notices/<uuid:notice_id>/read/", views.read, name="read"),
]
