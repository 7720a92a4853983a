"""Addresses of requests and decisions."""

from django.urls import path

from apps.approvals import views

app_name = "approvals"
urlpatterns = [
    path("catalogue/<slug:slug>/request/", views.request_app, name="request-app"),
    path("catalogue/<slug:slug>/request/preview/", views.preview, name="preview"),
    path("apps/<uuid:app_id>/change/", views.change_app, name="change-app"),
    path("apps/<uuid:app_id>/change/preview/", views.preview_change, name="preview-change"),
    path("requests/", views.mine, name="mine"),
    path("requests/<uuid:request_id>/", views.show, name="request"),
    path("requests/<uuid:request_id>/withdraw/", views.withdraw, name="withdraw"),
    path("requests/<uuid:request_id>/approve/", views.approve, name="approve"),
    path("requests/<uuid:request_id>/reject/", views.reject, name="reject"),
    path("decisions/", views.decisions, name="decisions"),
]
