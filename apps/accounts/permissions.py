"""Lab roles from Keycloak's groups, and which scopes a person's token may carry."""

from collections.abc import Collection

from apps.accounts.enums import LabRole, Scope
from apps.accounts.models import Person


def lab_role_of(groups: Collection[str], admins: Collection[str], auditors: Collection[str]) -> LabRole:
    """The role that exact full group paths give: `/lab/paillasse-admins` is not `/x/lab/paillasse-admins`."""
    if set(groups) & set(admins):
        return LabRole.ADMIN
    return LabRole.AUDITOR if set(groups) & set(auditors) else LabRole.NONE


def scopes_of(person: Person) -> tuple[Scope, ...]:
    """The scopes that the person may give a token: never more than they may do themselves."""
    return tuple(scope for scope in Scope if scope != Scope.REQUESTS_DECIDE or person.is_admin)
