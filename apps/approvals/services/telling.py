"""Who hears of what. Each notice is written in the transaction of what it tells of."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from apps.approvals.models import Decision, Request
from apps.approvals.selectors.duty import who_decides
from apps.notices import services as notices
from kernel.actors import Actor


def asked(request: Request) -> None:
    """Those who may decide."""
    _tell("request.asked", request, who_decides(request), requester=_requester(request))


def answered(request: Request, actor: Actor, *, text: str = "") -> None:
    """Those who may decide, of an answer, a change or a word from the asking side."""
    people = [each for each in who_decides(request) if each != actor.id]
    _tell("request.answered", request, people, by=actor.label, reason=text)


def changes_requested(request: Request, actor: Actor, reason: str) -> None:
    """The requester, with what is asked of them."""
    _tell("request.changes_requested", request, _to_requester(request), by=actor.label, reason=reason)


def taken(request: Request, actor: Actor) -> None:
    """The requester: somebody looks at it."""
    _tell("request.taken", request, _to_requester(request), by=actor.label)


def written(request: Request, actor: Actor, text: str) -> None:
    """The requester, of a word from somebody who decides."""
    people = [each for each in _to_requester(request) if each != actor.id]
    _tell("request.commented", request, people, by=actor.label, reason=text)


def decided(request: Request, decision: Decision, by: str) -> None:
    """The requester, with the verdict and what was granted."""
    granted: dict[str, int] = decision.granted
    _tell(
        "request.decided",
        request,
        _to_requester(request),
        verdict=decision.verdict,
        by=by,
        reason=decision.reason,
        amounts=[f"{name}={value}" for name, value in granted.items() if value],
        until_on=_day(decision.until),
    )


def closed(request: Request, actor: Actor) -> None:
    """The requester, where somebody else ended it: it expired, or an owner took it back."""
    people = [each for each in _to_requester(request) if each != actor.id]
    _tell("request.decided", request, people, verdict=request.state, by=actor.label)


def withdrawn(request: Request, actor: Actor) -> None:
    """The requester where it was not them; those who may decide need not look any more."""
    closed(request, actor)


def _tell(kind: str, request: Request, people: Iterable[UUID], **params: str | int | list[str]) -> None:
    project = request.project.name if request.project else ""
    what = request.label or project or str(request.get_kind_display())
    told = {"what": what, "project": project, "request_kind": request.kind, **params}
    path = f"/requests/{request.id}/"
    notices.notify(kind=kind, recipients=people, params=told, path=path)


def _to_requester(request: Request) -> list[UUID]:
    return [request.requester_id] if request.requester_id else []


def _requester(request: Request) -> str:
    return request.requester.label if request.requester else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
