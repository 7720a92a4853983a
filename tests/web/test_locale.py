"""Every text that a person reads is there in French, whole and with the same figures in it."""

import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext, pgettext

from apps.workloads.explain import LOOKS
from tests.web.conftest import ROOT
from tests.web.pofile import Entry, read

PO = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
_PLACE = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return read(PO)


def test_nothing_is_missing_or_fuzzy(entries: list[Entry]) -> None:
    missing = [each.msgid for each in entries if not all(each.translations)]
    assert not missing, "translate these in locale/fr: " + "; ".join(missing)
    assert not [each.msgid for each in entries if each.fuzzy]


def test_figures_stand_in_each_translation(entries: list[Entry]) -> None:
    for each in entries:
        for text in each.translations:
            wanted = {tuple(sorted(_PLACE.findall(one))) for one in (each.msgid, each.plural) if one}
            assert tuple(sorted(_PLACE.findall(text))) in wanted, each.msgid


def test_the_catalogue_holds_every_text_of_the_code(entries: list[Entry], tmp_path: Path) -> None:
    """Extract anew into a copy: what is not in the catalogue would be English on a French page."""
    for folder in ("apps", "platform", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("static", "*.pyc"))
    (tmp_path / "locale").mkdir()
    known = {(each.context, each.msgid) for each in entries}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setattr(settings, "LOCALE_PATHS", [str(tmp_path / "locale")])
        call_command("makemessages", locale=["fr"], verbosity=0)
    found = read(tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po")
    lost = [each.msgid for each in found if (each.context, each.msgid) not in known]
    assert not lost, "run makemessages and translate: " + "; ".join(lost)


@pytest.mark.usefixtures("french")
def test_french_is_spoken() -> None:
    assert gettext("My apps") == "Mes applications"
    assert pgettext("state of an app", "Running") == "En ligne"


WORDS = {
    "pending": "En attente",
    "placing": "Placement",
    "starting": "Démarrage",
    "running": "En ligne",
    "degraded": "Perturbée",
    "failed": "En échec",
    "stopped": "Arrêtée",
    "asleep": "En veille",
    "stopping": "Arrêt",
    "archived": "Archivée",
    "gone": "Supprimée",
    "unknown": "Non vérifiée",
}


@pytest.mark.usefixtures("french")
def test_the_one_vocabulary_of_states() -> None:
    assert {state: str(look.word) for state, look in LOOKS.items()} == WORDS


def test_none_is_not_one() -> None:
    """French counts none as singular: a text that says "one" would say so of an empty inbox."""
    source = "{% load i18n %}"
    source += "{% blocktrans count n=count %}One request waits."
    source += "{% plural %}{{ n }} requests wait.{% endblocktrans %}"
    with translation.override("fr"):
        told = [Template(source).render(Context({"count": count})) for count in (0, 1, 2)]
    assert told == ["0 demande attend.", "1 demande attend.", "2 demandes attendent."]
