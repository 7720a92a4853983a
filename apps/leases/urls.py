"""Addresses of leases' pages."""

from django.urls import path

from apps.leases import views

app_name = "leases"
urlpatterns = [
    path("apps/<uuid:app_id>/lease/", views.lease, name="lease"),
    path("apps/<uuid:app_id>/lease/renew/", views.renew, name="renew"),
    path("apps/<uuid:app_id>/lease/always-on/", views.always_on, name="always-on"),
    path("leases/renew/<str:token>/", views.by_link, name="by-link"),
    path("projects/<slug:slug>/lease/", views.terms, name="terms"),
]
