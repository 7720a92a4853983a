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
    path("requests/<uuid:request_id>/assign/", views.assign, name="assign"),
    path("rules/", views.rules, name="rules"),
    path("rules/new/", views.new_rule, name="new-rule"),
    path("rules/<uuid:rule_id>/", views.edit_rule, name="rule"),
    path("rules/<uuid:rule_id>/enable/", views.enable_rule, name="enable-rule"),
    path("rules/<uuid:rule_id>/move/", views.move_rule, name="move-rule"),
    path("rules/<uuid:rule_id>/delete/", views.delete_rule, name="delete-rule"),
    path("absences/", views.absences, name="absences"),
    path("absences/<uuid:absence_id>/end/", views.end_absence, name="end-absence"),
]
