"""A dry run's answer: what would happen, from the quota to the cluster's own plan. Nothing of it is kept."""

from dataclasses import asdict
from typing import Any

from rest_framework.response import Response

from apps.approvals.services import Submitted
from apps.base.messages import sentence
from apps.catalogue import selectors as catalogue
from apps.workloads import live, services
from apps.workloads.differences import difference
from apps.workloads.models import App
from apps.workloads.serializers import DifferenceSerializer, ForetoldSerializer, VersionChangeSerializer
from apps.workloads.services import Plan
from kernel.errors import OutsideError
from kernel.redact import redact
from orchestration.foretell import Foretold


def foretold(submitted: Submitted) -> Response:
    """Say what would come of it. Where Nomad does not answer, that is said, and the rest stands."""
    app, planned = submitted.app, submitted.planned
    draft = services.draft_release(app, planned)
    return Response(
        {
            **submitted.plan(),
            "difference": DifferenceSerializer(difference(draft, app.release), many=True).data,
            "version_changes": VersionChangeSerializer(_version_changes(app, planned), many=True).data,
            "cluster": ForetoldSerializer(_cluster(app, planned)).data,
            "job": redact(services.draft_job(app, planned)),
        }
    )


def _version_changes(app: App, planned: Plan) -> tuple[catalogue.Change, ...]:
    release = app.release
    if release is None or release.template_version_id == planned.template_version.id:
        return ()
    before, after = release.template_version, planned.template_version
    return catalogue.compare(catalogue.manifest(before), catalogue.manifest(after))


def _cluster(app: App, planned: Plan) -> dict[str, Any]:
    try:
        found = live.foretold(app, planned)
    except OutsideError as error:
        return {"available": False, "detail": sentence(error), **asdict(Foretold())}
    return {"available": True, "detail": "", **vars(found)}
