"""Every address with every method that it takes, and who is let through.

One word a row says who; the matrix makes of it what each of the cast gets at their own project, at another's,
at one that was put away and at one that never was. A new address without a row fails the suite.
"""

from dataclasses import dataclass, field
from typing import Any

ACTORS = ("anonymous", "stranger", "viewer", "developer", "owner", "auditor", "admin")
SIGNED = frozenset(ACTORS) - {"anonymous"}
#: word -> who is let through at a project of their own
WHO: dict[str, frozenset[str]] = {
    "public": frozenset(ACTORS),
    "signed": SIGNED,
    "view": SIGNED - {"stranger"},
    "deploy": frozenset({"developer", "owner", "admin"}),
    "own": frozenset({"owner", "admin"}),
    "decide": frozenset({"admin"}),
    "read-all": frozenset({"auditor", "admin"}),
    "admin": frozenset({"admin"}),
    "withdraw": frozenset({"developer", "owner"}),  # who asked for it, and the project's owners
    "asker": frozenset({"developer"}),  # who asked for it
    "mine": frozenset({"developer"}),
    "nobody": frozenset(),  # a secret of somebody else's opens it
}
OF_PROJECTS = frozenset(
    {"view", "deploy", "own", "decide", "withdraw", "asker"}
)  #: words that ask for a role in a project


@dataclass(frozen=True)
class Row:
    """Who may, with what is sent, and what else one should know."""

    who: str
    body: dict[str, Any] = field(default_factory=dict)
    archived: str = ""  #: who is let through where the project was put away; empty: nobody but for `view`
    seen_by: str = "signed"  #: of those who may not, who is told so; to the others nothing is there


