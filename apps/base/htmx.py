"""One function decides: the whole page, or the fragment that htmx asked for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def page_or_fragment(
    request: HttpRequest,
    page_template: str,
    fragment_template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Render the fragment for htmx (its boosted links want pages), else the page that includes it."""
    asks = getattr(request, "htmx", None)
    fragment = bool(asks) and not getattr(asks, "boosted", False)
    template = fragment_template if fragment else page_template
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
