"""Which members' files requests hold."""

from apps.approvals.enums import RequestState
from apps.approvals.models import Message, Request

_OVER = (RequestState.REJECTED, RequestState.WITHDRAWN, RequestState.EXPIRED)


def uploads_in_use() -> set[str]:
    """The ids of uploads that a request may still need, and of all that were attached to one."""
    payloads = Request.objects.exclude(state__in=_OVER).values_list("payload", flat=True)
    asked = {str(each["upload"]) for told in payloads.iterator() for each in told.get("files") or ()}
    attached = Message.objects.exclude(attachment=None).values_list("attachment_id", flat=True)
    return asked | {str(each) for each in attached.iterator()}
