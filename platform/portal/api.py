"""The API's router: one line a resource (design 5)."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from apps.accounts.api import MeViewSet, TokenViewSet
from apps.approvals.api import AbsenceViewSet, RequestViewSet, RuleViewSet
from apps.audit.api import AuditViewSet
from apps.catalogue.api import TemplateViewSet
from apps.fleet.api import FleetViewSet, UpgradeViewSet
from apps.leases.api import LeaseViewSet, ProjectTermsViewSet
from apps.notices.api import NoticeViewSet
from apps.projects.api import DepartureViewSet, GroupViewSet, InvitationViewSet, ProjectViewSet, UploadViewSet
from apps.quotas.api import QuotasViewSet, QuotaViewSet
from apps.telemetry.api import LogsViewSet, MetricsViewSet
from apps.volumes.api import SnapshotViewSet, VolumeViewSet
from apps.workloads.api import AppViewSet, HandoverViewSet, OperationViewSet

router = DefaultRouter(use_regex_path=False)
router.include_format_suffixes = False
router.register("me", MeViewSet, basename="me")
router.register("projects", ProjectViewSet, basename="projects")
router.register("invitations", InvitationViewSet, basename="invitations")
router.register("groups", GroupViewSet, basename="groups")
router.register("departures", DepartureViewSet, basename="departures")
router.register("quotas", QuotasViewSet, basename="quotas")
router.register("uploads", UploadViewSet, basename="uploads")
router.register("requests", RequestViewSet, basename="requests")
router.register("rules", RuleViewSet, basename="rules")
router.register("absences", AbsenceViewSet, basename="absences")
router.register("templates", TemplateViewSet, basename="templates")
router.register("apps", AppViewSet, basename="apps")
router.register("fleet/upgrades", UpgradeViewSet, basename="fleet-upgrades")
router.register("fleet", FleetViewSet, basename="fleet")
router.register("handovers", HandoverViewSet, basename="handovers")
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
_LOGS = "apps/<uuid:app_id>/logs/"
telemetry_urls = [
    path(_LOGS, LogsViewSet.as_view({"get": "retrieve"}), name="apps-logs"),
    path("apps/<uuid:app_id>/metrics/", MetricsViewSet.as_view({"get": "retrieve"}), name="apps-metrics"),
    path(f"{_LOGS}follow/", LogsViewSet.as_view({"get": "follow"}), name="apps-logs-follow"),
]

_VOLUMES, _SNAPSHOTS = "apps/<uuid:app_id>/volumes/", "apps/<uuid:app_id>/snapshots/"
_ONE = f"{_SNAPSHOTS}<uuid:snapshot_id>/"
volume_urls = [
    path(_VOLUMES, VolumeViewSet.as_view({"get": "list"}), name="apps-volumes"),
    path(f"{_VOLUMES}measure/", VolumeViewSet.as_view({"post": "measure"}), name="apps-volumes-measure"),
    path(f"{_VOLUMES}<slug:name>/", VolumeViewSet.as_view({"delete": "destroy"}), name="apps-volume"),
    path(
        f"{_VOLUMES}<slug:name>/schedule/",
        VolumeViewSet.as_view({"put": "schedule", "delete": "unschedule"}),
        name="apps-volume-schedule",
    ),
    path(_SNAPSHOTS, SnapshotViewSet.as_view({"get": "list", "post": "create"}), name="apps-snapshots"),
    path(_ONE, SnapshotViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="apps-snapshot"),
    path(f"{_ONE}retry/", SnapshotViewSet.as_view({"post": "retry"}), name="apps-snapshot-retry"),
    path(f"{_ONE}restore/", SnapshotViewSet.as_view({"post": "restore"}), name="apps-snapshot-restore"),
]

_LEASE = "apps/<uuid:app_id>/lease/"
_TERMS = ProjectTermsViewSet.as_view({"get": "retrieve", "patch": "partial_update"})
lease_urls = [
    path(_LEASE, LeaseViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="apps-lease"),
    path(f"{_LEASE}renew/", LeaseViewSet.as_view({"post": "renew"}), name="apps-renew"),
    path("projects/<uuid:project_id>/lease/", _TERMS, name="projects-lease"),
]

urlpatterns = [
    path("v1/", include(([*quota_urls, *telemetry_urls, *lease_urls, *volume_urls, *router.urls], "api"))),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    # From our own static files, with no inline style or script.
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api/docs.html"),
        name="docs",
    ),
]
