"""The catalogue and a template's page."""

import unicodedata
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from apps.accounts.models import Person
from apps.base.htmx import page_or_fragment
from apps.base.messages import sentence
from apps.base.templatetags.pages import texts
from apps.catalogue import selectors
from apps.catalogue.models import Template
from apps.catalogue.templatetags.catalogue_looks import KINDS, runs_here
from apps.projects import selectors as projects
from apps.workloads import selectors as workloads

_MINE = 6


@login_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """What can be asked for; `?q=` and `?kind=` narrow it."""
    person = cast("Person", request.user)
    words, kind = request.GET.get("q", "").strip()[:100], request.GET.get("kind", "")
    offered = selectors.offered(person)
    if kind in KINDS:
        offered = offered.filter(kind=kind)
    if words:
        offered = offered.filter(_named(words))
    context = {
        "templates": sorted(offered, key=_place),
        "q": words,
        "kind": kind,
        "kinds": [(code, name) for code, (name, _icon) in KINDS.items()],
        "errors": selectors.errors() if person.is_admin else (),
    }
    return page_or_fragment(request, "catalogue/list.html", "catalogue/cards.html", context)


def _place(found: Template) -> tuple[bool, str]:
    """What runs here first, then by the title that the reader sees, accents aside."""
    title = unicodedata.normalize("NFKD", texts(found.title)).encode("ascii", "ignore").decode()
    return not runs_here(found), title.casefold()


def _named(words: str) -> Q:
    """Found in the slug, or in title or summary in either language."""
    found = Q(slug__icontains=words)
    for language, _name in settings.LANGUAGES:
        found |= Q(**{f"title__{language}__icontains": words}) | Q(
            **{f"summary__{language}__icontains": words}
        )
    return found


@login_required
@require_safe
def template(request: HttpRequest, slug: str) -> HttpResponse:
    """What it is, what it asks, what it may reach, and what of mine is made from it."""
    person = cast("Person", request.user)
    found = get_object_or_404(selectors.offered(person), slug=slug)
    manifest = selectors.manifest(selectors.get_version(slug))
    mine = workloads.visible_to(person).filter(template=found, project__in=projects.joined(person))
    refusal = selectors.refusal(manifest, tuple(settings.ALLOWED_DRIVERS))
    context = {
        "template": found,
        "manifest": manifest,
        "available": refusal is None,
        "lacking": sentence(refusal) if refusal and refusal.code != "runtime.unavailable" else "",
        "versions": found.versions.order_by("-loaded_at"),
        "sizes": sorted(
            manifest.sizing.sizes.items(), key=lambda each: (each[1].cpu_mhz, each[1].memory_mib)
        ),
        "apps": workloads.shown(workloads.newest(mine)[:_MINE]),
    }
    return render(request, "catalogue/template.html", context)
