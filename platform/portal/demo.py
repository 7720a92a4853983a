"""The demo lab: five people with fixed ids (design 8.11), one shared project."""

from django.conf import settings
from django.db import transaction

from apps.accounts.models import Person
from apps.accounts.services import Claims, sign_in
from apps.projects import services as projects_services
from apps.projects.enums import Role
from apps.projects.models import Project
from apps.quotas import services as quotas
from kernel.actors import system
from kernel.units import Amounts
from portal.first_sign_in import welcome

SUBJECT = "00000000-0000-4000-8000-00000000000"
SHARED = "genomics"
#: login -> last digit of the subject, name, group paths
CAST = {
    "alice": ("a", "Alice Martin", ("/lab",)),
    "bob": ("b", "Bob Durand", ("/lab", "/lab/paillasse-admins")),
    "charlie": ("c", "Charlie Petit", ("/lab",)),
    "dana": ("d", "Dana Moreau", ("/lab", "/lab/genomics")),
    "erik": ("e", "Erik Bernard", ("/lab", "/lab/paillasse-auditors")),
}


@transaction.atomic
def load() -> Project:
    """Make the demo's people and its shared project; a repeat changes nothing that people changed since."""
    people = {login: _enter(login) for login in CAST}
    project = Project.objects.filter(slug=SHARED).first()
    if project is None:
        actor = system("load_demo")
        project = projects_services.create_shared(
            actor=actor, slug=SHARED, name="Génomique / Genomics", owner=people["dana"]
        )
        quotas.open_ledger(project=project, limits=shared_quota())
        projects_services.add_member(
            actor=actor, person=people["dana"], project=project, member=people["alice"], role=Role.DEVELOPER
        )
    return project


def shared_quota() -> Amounts:
    """Four times what a member has alone: room for a team's work and for the tests."""
    return Amounts.of({name: 4 * amount for name, amount in settings.DEFAULT_QUOTA.items()})


def person_of(subject: str) -> Person | None:
    """Find somebody of this portal's issuer by subject."""
    return Person.objects.filter(issuer=settings.OIDC_ISSUER, subject=subject).first()


def _enter(login: str) -> Person:
    digit, name, groups = CAST[login]
    found = person_of(SUBJECT + digit)
    if found is None:
        found = sign_in(
            claims=Claims(
                issuer=settings.OIDC_ISSUER,
                subject=SUBJECT + digit,
                login=login,
                name=name,
                email=f"{login}@lab.localhost",
                email_verified=True,
                language="fr",
                groups=groups,
            )
        )
    welcome(found)
    return found
