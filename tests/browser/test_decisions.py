"""From an invitation to a grant that ends, with the mails: once in French and once in English."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.person import Visitor, load
from tests.flows.client import Api
from tests.flows.managing import manage
from tests.mails import mails, subject, text, wait_for_mail

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(180)]
Visit = Callable[..., Visitor]
PROJECT = "genomics"
LINK = re.compile(r"https://\S+(/invitations/[\w.:-]+/)")
#: the days after the grant's last, and what the nightly task does then: it tells once of each last day
THE_DAY_AFTER = """
from datetime import timedelta
from django.utils import timezone
from apps.quotas.models import Counter
from apps.quotas.tasks import end_grants
granted = Counter.objects.filter(project__slug="genomics", granted_until__isnull=False)
granted.update(granted_until=timezone.localdate() - timedelta(days=DAYS))
end_grants()
"""
WORDS = {
    "en": {
        "invited": "Invitation to",
        "decided": "in part",
        "ended": "has ended",
        "state": "Approved in part",
        "days": "1",
    },
    "fr": {
        "invited": "Invitation au",
        "decided": "en partie",
        "ended": "a pris fin",
        "state": "Acceptée en partie",
        "days": "2",
    },
}


@pytest.fixture
def without_charlie(stack: dict[str, Any]) -> Iterator[None]:
    """He is a stranger before the test and after it."""
    dana = Api(stack["portal"]["bind_url"], stack["tokens"]["dana"])
    project, his = f"projects/{dana.project('shared')['id']}", stack["accounts"]["charlie"]["email"]

    def leave() -> None:
        for kind in ("members", "invitations"):
            for each in dana.get(f"{project}/{kind}/")["results"]:
                if each["email"] == his:
                    dana.call("DELETE", f"{project}/{kind}/{each['id']}/")

    leave()
    yield
    leave()


@pytest.fixture
def mail(stack: dict[str, Any]) -> Callable[..., EmailMessage]:
    """`mail("charlie", says)`: one that somebody got since the test began."""
    folder = Path(stack["portal"]["mail"])
    old = {str(each["Message-ID"]) for each in mails(folder)}

    def wait(name: str, says: Callable[[str], bool]) -> EmailMessage:
        def new(each: EmailMessage) -> bool:
            return str(each["Message-ID"]) not in old and says(subject(each) + text(each))

        return wait_for_mail(folder, stack["accounts"][name]["email"], new)

    return wait


def limit_of_apps(visitor: Visitor) -> int:
    """What the project may have, as its page of the quota says."""
    figures = visitor.api.get(f"projects/{visitor.api.project('shared')['id']}/quota/")
    return next(int(each["limit"]) for each in figures if each["dimension"] == "apps")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.usefixtures("without_charlie")
def test_invited_asked_granted_in_part_and_ended(
    visit: Visit, stack: dict[str, Any], mail: Callable[..., EmailMessage], language: str
) -> None:
    words = WORDS[language]
    charlie, dana = visit("charlie", language=language), visit("dana", language=language)
    dana.go(f"/projects/{PROJECT}/members/")
    dana.page.fill("#id_email", stack["accounts"]["charlie"]["email"])
    dana.page.select_option("form.card [name=role]", "owner")
    dana.page.locator("button[formaction$='/invite/']").click()

    invitation = mail("charlie", lambda said: words["invited"] in said)
    link = LINK.search(text(invitation))
    assert link, text(invitation)
    charlie.go(link[1])
    charlie.page.locator("form[action$='/accept/'] button").click()
    expect(charlie.page.locator("h1")).to_contain_text("Genomics")

    before = limit_of_apps(charlie)
    charlie.go(f"/projects/{PROJECT}/quota/ask/")
    charlie.page.fill("#id_apps", str(before + 10))
    charlie.page.fill("#id_reason", "The summer school")
    charlie.page.locator("#asking button.btn-primary").click()
    charlie.page.wait_for_url(re.compile("/requests/[0-9a-f-]{36}/"))
    asked = charlie.page.url

    bob = visit("bob", language=language)
    load(bob.page, asked)
    until = timezone.localdate() + timedelta(days=30)
    bob.page.fill("#id_reason", "As far as the machines go")
    bob.page.fill("[name=until]", until.isoformat())
    bob.page.locator("details:has([formaction$='/approve-in-part/']) summary").click()
    bob.page.fill("[name=granted-apps]", str(before + 5))
    bob.page.locator("[formaction$='/approve-in-part/']").click()
    expect(bob.page.locator("main")).to_contain_text(words["state"])
    assert limit_of_apps(charlie) == before + 5

    decided = mail("charlie", lambda said: words["decided"] in said)
    assert "As far as the machines go" in text(decided)
    manage("shell", "-v0", "-c", THE_DAY_AFTER.replace("DAYS", words["days"]))
    assert limit_of_apps(charlie) == before
    mail("charlie", lambda said: words["ended"] in said)
