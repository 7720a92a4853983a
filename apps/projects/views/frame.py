"""What the views of this room share: whose page it is, and a change whose refusal is said above the page."""

from collections.abc import Callable
from typing import Any, cast

from django.forms import Form
from django.http import HttpRequest

from apps.accounts.models import Person
from apps.base import requests
from apps.base.messages import sentence
from apps.projects import selectors
from apps.projects.models import Project
from apps.projects.permissions import require
from kernel.errors import PaillasseError


def person_of(request: HttpRequest) -> Person:
    """Who looks; login_required lets nobody else in."""
    return cast("Person", request.user)


def managed(request: HttpRequest, slug: str, action: str) -> Project:
    """The project, if the person may do the action in it; raises Missing, Forbidden."""
    found = selectors.get_by_slug(person_of(request), slug)
    require(person_of(request), found, action)
    return found


def done(request: HttpRequest, said: str, service: Callable[..., Any], **arguments: object) -> bool:
    """Do it as this person and say so, or say why not; Missing and Forbidden are pages of their own."""
    return requests.done(request, said, service, person=person_of(request), **arguments)


def put(form: Form, error: PaillasseError) -> None:
    """Put a refusal beside its field, else above the form."""
    form.add_error(error.field if error.field in form.fields else None, sentence(error))
