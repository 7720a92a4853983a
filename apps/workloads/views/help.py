"""Help: a page for each reason, open to everybody: a program's answer links to it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from apps.workloads.helping import BUTTONS, WHO
from apps.workloads.helping.pages import page_of, title
from orchestration.explain import REASONS, Who

_ORDER: tuple[Who, ...] = ("member", "admin", "engineer", "nobody")


@require_safe
def reasons(request: HttpRequest) -> HttpResponse:
    """All reasons, by who can do something about them."""
    groups = [
        (WHO[who], [(code, title(code)) for code, each in sorted(REASONS.items()) if each.who == who])
        for who in _ORDER
    ]
    return render(request, "workloads/help/reasons.html", {"groups": groups})


@require_safe
def reason(request: HttpRequest, code: str) -> HttpResponse:
    """What one reason means, what one can do, and where an engineer looks. 404 for what is no reason."""
    known, page = REASONS.get(code), page_of(code)
    if known is None or page is None:
        raise Http404
    language = (get_language() or "en")[:2]
    context = {
        "code": code,
        "title": title(code),
        "means": page.means[language],
        "you": page.you[language],
        "engineer": page.engineer[language],
        "who": WHO[known.who],
        "button": BUTTONS.get(known.button, ""),
    }
    return render(request, "workloads/help/reason.html", context)