NEW = {"template": "page", "name": "notes", "parameters": {"title": "Notes"}, "project": "{project_id}"}
ASKED = {"kind": "project", "name": "Proteins", "slug": "proteins", "reason": "a team"}
GUEST = {"email": "new@lab.example", "role": "viewer"}
ABSENCE = {
    "person": "{admin}",
    "deputy": "{deputy}",
    "from_on": "2040-01-01",
    "to_on": "2040-01-02",
}
LIMITS = Row("decide", archived="decide", seen_by="nobody")
PAGES: dict[str, dict[str, Row]] = {
    "console:home": {"GET": Row("signed")},
    "console:search": {"GET": Row("signed")},
    "console:sign-in": {"GET": Row("public")},
    "console:preferences": {"POST": Row("public")},
    "console:accessibility": {"GET": Row("public")},
    "accounts:tokens": {"GET": Row("signed"), "POST": Row("signed")},
    "accounts:revoke-token": {"POST": Row("mine", seen_by="nobody")},
    "audit:list": {"GET": Row("signed")},
    "audit:export": {"POST": Row("signed", {"format": "csv"})},
    "cluster:status": {"GET": Row("signed")},
    "labfile:import": {"GET": Row("admin", seen_by="nobody"), "POST": Row("admin", seen_by="nobody")},
    "labfile:confirm": {"POST": Row("admin", seen_by="nobody")},
    "labfile:export": {"POST": Row("admin", seen_by="nobody")},
    "notices:list": {"GET": Row("signed")},
    "notices:read-all": {"POST": Row("signed")},
    "notices:preferences": {"GET": Row("signed"), "POST": Row("signed")},
    "notices:undelivered": {"GET": Row("read-all", seen_by="nobody")},
    "notices:try-again": {"POST": Row("admin", seen_by="nobody")},
    "notices:follow": {"GET": Row("mine", seen_by="nobody")},
    "notices:read": {"POST": Row("mine", seen_by="nobody")},
    "projects:list": {"GET": Row("signed")},
    "projects:new": {"GET": Row("admin"), "POST": Row("admin")},
    "projects:project": {"GET": Row("view")},
    "projects:settings": {"GET": Row("own"), "POST": Row("own", {"name": "New"})},
    "projects:archive": {"POST": Row("own", archived="own")},
    "projects:restore": {"POST": Row("own", archived="own")},
    "projects:review": {"GET": Row("own"), "POST": Row("own")},
    "projects:members": {
        "GET": Row("view"),
        "POST": Row("own", GUEST),
    },
    "projects:suggest": {"GET": Row("own")},
    "projects:invite": {"POST": Row("own", GUEST)},
    "projects:resend": {"POST": Row("own")},
    "projects:revoke": {"POST": Row("own")},
    "projects:change-member": {"POST": Row("own", {"role": "developer"})},
    "projects:remove-member": {"POST": Row("own")},
    "projects:invitation": {"GET": Row("nobody", seen_by="nobody")},
    "projects:accept": {"POST": Row("nobody", seen_by="nobody")},
    "projects:decline": {"POST": Row("nobody", seen_by="nobody")},
    "projects:groups": {"GET": Row("read-all", seen_by="nobody"), "POST": Row("admin", seen_by="read-all")},
    "projects:unmap-group": {"POST": Row("admin", seen_by="nobody")},
    "projects:departures": {"GET": Row("admin", seen_by="nobody")},
    "projects:departure": {"GET": Row("admin", seen_by="nobody")},
    "projects:hand-over": {"POST": Row("admin", {"email": "dana@lab.example"}, seen_by="nobody")},
    "projects:settle": {"POST": Row("admin", seen_by="nobody")},
    "catalogue:list": {"GET": Row("signed")},
    "catalogue:template": {"GET": Row("signed")},
    "quotas:project": {"GET": Row("view")},
    "quotas:limits": {
        "GET": LIMITS,
        "POST": LIMITS,
    },
    "quotas:member-ceiling": {
        "GET": LIMITS,
        "POST": LIMITS,
    },
    "quotas:all": {"GET": Row("read-all", seen_by="nobody")},
    "quotas:lab-ceiling": {"GET": Row("admin", seen_by="nobody"), "POST": Row("admin", seen_by="nobody")},
    "workloads:list": {"GET": Row("signed")},
    "workloads:name": {"GET": Row("signed")},
    "workloads:app": {"GET": Row("view")},
    "workloads:live": {"GET": Row("view")},
    "workloads:releases": {"GET": Row("view")},
    "workloads:logs": {"GET": Row("view")},
    "workloads:log-tail": {"GET": Row("view")},
    "workloads:secrets": {"GET": Row("view")},
    "workloads:hidden": {"GET": Row("view")},
    "workloads:reveal": {"POST": Row("deploy", {"name": "password"})},
    "workloads:provide": {"POST": Row("deploy")},
    "workloads:data": {"GET": Row("view")},
    "workloads:access": {"GET": Row("view")},
    "workloads:settings": {"GET": Row("view")},
    "workloads:stop": {"POST": Row("deploy")},
    "workloads:start": {"POST": Row("deploy")},
    "workloads:retry": {"POST": Row("deploy")},
    "workloads:restart": {"POST": Row("deploy")},
    "workloads:delete": {"POST": Row("own", {"typed": "{app}"})},
    "approvals:request-app": {"GET": Row("signed"), "POST": Row("signed")},
    "approvals:preview": {"POST": Row("signed")},
    "approvals:change-app": {"GET": Row("deploy"), "POST": Row("deploy")},
    "approvals:preview-change": {"POST": Row("deploy")},
    "approvals:mine": {"GET": Row("signed")},
    "approvals:request": {"GET": Row("view")},
    "approvals:withdraw": {"POST": Row("withdraw", archived="withdraw")},
    "approvals:approve": {"POST": Row("decide", {"reason": "yes"}, archived="decide")},
    "approvals:reject": {"POST": Row("decide", {"reason": "no"}, archived="decide")},
    "approvals:ask-project": {"GET": Row("signed"), "POST": Row("signed")},
    "approvals:ask-quota": {"GET": Row("own"), "POST": Row("own")},
    "approvals:preview-quota": {"POST": Row("own")},
    "approvals:ask-rights": {"GET": Row("view"), "POST": Row("view")},
    "approvals:edit": {
        "GET": Row("withdraw", archived="withdraw"),
        "POST": Row("withdraw", archived="withdraw"),
    },
    "approvals:send": {"POST": Row("asker", archived="asker")},
    "approvals:comment": {"POST": Row("deploy", {"text": "Hello"}, archived="deploy")},
    "approvals:answer": {"POST": Row("withdraw", archived="withdraw")},
    "approvals:attachment": {"GET": Row("view")},
    "approvals:take": {"POST": Row("decide", archived="decide")},
    "approvals:approve-in-part": {"POST": Row("decide", {"reason": "half"}, archived="decide")},
    "approvals:request-changes": {"POST": Row("decide", {"reason": "why"}, archived="decide")},
    "approvals:decisions": {"GET": Row("read-all")},
    "approvals:assign": {"POST": Row("decide", archived="decide")},
    "approvals:rules": {"GET": Row("read-all")},
    "approvals:new-rule": {"GET": Row("admin"), "POST": Row("admin")},
    "approvals:rule": {"GET": Row("admin"), "POST": Row("admin")},
    "approvals:enable-rule": {"POST": Row("admin")},
    "approvals:move-rule": {"POST": Row("admin")},
    "approvals:delete-rule": {"POST": Row("admin")},
    "approvals:absences": {"GET": Row("admin"), "POST": Row("admin")},
    "approvals:end-absence": {"POST": Row("admin")},
}
API: dict[str, dict[str, Row]] = {
    "schema": {"GET": Row("public")},
    "docs": {"GET": Row("public")},
    "api:api-root": {"GET": Row("signed")},
    "api:me-list": {"GET": Row("signed")},
    "api:tokens-list": {"GET": Row("signed")},
    "api:tokens-detail": {"DELETE": Row("mine", seen_by="nobody")},
    "api:audit-list": {"GET": Row("signed")},
    "api:notices-list": {"GET": Row("signed")},
    "api:notices-read-all": {"POST": Row("signed")},
    "api:notices-detail": {"GET": Row("mine", seen_by="nobody")},
    "api:notices-read-one": {"POST": Row("mine", seen_by="nobody")},
    "api:projects-list": {"GET": Row("signed"), "POST": Row("admin", {"slug": "new", "name": "New"})},
    "api:projects-detail": {"GET": Row("view"), "PATCH": Row("own", {"name": "New"})},
    "api:projects-archive": {"POST": Row("own", archived="own")},
    "api:projects-restore": {"POST": Row("own", archived="own")},
    "api:projects-review": {"POST": Row("own")},
    "api:projects-members": {
        "GET": Row("view"),
        "POST": Row("own", GUEST),
    },
    "api:projects-member": {"PATCH": Row("own", {"role": "developer"}), "DELETE": Row("own")},
    "api:projects-invitations": {
        "GET": Row("own"),
        "POST": Row("own", GUEST),
    },
    "api:projects-invitation": {"DELETE": Row("own")},
    "api:projects-invitation-resend": {"POST": Row("own")},
    "api:invitations-list": {"GET": Row("signed")},
    "api:invitations-accept": {"POST": Row("nobody", seen_by="nobody")},
    "api:invitations-decline": {"POST": Row("nobody", seen_by="nobody")},
    "api:groups-list": {
        "GET": Row("read-all"),
        "POST": Row("admin", {"path": "/lab/new", "project": "{project_id}", "role": "viewer"}),
    },
    "api:groups-detail": {"DELETE": Row("admin")},
    "api:quotas-list": {"GET": Row("signed")},
    "api:quotas-ceilings": {
        "GET": Row("read-all"),
        "PATCH": Row("admin", {"limits": {"apps": 900}, "reason": "to begin with"}),
    },
    "api:projects-quota": {
        "GET": Row("view"),
        "PATCH": Row("decide", {"limits": {"apps": 9}, "reason": "more"}, archived="decide"),
    },
    "api:projects-what-if": {"POST": Row("view", {"amounts": {"apps": 1}})},
    "api:projects-usage": {"GET": Row("view")},
    "api:projects-limit-changes": {"GET": Row("view")},
    "api:uploads-list": {"POST": Row("signed")},
    "api:requests-list": {"GET": Row("signed"), "POST": Row("signed", ASKED)},
    "api:requests-usual": {"GET": Row("signed")},
    "api:requests-detail": {
        "GET": Row("view"),
        "PATCH": Row("withdraw", {"reason": "another"}, archived="withdraw"),
    },
    "api:requests-messages": {"GET": Row("view")},
    "api:requests-take": {"POST": Row("decide", archived="decide")},
    "api:requests-request-changes": {"POST": Row("decide", {"reason": "why"}, archived="decide")},
    "api:requests-submit": {"POST": Row("asker", archived="asker")},
    "api:requests-answer": {"POST": Row("withdraw", archived="withdraw")},
    "api:requests-comment": {"POST": Row("deploy", {"text": "Hello"}, archived="deploy")},
    "api:requests-approve": {"POST": Row("decide", {"reason": "yes"}, archived="decide")},
    "api:requests-reject": {"POST": Row("decide", {"reason": "no"}, archived="decide")},
    "api:requests-assign": {"POST": Row("decide", {"assignee": None}, archived="decide")},
    "api:requests-withdraw": {"POST": Row("withdraw", archived="withdraw")},
    "api:rules-list": {"GET": Row("read-all"), "POST": Row("admin", {"name": "more", "terms": {}})},
    "api:rules-detail": {
        "GET": Row("read-all"),
        "PATCH": Row("admin", {"enabled": True}),
        "DELETE": Row("admin"),
    },
    "api:absences-list": {"GET": Row("admin"), "POST": Row("admin", ABSENCE)},
    "api:absences-detail": {"DELETE": Row("admin")},
    "api:templates-list": {"GET": Row("signed")},
    "api:templates-detail": {"GET": Row("signed")},
    "api:apps-list": {"GET": Row("signed"), "POST": Row("deploy", NEW)},
    "api:apps-detail": {
        "GET": Row("view"),
        "PATCH": Row("deploy", {"parameters": {"title": "New"}}),
        "DELETE": Row("own"),
    },
    "api:apps-events": {"GET": Row("view")},
    "api:apps-logs": {"GET": Row("view")},
    "api:apps-releases": {"GET": Row("view")},
    "api:apps-restart": {"POST": Row("deploy")},
    "api:apps-retry": {"POST": Row("deploy")},
    "api:apps-reveal": {"POST": Row("deploy")},
    "api:apps-secrets": {"GET": Row("view"), "PUT": Row("deploy", {"secrets": {"password": "x"}})},
    "api:apps-start": {"POST": Row("deploy")},
    "api:apps-stop": {"POST": Row("deploy")},
    "api:operations-list": {"GET": Row("signed")},
    "api:operations-detail": {"GET": Row("view")},
}
ROWS = {**PAGES, **API}
#: addresses that ask for no role, and where they are tried instead
OUTSIDE = {
    "livez": "tests/portal",
    "readyz": "tests/portal",
    "oidc_authentication_init": "tests/portal/test_sign_in.py",
    "oidc_authentication_callback": "tests/portal/test_sign_in.py",
    "oidc_logout": "tests/portal/test_sign_in.py",
    "oidc_backchannel_logout": "tests/portal/test_backchannel.py",
    "release-file": "tests/apps/workloads/test_files.py: its key is the right",
    "problems": "tests/api: a public list of words",
    "notices:stop": "tests/apps/notices: a signed link is the right",
}
