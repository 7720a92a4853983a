"""An HTTP response as the port's dataclass."""

from urllib3.response import BaseHTTPResponse

from orchestration.ports import Answer

EXPLAINS = "X-Paillasse-Explains"  #: header of the portal's own page for addresses with no app behind


def answer(response: BaseHTTPResponse, elapsed_ms: int) -> Answer:
    """Status and who answered; the body is nobody's business."""
    told = response.headers.get("Location", "") or response.reason or ""
    return Answer(
        status=response.status,
        detail=told[:200],
        elapsed_ms=elapsed_ms,
        from_portal=response.headers.get(EXPLAINS) == "1",
    )
