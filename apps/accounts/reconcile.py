"""Is each account still enabled? Back-channel logout tells of sessions; only asking tells of accounts (P15).

A browser session and a token end at once where Keycloak says that an account is disabled or gone. No answer
changes nothing, and so does an answer under which too many would be gone at once: that is another realm, or
an empty database, not a lab that has left.

Whoever has a role in the whole lab is asked about their groups too: who is taken out of the administrators'
group decides no more, though a session lasts a day and a token a year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import structlog
from django.conf import settings
from django.utils import timezone

from apps.accounts import selectors, services
from apps.accounts.models import Person
from drivers.keycloak import KeycloakAccounts
from drivers.keycloak.convert import Account
from kernel.errors import PaillasseError, Unavailable

log = structlog.get_logger(__name__)
GONE_MAX = 3  # accounts in one pass
GONE_SHARE = 0.05  # of those asked about


class Accounts(Protocol):
    """What is asked of Keycloak."""

    def account(self, subject: str) -> Account | None:
        """The account of a subject, None where there is none; raises Unavailable where nobody can say."""

    def groups(self, subject: str) -> tuple[str, ...] | None:
        """Full paths of the subject's groups; None and raises as `account` does."""


@dataclass(frozen=True)
class Pass:
    """What one look found."""

    asked: int = 0
    disabled: int = 0
    enabled: int = 0
    roles: int = 0  #: lab roles that were changed
    halted: bool = False


def check_accounts(accounts: Accounts, people: Iterable[Person] | None = None) -> Pass:
    """Ask about whoever could come in now, is locked out, or whose turn it is; write what has changed."""
    told: dict[Person, Account | None] = {}
    for person in people if people is not None else selectors.to_check():
        try:
            told[person] = accounts.account(person.subject)
        except Unavailable:
            log.warning("keycloak_unavailable", asked=len(told))
            break
        except PaillasseError as error:
            log.warning("account_not_checked", person=str(person.id), code=error.code)
    gone = [person for person, account in told.items() if account is None and person.is_active]
    if len(gone) > max(GONE_MAX, GONE_SHARE * len(told)):
        log.error("too_many_accounts_gone", gone=len(gone), asked=len(told))
        return Pass(asked=len(told), halted=True)
    services.note_asked(ids=[person.id for person in told], now=timezone.now())
    changes = [_follow(person, account) for person, account in told.items()]
    roles = [_follow_groups(accounts, person) for person, account in told.items() if account is not None]
    return Pass(
        asked=len(told),
        disabled=changes.count(False),
        enabled=changes.count(True),
        roles=roles.count(True),
    )


def _follow_groups(accounts: Accounts, person: Person) -> bool:
    """Write the lab role that the groups give now, for one who had some; whoever gets one signs in anew."""
    if not person.lab_role:
        return False
    try:
        groups = accounts.groups(person.subject)
    except PaillasseError as error:
        log.warning("groups_not_checked", person=str(person.id), code=error.code)
        return False
    return groups is not None and services.follow_groups(person=person, groups=groups)


def _follow(person: Person, account: Account | None) -> bool | None:
    """Write a change; return what it came to, None where there was none."""
    enabled = account is not None and account.enabled
    if enabled == person.is_active:
        return None
    reason = "" if enabled else "disabled" if account is not None else "gone"
    services.set_enabled(person=person, enabled=enabled, reason=reason)
    return enabled


@lru_cache(maxsize=1)
def keycloak() -> KeycloakAccounts | None:
    """The driver, with the client's own service account; none where no secret is given."""
    if not settings.OIDC_CLIENT_SECRET_FILE:
        return None
    return KeycloakAccounts(
        settings.KEYCLOAK_URL,
        realm=settings.KEYCLOAK_REALM,
        client_id=settings.OIDC_RP_CLIENT_ID,
        client_secret_file=settings.OIDC_CLIENT_SECRET_FILE,
    )
