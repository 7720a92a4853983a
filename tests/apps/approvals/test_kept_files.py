"""Which files a form keeps: those that are here, less those that it takes away. One rule for all forms."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from apps.accounts.models import Person
from apps.approvals.views.answers import kept_files
from apps.base import uploads
from apps.base.models import Upload
from apps.catalogue.manifests.build import build
from apps.projects.models import Project
from tests.factories import catalogue

FORMS: list[tuple[dict[str, str], dict[str, str], set[str], set[str], str]] = [
    ({}, {}, set(), set(), "nothing is here"),
    ({"data": "old"}, {}, {"old"}, set(), "what the app has stays"),
    ({}, {"kept-data": "old"}, {"old"}, set(), "what an earlier try left here stays"),
    ({"data": "old"}, {"kept-data": "new"}, {"new"}, set(), "and replaces what the app has"),
    ({"data": "old"}, {"drop-data": "on"}, set(), {"data"}, "what is taken away goes"),
    ({"data": "old"}, {"kept-data": "new", "drop-data": "on"}, set(), {"data"}, "both of them"),
    ({"data": "old"}, {"drop-data": "on", "p-data": "sent"}, {"old"}, set(), "what is sent anew replaces"),
    ({"table": "old"}, {}, set(), set(), "what the version asks no more goes with its question"),
    ({"data": "old"}, {"drop-table": "on"}, {"old"}, set(), "what is not asked is not taken away"),
    ({}, {"kept-data": "dana's"}, set(), set(), "nobody takes another person's"),
]


@pytest.mark.parametrize(("has", "sent", "kept", "gone", "reason"), FORMS, ids=[each[4] for each in FORMS])
def test_what_a_form_keeps(
    alice: Person,
    dana: Person,
    genomics: Project,
    has: dict[str, str],
    sent: dict[str, str],
    kept: set[str],
    gone: set[str],
    reason: str,
) -> None:
    files = {name: _upload(alice, genomics, name) for name in ("old", "new")}
    files["dana's"] = _upload(dana, genomics, "hers")
    ids = {word: str(file.id) for word, file in files.items()}
    body: dict[str, Any] = {name: ids.get(word, word) for name, word in sent.items()}
    if "p-data" in sent:
        body["p-data"] = SimpleUploadedFile("sent.csv", b"a\n1\n")
    request = RequestFactory().post("/", body)
    before = {name: files[word] for name, word in has.items()}
    found, dropped = kept_files(request, alice, build(catalogue.manifest()), before)
    assert (set(found.values()), set(dropped)) == ({files[word] for word in kept}, gone), reason


def _upload(person: Person, project: Project, name: str) -> Upload:
    file = SimpleUploadedFile(f"{name}.csv", name.encode())
    return uploads.store(person_id=person.id, project_id=project.id, file=file, field="data")
