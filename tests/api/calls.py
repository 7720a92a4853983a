"""Every call of the API, once: who may, with which scope, and what it answers."""

from dataclasses import dataclass, field

from tests.api.world import LARGE, NORA
from tests.cast import IDS

NEW: dict[str, object] = {
    "project": "{project}",
    "template": "page",
    "name": "notes",
    "parameters": {"title": "Notes"},
}

AGAIN: dict[str, object] = {"name": "again", "storage_mib": 20}
RULE: dict[str, object] = {"name": "generous", "terms": {"most_limit": {"cpu_mhz": 8000}, "days": 30}}
ABSENCE: dict[str, object] = {
    "person": str(IDS["bob"]),
    "deputy": str(NORA),
    "from_on": "2099-05-01",
    "to_on": "2099-05-09",
}
FLEET: dict[str, object] = {"template": "page", "version": "1.0.0", "apps": ["{app}"]}

TERMS: dict[str, object] = {"default_days": 30, "max_days": 90}
MICROSCOPES: dict[str, object] = {
    "kind": "project",
    "name": "Microscopes",
    "slug": "microscopes",
    "reason": "a team",
}


@dataclass(frozen=True)
class Call:
    """One call, as somebody with the right makes it."""

    method: str
    path: str
    scope: str
    body: dict[str, object] | None = None
    status: int = 200
    who: str = "alice"
    viewer: int = 200  #: what a member who may only look gets
    stranger: int = 404  #: and somebody who is not in the project
    why: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


