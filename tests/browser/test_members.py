"""What members do, by mouse and by keyboard: from Keycloak's login page to an app that answers."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.person import Visitor, answer, load

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.timeout(180)]
Visit = Callable[..., Visitor]
Names = Callable[[str], str]
SEEN = """() => {
  // A radio's card shows its focus for it.
  const card = document.activeElement.closest("label") || document.activeElement;
  return [document.activeElement, card].map((each) => getComputedStyle(each))
    .some((look) => look.outlineStyle !== "none" || look.boxShadow !== "none");
}"""
TABLE = "element,mass\nhydrogen,1.008\nhelium,4.0026\n"


def test_a_page_of_ones_own_text(visit: Visit, fresh: Names) -> None:
    alice, name = visit("alice"), fresh("seminar")
    page = alice.page
    page.get_by_role("link", name="Catalogue").first.click()
    page.get_by_role("link", name="Static site").first.click()
    page.get_by_role("link", name="Request", exact=True).first.click()
    page.fill("input[name=name]", name)
    page.fill(answer("title"), "Our seminar")
    page.fill(answer("text"), "Every Tuesday at two, in the library.")
    expect(page.locator("#reason")).to_contain_text("Within your quota")
    alice.send()
    page.locator("ol.chain li").first.wait_for()
    address = alice.runs()
    assert name in address
    load(page, address)
    expect(page.locator("body")).to_contain_text("Every Tuesday at two, in the library.")
    assert page.url.startswith("https://")
    assert "Our seminar" in page.title()


def test_a_file_opened_with_the_generated_password(visit: Visit, fresh: Names, tmp_path: Path) -> None:
    alice, name = visit("alice"), fresh("elements")
    page, table = alice.page, tmp_path / "elements.csv"
    table.write_text(TABLE, encoding="utf-8")
    alice.ask("data-explorer", name, {"title": "Elements"})
    page.set_input_files(answer("data"), table)
    app_id = alice.send()
    address = alice.runs()
    alice.go(f"/apps/{app_id}/secrets/")
    assert page.locator("code.secret").count() == 0, "nothing is shown before it is asked for"
    page.get_by_role("button", name="Show for thirty seconds").click()
    password = page.locator("tr", has=page.get_by_text("password", exact=True)).locator("code.secret")
    shown = password.inner_text()
    load(page, address)
    page.fill("input[type=password]", "not " + shown)
    page.keyboard.press("Enter")
    expect(page.locator("input[type=password]")).to_be_visible()
    page.fill("input[type=password]", shown)
    page.keyboard.press("Enter")
    page.locator("a[href*='/']", has_text=re.compile("data|elements|source")).first.wait_for()
    load(page, address)
    page.locator("h2 a, h3 a").first.click()
    expect(page.locator("body")).to_contain_text("2 rows")


def test_beyond_the_quota_it_waits_for_bob(visit: Visit, fresh: Names) -> None:
    alice, bob, name = visit("alice"), visit("bob"), fresh("summer")
    page = alice.page
    alice.ask("notebook", name, {})
    page.locator("fieldset", has=page.locator("[name=size]")).locator("details summary").click()
    page.fill("[name=memory_mib]", "8192")
    page.keyboard.press("Tab")
    expect(page.locator("#reason")).to_contain_text("Beyond the quota")
    page.fill("[name=reason]", "The summer school needs it")
    page.locator("#asking button[type=submit].btn-primary").click()
    expect(page.locator("main")).to_contain_text("An administrator decides")
    asked = alice.api.get("requests/")["results"][0]
    alice.api.made.append(alice.api.get(f"apps/?name={name}")["results"][0]["id"])
    bob.go("/decisions/")
    bob.page.get_by_role("link", name=name).first.click()
    bob.page.wait_for_url(f"**/requests/{asked['id']}/")
    expect(bob.page.locator("main")).to_contain_text("The summer school needs it")
    bob.page.fill("[name=reason]", "For the school")
    bob.page.get_by_role("button", name="Approve").click()
    expect(bob.page.locator("main")).to_contain_text("Approved")
    alice.go(f"/requests/{asked['id']}/")
    expect(page.locator("main")).to_contain_text("For the school")
    alice.go(f"/apps/{alice.api.made[-1]}/")
    alice.runs()


def test_leaving_ends_both_sessions(visit: Visit) -> None:
    alice = visit("alice")
    page = alice.page
    page.locator("details.menu summary", has_text="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(re.escape(alice.stack["portal"]["url"])))
    alice.go("/apps/")
    page.locator("main a.btn-primary").click()
    expect(page.locator("#username")).to_be_visible()


def test_the_language_is_the_readers(visit: Visit) -> None:
    alice = visit("alice", language="en")
    page = alice.page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("details.menu summary", has_text="Language").click()
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    alice.go("/catalogue/static-site/")
    expect(page.locator("h1")).to_have_text(re.compile("Site statique"))
    expect(page.get_by_role("link", name="Demander").first).to_be_visible()


def test_asking_without_a_mouse(visit: Visit, fresh: Names) -> None:
    """Tab reaches each field in the order of the page, with a focus that is seen, and Enter sends."""
    alice, name = visit("alice"), fresh("keys")
    page = alice.page
    alice.go("/catalogue/static-site/request/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    texts = {"p-title": "By keys", "p-text": "No mouse was there."}
    written = {"name": name, **texts}
    reached: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        field = page.evaluate("document.activeElement.getAttribute('name') || ''")
        outlined = page.evaluate(SEEN)
        assert outlined, f"the focus on {field or page.evaluate('document.activeElement.outerHTML')} is seen"
        if field in written:
            reached.append(field)
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.type(written[field])
        if page.evaluate("document.activeElement.matches('#asking button[type=submit].btn-primary')"):
            break
    assert reached == list(written)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/apps/[0-9a-f-]{36}/"))
    alice.api.made.append(alice.api.get(f"apps/?name={name}")["results"][0]["id"])
    alice.runs()


def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(visit: Visit, fresh: Names) -> None:
    alice = visit("alice")
    page, text = alice.page, "A long text that nobody wants to type again."
    alice.go("/catalogue/static-site/request/")
    page.fill("[name=name]", "Not A Name")
    page.fill(answer("title"), "")
    page.fill(answer("text"), text)
    page.locator("#asking button[type=submit].btn-primary").click()
    for field in ("[name=name]", answer("title")):
        wrong = page.locator(field)
        expect(wrong).to_have_attribute("aria-invalid", "true")
        described = str(wrong.get_attribute("aria-describedby")).split()
        assert any(page.locator(f"[id='{each}']").inner_text() for each in described if "error" in each)
    assert page.locator(answer("text")).input_value() == text
    assert alice.api.get("apps/")["count"] == len(alice.api.get("apps/")["results"])
