"""The shell's own pages: home, search, preferences, and what stands where no app answers."""

from apps.console.views.errors import csrf_failure
from apps.console.views.explaining import explain
from apps.console.views.frame import shell
from apps.console.views.home import accessibility, home, sign_in
from apps.console.views.preferences import preferences
from apps.console.views.searching import search

__all__ = [
    "accessibility",
    "csrf_failure",
    "explain",
    "home",
    "preferences",
    "search",
    "shell",
    "sign_in",
]
