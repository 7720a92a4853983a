"""If-Match: whatever stands in it is a version or a refusal, never a defect."""

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from apps.base.rest import RoomViewSet
from kernel.errors import Refused


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ('"' + "9" * 5000 + '"', "more digits than Python reads as a number"),
        ('"x"', "no number"),
        ("3", "no tag"),
    ],
)
def test_no_version(told: str, reason: str) -> None:
    view = RoomViewSet()
    view.request = Request(APIRequestFactory().get("/", HTTP_IF_MATCH=told))
    with pytest.raises(Refused) as refused:
        view.held_to(3)
    assert refused.value.code == "api.if_match", reason