READS = [
    Call("GET", "me/", "profile:read", stranger=200),
    Call("GET", "tokens/", "profile:read", stranger=200),
    Call("GET", "templates/", "templates:read", stranger=200),
    Call("GET", "templates/page/", "templates:read", stranger=200),
    Call("GET", "projects/", "projects:read", stranger=200),
    Call("GET", "projects/{project}/", "projects:read"),
    Call("GET", "projects/{project}/members/", "projects:read"),
    Call("GET", "projects/{project}/invitations/", "projects:read", who="dana", viewer=403),
    Call("GET", "invitations/", "projects:read", stranger=200),
    Call("GET", "groups/", "projects:read", who="bob", viewer=403, stranger=403),
    Call("GET", "departures/", "projects:read", who="bob", viewer=403, stranger=403),
    Call("GET", "departures/{departure}/", "projects:read", who="bob", viewer=403, stranger=403),
    Call("GET", "projects/{project}/quota/", "projects:read"),
    Call("GET", "projects/{project}/lease/", "projects:read"),
    Call("GET", "apps/{app}/lease/", "apps:read"),
    Call("GET", "projects/{project}/quota/usage/", "projects:read"),
    Call("GET", "projects/{project}/quota/changes/", "projects:read"),
    Call("GET", "quotas/", "projects:read", stranger=200),
    Call("GET", "quotas/ceilings/", "projects:read", who="bob", viewer=403, stranger=403),
    Call("GET", "requests/", "requests:read", stranger=200),
    Call("GET", "requests/{request}/", "requests:read"),
    Call("GET", "requests/{request}/messages/", "requests:read"),
    Call("GET", "requests/usual/", "requests:read", stranger=200),
    Call("GET", "fleet/", "apps:read", who="bob", viewer=403, stranger=403),
    Call("GET", "fleet/upgrades/", "apps:read", who="bob", viewer=403, stranger=403),
    Call("GET", "fleet/upgrades/{upgrade}/", "apps:read", who="bob", viewer=403, stranger=403),
    Call("GET", "rules/", "requests:read", who="bob", viewer=403, stranger=403),
    Call("GET", "rules/{rule}/", "requests:read", who="bob", viewer=403, stranger=403),
    Call("GET", "absences/", "requests:decide", who="bob", viewer=403, stranger=403),
    Call("GET", "audit/", "audit:read", stranger=200),
    Call("GET", "apps/", "apps:read", stranger=200),
    Call("GET", "apps/{app}/", "apps:read"),
    Call("GET", "apps/{app}/releases/", "apps:read"),
    Call("GET", "apps/{app}/releases/1/", "apps:read"),
    Call("GET", "apps/{app}/events/", "apps:read"),
    Call("GET", "apps/{app}/logs/", "apps:read"),
    Call("GET", "apps/{app}/logs/follow/", "apps:read"),
    Call("GET", "apps/{app}/metrics/", "apps:read"),
    Call("GET", "apps/{app}/secrets/", "apps:read"),
    Call("GET", "apps/{app}/volumes/", "apps:read"),
    Call("GET", "apps/{app}/snapshots/", "apps:read"),
    Call("GET", "apps/{app}/snapshots/{snapshot}/", "apps:read"),
    Call("GET", "handovers/", "apps:read", who="dana", stranger=200),
    Call("GET", "handovers/{offered}/", "apps:read", who="dana", viewer=403),
    Call("GET", "notices/", "profile:read", stranger=200),
    Call("GET", "notices/preferences/", "profile:read", stranger=200),
    Call("GET", "notices/{notice}/", "profile:read", viewer=404, why="each to one person"),
    Call("GET", "operations/", "apps:read", stranger=200),
    Call("GET", "operations/{operation}/", "apps:read"),
    Call("GET", "operations/{operation}/?wait=1", "apps:read"),
]
WRITES = [
    Call("POST", "projects/{project}/quota/what-if/", "projects:read", {"amounts": {"apps": 1}}),
    Call(
        "PATCH",
        "projects/{project}/quota/",
        "requests:decide",
        {"limits": {"apps": 9}, "reason": "more"},
        428,
        who="bob",
        why="nobody overwrites what they have not read",
    ),
    Call(
        "PATCH",
        "quotas/ceilings/",
        "requests:decide",
        {"limits": {"apps": 900}, "reason": "to begin with"},
        428,
        who="bob",
        stranger=403,
    ),
    Call("POST", "apps/", "apps:write", NEW, 202, viewer=403),
    Call("POST", "apps/?dry_run=true", "apps:write", NEW, 200, viewer=403),
    Call("POST", "apps/", "apps:write", {**NEW, "resources": LARGE, "reason": "course"}, 202, viewer=403),
    Call("PATCH", "apps/{app}/", "apps:write", {"parameters": {"title": "New"}}, 202, viewer=403),
    Call("PATCH", "apps/{app}/?dry_run=true", "apps:write", {"strategy": "canary"}, 200, viewer=403),
    Call("POST", "apps/{app}/scale/", "apps:write", {"count": 2}, 202, viewer=403),
    Call("POST", "apps/{app}/scale/?dry_run=true", "apps:write", {"count": 2}, 200, viewer=403),
    Call("POST", "apps/{app}/releases/1/rollback/", "apps:write", {}, 409, viewer=403, why="it is wanted"),
    Call("POST", "apps/{app}/canary/promote/", "apps:write", {}, 409, viewer=403, why="nothing waits"),
    Call("POST", "apps/{app}/canary/abort/", "apps:write", {}, 409, viewer=403, why="nothing waits"),
    Call("DELETE", "apps/{app}/", "apps:write", None, 202, who="dana", viewer=403),
    Call("POST", "apps/{app}/rename/", "apps:write", {"label": "Notes"}, 200, viewer=403),
    Call("POST", "apps/{app}/address/", "apps:write", {"name": "notes"}, 202, viewer=403),
    Call(
        "POST",
        "apps/{app}/duplicate/",
        "apps:write",
        {"project": "{project}", "name": "twin"},
        202,
        viewer=403,
    ),
    Call("POST", "apps/{app}/handover/", "apps:write", {"project": "proteins"}, 201, "dana", viewer=403),
    Call("POST", "handovers/{offered}/accept/", "apps:write", {}, 202, "dana", viewer=403),
    Call("POST", "handovers/{offered}/decline/", "apps:write", {}, 200, "dana", viewer=403),
    Call("POST", "handovers/{offer}/withdraw/", "apps:write", {}, 200, "dana", viewer=403),
    Call("POST", "apps/{app}/sleep/", "apps:write", {}, 202, viewer=403),
    Call("POST", "apps/{app}/undo/", "apps:write", {}, 409, who="dana", viewer=403, why="it stands"),
    Call(
        "POST", "apps/{app}/purge/", "apps:write", {"name": "wiki"}, 409, "dana", viewer=403, why="it stands"
    ),
    Call("POST", "apps/{app}/stop/", "apps:write", {}, 202, viewer=403),
    Call("POST", "apps/{app}/restart/", "apps:write", {}, 202, viewer=403),
    Call("POST", "apps/{app}/retry/", "apps:write", {}, 409, viewer=403, why="it runs"),
    Call("POST", "apps/{app}/start/", "apps:write", {}, 409, viewer=403, why="it runs"),
    Call("POST", "apps/{app}/volumes/measure/", "apps:write", {}, 202, viewer=403),
    Call("DELETE", "apps/{app}/volumes/data/", "apps:write", None, 202, who="dana", viewer=403),
    Call("PUT", "apps/{app}/volumes/data/schedule/", "apps:write", {"every": "daily", "keep": 7}, viewer=403),
    Call("DELETE", "apps/{app}/volumes/data/schedule/", "apps:write", None, 204, viewer=403),
    Call("POST", "apps/{app}/snapshots/", "apps:write", {"volume": "data"}, 202, viewer=403),
    Call("DELETE", "apps/{app}/snapshots/{snapshot}/", "apps:write", None, 202, viewer=403),
    Call("POST", "apps/{app}/snapshots/{snapshot}/retry/", "apps:write", {}, 409, viewer=403, why="ready"),
    Call("POST", "apps/{app}/snapshots/{snapshot}/restore/", "apps:write", {}, 202, viewer=403),
    Call(
        "POST", "apps/{app}/snapshots/{snapshot}/restore/", "apps:write", AGAIN, 400, viewer=403, why="size"
    ),
    Call("POST", "apps/{app}/secrets/rotate/", "apps:write", {}, 202, viewer=403),
    Call("POST", "apps/{app}/secrets/reveal/", "secrets:reveal", {}, 200, viewer=403),
    Call(
        "PUT",
        "apps/{app}/secrets/",
        "apps:write",
        {"secrets": {"password": "x"}},
        400,
        viewer=403,
        why="it is generated, and not asked of members",
    ),
    Call("POST", "notices/{notice}/read/", "profile:read", {}, 200, viewer=404),
    Call("POST", "notices/read/", "profile:read", {}, 200, stranger=200),
    Call("PATCH", "notices/preferences/", "profile:write", {"hour": 9}, 200, stranger=200),
    Call("POST", "apps/{app}/lease/renew/", "apps:write", {}, 200, viewer=403),
    Call("PATCH", "apps/{app}/lease/", "apps:write", {"always_on": False}, 200, viewer=403),
    Call("PATCH", "projects/{project}/lease/", "requests:decide", TERMS, 200, who="bob", viewer=403),
    Call("POST", "requests/{request}/withdraw/", "apps:write", {}, 200, viewer=403),
    Call("POST", "requests/", "requests:write", MICROSCOPES, 201, stranger=201, viewer=201),
    Call("PATCH", "requests/{request}/", "requests:write", {"reason": "Two courses"}, 200, viewer=403),
    Call("POST", "requests/{request}/take/", "requests:decide", {}, 200, who="bob"),
    Call("POST", "requests/{request}/request-changes/", "requests:decide", {"reason": "?"}, 200, who="bob"),
    Call("POST", "requests/{request}/submit/", "requests:write", {}, 409, viewer=403, why="it was sent"),
    Call("POST", "requests/{request}/answer/", "requests:write", {}, 409, viewer=403, why="nobody asked"),
    Call("POST", "requests/{request}/comment/", "requests:write", {"text": "Hello"}, 201, viewer=403),
    Call("POST", "requests/{request}/approve/", "requests:decide", {"reason": "yes"}, 200, who="bob"),
    Call("POST", "requests/{request}/reject/", "requests:decide", {"reason": "no"}, 200, who="bob"),
    Call("POST", "projects/", "projects:write", {"slug": "new", "name": "New"}, 201, who="bob", viewer=403),
    Call("PATCH", "projects/{project}/", "projects:write", {"name": "New"}, 200, "dana", 403),
    Call(
        "POST",
        "projects/{project}/archive/",
        "projects:write",
        {},
        409,
        "dana",
        viewer=403,
        why="an app runs",
    ),
    Call("POST", "projects/{project}/restore/", "projects:write", {}, 200, "dana", viewer=403),
    Call("POST", "projects/{project}/review/", "projects:write", {}, 200, "dana", viewer=403),
    Call(
        "POST",
        "projects/{project}/invitations/",
        "projects:write",
        {"email": "yan@lab.example", "role": "viewer"},
        201,
        "dana",
        viewer=403,
    ),
    Call(
        "POST", "projects/{project}/invitations/{invitation}/resend/", "projects:write", {}, 200, "dana", 403
    ),
    Call("DELETE", "projects/{project}/invitations/{invitation}/", "projects:write", None, 204, "dana", 403),
    Call("POST", "invitations/{mine}/accept/", "projects:write", {}, 200, viewer=404),
    Call("POST", "invitations/{mine}/decline/", "projects:write", {}, 204, viewer=404),
    Call(
        "POST",
        "groups/",
        "projects:write",
        {"path": "/lab/new", "project": "{project}", "role": "viewer"},
        201,
        "bob",
        viewer=403,
        stranger=403,
    ),
    Call(
        "POST",
        "departures/{departure}/hand-over/",
        "projects:write",
        {"project": "{project}", "email": "dana@lab.example"},
        404,
        "bob",
        viewer=403,
        stranger=403,
        why="who left had no part in it",
    ),
    Call(
        "POST", "departures/{departure}/settle/", "projects:write", {}, 200, "bob", viewer=403, stranger=403
    ),
    Call("DELETE", "groups/{group}/", "projects:write", None, 204, "bob", viewer=403, stranger=403),
    Call("POST", "requests/{request}/assign/", "requests:decide", {"assignee": str(NORA)}, 200, who="bob"),
    Call("POST", "rules/", "requests:decide", RULE, 201, who="bob"),
    Call("POST", "rules/?dry_run=true", "requests:decide", RULE, 200, who="bob"),
    Call("PATCH", "rules/{rule}/", "requests:decide", {"enabled": True}, 200, who="bob", stranger=403),
    Call("DELETE", "rules/{rule}/", "requests:decide", None, 204, who="bob", stranger=403),
    Call("POST", "fleet/upgrades/", "apps:write", FLEET, 201, "bob", viewer=403, stranger=403),
    Call("POST", "fleet/upgrades/?dry_run=true", "apps:write", FLEET, 200, "bob", viewer=403, stranger=403),
    Call("POST", "fleet/upgrades/{upgrade}/pause/", "apps:write", {}, 200, "bob", 403, 403),
    Call("POST", "fleet/upgrades/{upgrade}/resume/", "apps:write", {}, 409, "bob", 403, 403),
    Call("POST", "fleet/upgrades/{upgrade}/cancel/", "apps:write", {}, 200, "bob", 403, 403),
    Call("POST", "absences/", "requests:decide", ABSENCE, 201, who="bob"),
    Call("DELETE", "absences/{absence}/", "requests:decide", None, 204, who="bob", stranger=403),
    Call(
        "POST",
        "projects/{project}/members/",
        "projects:write",
        {"email": "zoe@lab.example", "role": "viewer"},
        201,
        who="dana",
        viewer=403,
    ),
    Call(
        "PATCH", "projects/{project}/members/{member}/", "projects:write", {"role": "owner"}, 200, "dana", 403
    ),
    Call("DELETE", "projects/{project}/members/{member}/", "projects:write", None, 204, "dana", viewer=204),
]
ALL = [*READS, *WRITES]
