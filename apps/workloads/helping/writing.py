"""The list of all reasons as one Markdown page, in the language that is active."""

from django.utils.translation import get_language, gettext, override

from apps.workloads.helping.pages import page_of, title
from apps.workloads.helping.words import BUTTONS, WHO
from orchestration.explain import REASONS

FILES = {"en": "docs/reasons.md", "fr": "docs/raisons.md"}


def written(language: str) -> str:
    """Every reason with its sentence, its three texts, who can help and by which button."""
    with override(language):
        return _head() + "".join(_entry(code) for code in sorted(REASONS))


def _head() -> str:
    name = gettext("Why an app is not as wanted")
    text = gettext(
        "Every reason that the portal gives, by its stable code. The portal shows the same at"
        " `/help/reasons/<code>/`. This page is made by `manage.py reason_pages`."
    )
    return f"# {name}\n\n{text}\n"


def _entry(code: str) -> str:
    reason, page = REASONS[code], page_of(code)
    language = (get_language() or "en")[:2]
    if page is None:
        raise LookupError(f"no page for {code} in apps/workloads/helping/reasons")
    lines = [
        f"## {code}",
        title(code),
        page.means[language],
        f"**{gettext('What you can do')}** {page.you[language]}",
        f"**{gettext('For engineers')}** {page.engineer[language]}",
        f"**{gettext('Who can help')}** {WHO[reason.who]}",
    ]
    if reason.button:
        lines.append(f"**{gettext('Button')}** {BUTTONS[reason.button]}")
    return "\n" + "\n\n".join(line.strip() for line in lines) + "\n"
