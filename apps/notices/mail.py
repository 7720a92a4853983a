"""A mail, made of notices when it leaves: in the reader's language, as text and as HTML."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import formataddr
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.notices import messages
from apps.notices.enums import Group
from apps.notices.kinds import KINDS, may_stop

#: Where the room's pages stand. Written out, because whoever sends mail has no need of all addresses.
STOP, PREFERENCES = "/notices/stop/{}/", "/notices/preferences/"
STOP_DAYS = 180
_SALT = "notices.stop"
_WHY: Mapping[str, str | Promise] = {
    Group.DUTY: _(
        "You get this mail because somebody waits for you. It cannot be turned off, but it can come once a "
        "day, together with others."
    ),
    Group.REQUESTS: _("You get this mail because it is about a request or a quota of yours."),
    Group.PROJECTS: _("You get this mail because you are a member of the project."),
    Group.APPS: _("You get this mail because you look after the app."),
    Group.INVITATIONS: _(
        "You get this mail because somebody gave your address for this invitation. If you do not know why, "
        "do nothing: it ends by itself, and no other mail follows."
    ),
}


@dataclass(frozen=True)
class Item:
    """One notice of a mail."""

    kind: str
    params: Mapping[str, Any]
    path: str

    @property
    def told(self) -> messages.Told:
        """Its words, in the active language."""
        return messages.told(self.kind, self.params)

    @property
    def url(self) -> str:
        """Where the button leads."""
        return absolute(self.path)


def compose(
    items: Sequence[Item], *, to: str, language: str, batch: str, person: UUID | None
) -> EmailMultiAlternatives:
    """Make one mail of these notices. `batch` names it for ever: sent twice it is still one mail."""
    groups = list(dict.fromkeys(KINDS[each.kind].group for each in items if each.kind in KINDS))
    stop = stop_link(person, groups)
    with translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        context = {
            "language": translation.get_language(),
            "subject": _subject(items),
            "lab": settings.LAB_NAME,
            "items": items,
            "reasons": [str(_WHY[group]) for group in groups],
            "stop": stop,
            "preferences": absolute(PREFERENCES) if person else "",
        }
        mail = EmailMultiAlternatives(
            subject=context["subject"],
            body=_render("mail/notice.txt", context, autoescape=False),
            from_email=_sender(),
            to=[to],
            headers=_headers(batch, stop),
        )
        mail.attach_alternative(_render("mail/notice.html", context, autoescape=True), "text/html")
    return mail


def _subject(items: Sequence[Item]) -> str:
    first = items[0].told.subject
    others = len(items) - 1
    if not others:
        return first
    together = ngettext("%(first)s, and %(n)d other notice", "%(first)s, and %(n)d other notices", others)
    return together % {"first": first, "n": others}


def _sender() -> str:
    """The lab's name before the address, unless the setting brings one along."""
    given: str = settings.DEFAULT_FROM_EMAIL
    return (
        given if "<" in given else formataddr((messages.one_line(f"{settings.LAB_NAME} – Paillasse"), given))
    )


def _headers(batch: str, stop: str) -> dict[str, str]:
    headers = {"Message-ID": f"<{batch}@{settings.PORTAL_HOST}>", "Auto-Submitted": "auto-generated"}
    if stop:  # RFC 8058: the reader's mail program may send the POST itself
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers


def absolute(path: str) -> str:
    """A path of the portal as the world reaches it."""
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def stop_link(person: UUID | None, groups: Iterable[str]) -> str:
    """The address that ends these mails to this person, with no sign-in; empty where none may be ended."""
    may_end = sorted(str(group) for group in groups if may_stop(group))
    if person is None or not may_end:
        return ""
    return absolute(STOP.format(signing.dumps([str(person), *may_end], salt=_SALT)))


def read_stop(token: str) -> tuple[UUID, list[str]]:
    """Whose mails of which groups a link ends. Raises signing.BadSignature: not ours, changed, or too old."""
    person, *groups = signing.loads(token, salt=_SALT, max_age=STOP_DAYS * 86_400)
    return UUID(person), groups


@cache
def _engine(*, autoescape: bool) -> Engine:
    """An engine of its own: the pages' loads the tags of every room into whoever sends mail."""
    return Engine(
        dirs=cast("list[str]", settings.TEMPLATES[0]["DIRS"]),
        libraries={"i18n": "django.templatetags.i18n"},
        autoescape=autoescape,
    )


def _render(template: str, context: Mapping[str, Any], *, autoescape: bool) -> str:
    made = _engine(autoescape=autoescape).get_template(template)
    return str(made.render(Context(dict(context), autoescape=autoescape)))
