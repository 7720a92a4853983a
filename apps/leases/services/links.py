"""The signed link of a warning's mail: one person, one app, one last day, one use."""

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core import signing

from apps.leases.models import Renewal
from apps.workloads.models import App
from kernel.errors import Conflict, Forbidden, Missing

PATH = "/leases/renew/{}/"  # written out: whoever sends mail has no need of all addresses
DAYS = 60  #: for which a link opens; a later mail brings another
_SALT = "leases.renew"


@dataclass(frozen=True)
class Link:
    """What a link opens."""

    person_id: UUID
    app_id: UUID
    ends_on: date  #: as it stood when the mail was written
    digest: str


def path_of(person_id: UUID, app: App) -> str:
    """Where the button of a mail to this person leads. The app has a last day."""
    token = signing.dumps([str(person_id), str(app.id), str(app.ends_on)], salt=_SALT)
    return PATH.format(token)


def read(token: str) -> Link:
    """What was signed. Raises Missing for what is not ours or was changed, Conflict for a link too old."""
    try:
        person, app, day = signing.loads(token, salt=_SALT, max_age=DAYS * 86_400)
        digest = hashlib.sha256(token.encode()).hexdigest()
        return Link(UUID(person), UUID(app), date.fromisoformat(day), digest)
    except signing.SignatureExpired as error:
        raise Conflict("lease.link_old") from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Missing("lease.link_unknown") from error


def look(token: str, person_id: UUID) -> tuple[Link, App]:
    """The link and its app, if this person may open it now; nothing is changed.

    Raises Missing, Forbidden for somebody else's, Conflict for one that is too old or was used, also where
    the lease was renewed in another way since.
    """
    link = read(token)
    if link.person_id != person_id:
        raise Forbidden("lease.link_other")
    app = App.objects.select_related("project", "release__template_version").filter(id=link.app_id).first()
    if app is None:
        raise Missing
    require_unused(link, app)
    return link, app


def require_unused(link: Link, app: App) -> None:
    """Raise Conflict where the link has done its work, or has none left."""
    if app.gone_at is not None:
        raise Conflict("app.gone")
    if Renewal.objects.filter(link=link.digest).exists() or app.ends_on != link.ends_on:
        raise Conflict("lease.link_used", ends_on=app.ends_on)
