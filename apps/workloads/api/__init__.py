"""`apps`, `operations`, `handovers`: ask, look, change, act; each change answers 202 with its operation."""

from apps.workloads.api.apps import AppViewSet
from apps.workloads.api.handovers import HandoverViewSet
from apps.workloads.api.operations import OperationViewSet

__all__ = ["AppViewSet", "HandoverViewSet", "OperationViewSet"]
