"""Lists by limit and offset."""

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

OFFSET_MAX = 1_000_000  # beyond it PostgreSQL only counts rows to throw them away


class Pages(LimitOffsetPagination):
    """`limit` (50 where none is given, 200 at most), `offset` and the whole `count`."""

    default_limit = 50
    max_limit = 200

    def get_offset(self, request: Request) -> int:
        """Read `offset`; raises ValidationError beyond OFFSET_MAX."""
        offset = super().get_offset(request)
        if offset > OFFSET_MAX:
            raise ValidationError({"offset": f"at most {OFFSET_MAX}"}, code="too_large")
        return offset
