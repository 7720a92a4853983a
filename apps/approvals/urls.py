"""Addresses of requests and decisions."""

from django.urls import path

from apps.approvals import views

app_name = "approvals"
urlpatterns = [
    path("catalogue/<slug:slug>/request/", views.request_app, name="request-app"),
    path("catalogue/<slug:slug>/request/preview/", views.preview, name="preview"),
    path("apps/<uuid:app_id>/change/", views.change_app, name="change-app"),
    path("apps/<uuid:app_id>/change/plan/", views.plan_change, name="plan-change"),
    path("apps/<uuid:app_id>/change/preview/", views.preview_change, name="preview-change"),
    path("apps/<uuid:app_id>/lease/ask/", views.ask_lease, name="ask-lease"),
    path("requests/", views.mine, name="mine"),
    path("requests/<uuid:request_id>/", views.show, name="request"),
    path("requests/project/", views.ask_project, name="ask-project"),
    path("projects/<slug:slug>/quota/ask/", views.ask_quota, name="ask-quota"),
    path("projects/<slug:slug>/quota/ask/preview/", views.preview_quota, name="preview-quota"),
    path("projects/<slug:slug>/rights/ask/", views.ask_rights, name="ask-rights"),
    path("requests/<uuid:request_id>/edit/", views.edit, name="edit"),
    path("requests/<uuid:request_id>/edit/preview/", views.preview_edit, name="preview-edit"),
    path("requests/<uuid:request_id>/send/", views.send, name="send"),
    path("requests/<uuid:request_id>/comment/", views.comment, name="comment"),
    path("requests/<uuid:request_id>/answer/", views.answer, name="answer"),
    path("requests/<uuid:request_id>/take/", views.take, name="take"),
    path("requests/<uuid:request_id>/files/<uuid:message_id>/", views.attachment, name="attachment"),
    path("requests/<uuid:request_id>/approve-in-part/", views.approve_in_part, name="approve-in-part"),
    path("requests/<uuid:request_id>/request-changes/", views.request_changes, name="request-changes"),
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
