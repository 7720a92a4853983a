"""My API tokens: made here alone, shown once."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import selectors, services
from apps.accounts.forms import TokenForm
from apps.accounts.models import Person
from apps.accounts.permissions import scopes_of
from apps.base.messages import sentence
from apps.base.requests import actor_of
from kernel.errors import Refused


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list; on POST make one and show it, this once."""
    person = cast("Person", request.user)
    form = TokenForm(request.POST or None, offered=scopes_of(person))
    plaintext = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, plaintext = services.create_token(actor=actor_of(request), person=person, **form.given)
            form = TokenForm(offered=scopes_of(person))
        except Refused as error:
            field = "days" if error.field == "expires_at" else error.field
            form.add_error(field if field in form.fields else None, sentence(error))
    context = {
        "tokens": selectors.tokens_of(person),
        "now": timezone.now(),
        "form": form,
        "plaintext": plaintext,
    }
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """End one of mine now."""
    token = get_object_or_404(selectors.tokens_of(cast("Person", request.user)), id=token_id)
    services.revoke_token(actor=actor_of(request), token=token)
    messages.success(request, gettext("The token %(name)s is revoked.") % {"name": token.name})
    return redirect("accounts:tokens")
