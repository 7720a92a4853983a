"""The API's router: one line a resource (design 5)."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from apps.accounts.api import MeViewSet, TokenViewSet
from apps.approvals.api import AbsenceViewSet, RequestViewSet, RuleViewSet
from apps.audit.api import AuditViewSet
from apps.catalogue.api import TemplateViewSet
from apps.notices.api import NoticeViewSet
from apps.projects.api import GroupViewSet, InvitationViewSet, ProjectViewSet, UploadViewSet
from apps.quotas.api import QuotasViewSet, QuotaViewSet
from apps.workloads.api import AppViewSet, OperationViewSet

router = DefaultRouter(use_regex_path=False)
router.include_format_suffixes = False
router.register("me", MeViewSet, basename="me")
router.register("projects", ProjectViewSet, basename="projects")
router.register("invitations", InvitationViewSet, basename="invitations")
router.register("groups", GroupViewSet, basename="groups")
router.register("quotas", QuotasViewSet, basename="quotas")
router.register("uploads", UploadViewSet, basename="uploads")
router.register("requests", RequestViewSet, basename="requests")
router.register("rules", RuleViewSet, basename="rules")
router.register("absences", AbsenceViewSet, basename="absences")
router.register("templates", TemplateViewSet, basename="templates")
router.register("apps", AppViewSet, basename="apps")
router.register("operations", OperationViewSet, basename="operations")
router.register("audit", AuditViewSet, basename="audit")
router.register("tokens", TokenViewSet, basename="tokens")
router.register("notices", NoticeViewSet, basename="notices")

_QUOTA = "projects/<uuid:project_id>/quota/"
quota_urls = [
    path(_QUOTA, QuotaViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="projects-quota"),
    path(f"{_QUOTA}what-if/", QuotaViewSet.as_view({"post": "what_if"}), name="projects-what-if"),
    path(f"{_QUOTA}usage/", QuotaViewSet.as_view({"get": "usage"}), name="projects-usage"),
    path(f"{_QUOTA}changes/", QuotaViewSet.as_view({"get": "changes"}), name="projects-limit-changes"),
]

urlpatterns = [
    path("v1/", include(([*quota_urls, *router.urls], "api"))),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    # From our own static files, with no inline style or script.
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api/docs.html"),
        name="docs",
    ),
]
