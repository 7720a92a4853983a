"""An end that comes near: renewed by the one button of a mail, then made longer by a decision."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.looking import seen
from tests.browser.person import Visitor, load
from tests.flows.managing import manage
from tests.mails import mails, subject, text, wait_for_mail

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(240)]
Visit = Callable[..., Visitor]
LINK = re.compile(r"https://\S+(/leases/renew/[\w.:-]+/)")
#: no mail for a while: what comes in a burst is gathered; then what the clock does every quarter of an hour
LOOK = """
from datetime import timedelta
from django.utils import timezone
from apps.leases.tasks import follow
from apps.notices.models import Outbox
Outbox.objects.filter(sent_at__isnull=False).update(sent_at=timezone.now() - timedelta(hours=1))
follow()
"""
WORDS = {
    "en": {
        "warned": "Ends in 20 days",
        "renewed": "Renewed",
        "nothing": "Nothing was changed",
        "another": "sent to somebody else",
        "longer": "Ask for longer",
        "part": "Approved in part",
    },
    "fr": {
        "warned": "Prend fin dans 20 jours",
        "renewed": "Prolongée",
        "nothing": "Rien n’a changé",
        "another": "à quelqu’un d’autre",
        "longer": "Demander plus long",
        "part": "Acceptée en partie",
    },
}


def end_of(visitor: Visitor, app_id: str) -> date:
    """Its last day, as a program reads it."""
    return date.fromisoformat(visitor.api.get(f"apps/{app_id}/")["lease"]["ends_on"])


def warning(stack: dict[str, Any], name: str) -> EmailMessage:
    """The mail to alice about this app, which comes once."""
    folder, to = Path(stack["portal"]["mail"]), stack["accounts"]["alice"]["email"]
    mail = wait_for_mail(folder, to, lambda each: name in subject(each), 30)
    assert len([each for each in mails(folder) if name in subject(each)]) == 1
    return mail


@pytest.mark.parametrize("language", ["fr", "en"])
def test_renewed_by_the_mail_then_longer_by_a_decision(
    visit: Visit, stack: dict[str, Any], fresh: Callable[[str], str], screenshots: Path, language: str
) -> None:
    words, today = WORDS[language], timezone.localdate()
    alice, name = visit("alice", language=language), fresh("thesis")
    app_id = alice.api.asked(name, ends_on=(today + timedelta(days=20)).isoformat())
    manage("shell", "-c", LOOK)
    mail = warning(stack, name)
    assert words["warned"] in subject(mail)
    links = LINK.findall(text(mail))
    assert len(links) == 1, "one button"

    charlie = visit("charlie", language=language)
    charlie.go(links[0])
    expect(charlie.page.locator("main")).to_contain_text(words["another"])
    alice.go(links[0])
    assert end_of(alice, app_id) == today + timedelta(days=20), "looking renews nothing"
    seen(alice, screenshots, "lease-renew", language)
    alice.page.locator("main button.btn-large").click()
    expect(alice.page.locator("h1")).to_have_text(words["renewed"])
    assert end_of(alice, app_id) == today + timedelta(days=365)
    alice.go(links[0])
    expect(alice.page.locator("h1")).to_have_text(words["nothing"])
    assert end_of(alice, app_id) == today + timedelta(days=365)

    alice.go(f"/apps/{app_id}/")
    alice.page.locator("#live a[href$='/lease/']").click()
    seen(alice, screenshots, "lease", language)
    alice.page.get_by_role("link", name=words["longer"]).click()
    seen(alice, screenshots, "lease-ask", language)
    alice.page.fill("#id_until", (today + timedelta(days=1000)).isoformat())
    alice.page.fill("#id_reason", "The thesis lasts three years")
    alice.page.locator("#asking button.btn-primary").click()
    alice.page.wait_for_url(re.compile("/requests/[0-9a-f-]{36}/"))

    bob = visit("bob", language=language)
    load(bob.page, alice.page.url)
    bob.page.fill("#id_until", (today + timedelta(days=800)).isoformat())
    bob.page.fill("#id_reason", "Two years first")
    bob.page.locator("form[action$='/approve/'] button.btn-primary").click()
    bob.page.wait_for_url("**/decisions/")
    alice.page.reload()
    expect(alice.page.locator(".page-head")).to_contain_text(words["part"])
    assert end_of(alice, app_id) == today + timedelta(days=800)
