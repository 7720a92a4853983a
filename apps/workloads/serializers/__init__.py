"""How apps, releases, operations and events read, and what may be asked of them (design 5)."""

from apps.workloads.serializers.apps import AppSerializer, LeaseSerializer, ObservedSerializer, PinSerializer
from apps.workloads.serializers.asking import (
    ChangeApp,
    NewApp,
    PlanSerializer,
    ProjectionSerializer,
    ResourcesSerializer,
    RollBack,
    ScaleApp,
    TypedName,
)
from apps.workloads.serializers.foretelling import (
    DifferenceSerializer,
    ForetoldSerializer,
    VersionChangeSerializer,
)
from apps.workloads.serializers.names import (
    AcceptOffer,
    DuplicateApp,
    HandoverSerializer,
    NewAddress,
    NewLabel,
    OfferApp,
)
from apps.workloads.serializers.operations import (
    ConditionSerializer,
    FailureSerializer,
    OperationSerializer,
    TargetSerializer,
)
from apps.workloads.serializers.releases import EventSerializer, ReleaseInFull, ReleaseSerializer
from apps.workloads.serializers.secrets import (
    RevealedSerializer,
    SecretChoice,
    SecretSerializer,
    SecretValues,
)

__all__ = [
    "AcceptOffer",
    "AppSerializer",
    "ChangeApp",
    "ConditionSerializer",
    "DifferenceSerializer",
    "DuplicateApp",
    "EventSerializer",
    "FailureSerializer",
    "ForetoldSerializer",
    "HandoverSerializer",
    "LeaseSerializer",
    "NewAddress",
    "NewApp",
    "NewLabel",
    "ObservedSerializer",
    "OfferApp",
    "OperationSerializer",
    "PinSerializer",
    "PlanSerializer",
    "ProjectionSerializer",
    "ReleaseInFull",
    "ReleaseSerializer",
    "ResourcesSerializer",
    "RevealedSerializer",
    "RollBack",
    "ScaleApp",
    "SecretChoice",
    "SecretSerializer",
    "SecretValues",
    "TargetSerializer",
    "TypedName",
    "VersionChangeSerializer",
]
