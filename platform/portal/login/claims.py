"""What the account service says about a person who signs in, read and bounded."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.accounts.services import Claims
from kernel.errors import Refused

_GROUPS_MAX = 1_000
_GROUP_MAX = 300  # characters, as the column
_SUBJECT_MAX = 255
_LANGUAGES = ("fr", "en")


def read(id_token: Mapping[str, Any], userinfo: Mapping[str, Any]) -> Claims:
    """Read verified claims: issuer and subject from the ID token alone, the rest rather from userinfo.

    Raises Refused `login.subject` where the two speak of different people, `login.token` where there is no
    usable subject.
    """
    subject, issuer = id_token.get("sub"), id_token.get("iss")
    if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_MAX or "\0" in subject:
        raise Refused("login.token")
    if userinfo.get("sub") != subject:
        raise Refused("login.subject")
    said = {**id_token, **userinfo}
    email = _text(said, "email", 254).lower()
    return Claims(
        issuer=str(issuer),
        subject=subject,
        login=_text(said, "preferred_username", 150),
        name=_text(said, "name", 200),
        email=email if _is_email(email) else "",
        # `true` alone is true: some services say "false" as a text, which Python would take for yes.
        email_verified=said.get("email_verified") is True and _is_email(email),
        language=_language(_text(said, "locale", 35)),
        groups=_groups(said.get("groups")),
    )


def _text(said: Mapping[str, Any], name: str, limit: int) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value if letter.isprintable())[:limit].strip()


def _is_email(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True


def _language(locale: str) -> str:
    language = locale.replace("_", "-").split("-")[0].lower()
    return language if language in _LANGUAGES else ""


def _groups(groups: Any) -> tuple[str, ...]:
    """Full paths as they are: what is no text, or too long for a path, is no group."""
    if not isinstance(groups, list):
        return ()
    texts = [group for group in groups[:_GROUPS_MAX] if isinstance(group, str) and "\0" not in group]
    return tuple(dict.fromkeys(group for group in texts if len(group) <= _GROUP_MAX))
