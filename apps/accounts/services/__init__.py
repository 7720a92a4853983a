"""What changes people, their sessions and their tokens."""

from apps.accounts.services.people import (
    Claims,
    find_or_invite,
    follow_groups,
    forget_pending,
    set_preferences,
    sign_in,
)
from apps.accounts.services.sessions import (
    close_session,
    end_sessions,
    forget_ended,
    note_asked,
    open_session,
    set_enabled,
)
from apps.accounts.services.tokens import create_token, revoke_token

__all__ = [
    "Claims",
    "close_session",
    "create_token",
    "end_sessions",
    "find_or_invite",
    "follow_groups",
    "forget_ended",
    "forget_pending",
    "note_asked",
    "open_session",
    "revoke_token",
    "set_enabled",
    "set_preferences",
    "sign_in",
]
