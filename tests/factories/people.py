"""People."""

from uuid import UUID, uuid4

from django.conf import settings

from apps.accounts.enums import LabRole
from apps.accounts.models import Person


def person(
    login: str = "",
    *,
    person_id: UUID | None = None,
    lab_role: LabRole = LabRole.NONE,
    language: str = "fr",
    is_active: bool = True,
) -> Person:
    """Someone who signed in before; the subject is the id, as in the demo realm."""
    person_id = person_id or uuid4()
    login = login or f"person-{person_id.hex[:8]}"
    return Person.objects.create(
        id=person_id,
        issuer=settings.OIDC_ISSUER,
        subject=str(person_id),
        login=login,
        name=login.capitalize(),
        email=f"{login}@lab.example",
        email_verified=True,
        lab_role=lab_role,
        language=language,
        is_active=is_active,
    )


def pending(email: str) -> Person:
    """Someone who was added by e-mail and has never signed in."""
    return Person.objects.create(email=email)
