"""axe finds nothing on any page: in French and in English, light and dark, wide and narrow."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from apps.accounts.enums import LabRole
from apps.accounts.models import Person
from apps.approvals.models import Request
from apps.approvals.services import absences, rules
from apps.cluster.models import PartStatus
from apps.notices import services as notices
from apps.notices.mail import stop_link
from apps.notices.models import Outbox
from apps.projects import services as founding
from apps.projects.models import Departure, Project
from apps.workloads.models import Observation
from tests.cast import BACKEND, actor
from tests.factories import catalogue, people, projects
from tests.factories.apps import submit

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
LOOKS = [("fr", "light", 1280), ("en", "dark", 360)]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.usefixtures("french")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Playwright's loop makes Django believe that all code here is asynchronous."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Django's test server under a name for which browsers keep cookies that want HTTPS."""
    with override_settings(STATIC_ROOT=str(tmp_path_factory.mktemp("static"))):
        server = LiveServer("localhost")
        yield server
        server.stop()


@pytest.fixture(autouse=True)
def _plain(settings: Settings, tmp_path: Path) -> None:
    """Files and cache of this test; static files as they stand in the sources."""
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture
def lab(alice: Person, bob: Person, charlie: Person, dana: Person, genomics: Project) -> dict[str, str]:
    """Something on every page; returns ids for addresses."""
    catalogue.template()
    apps = {
        name: submit(alice, name, project_id=genomics.id, label=name.capitalize()).app
        for name in ("wiki", "starts", "broken")
    }
    for name, state in (("wiki", "running"), ("starts", "starting"), ("broken", "failed")):
        seen = Observation.objects.filter(app=apps[name])
        seen.update(state=state, generation=1, observed_at=timezone.now(), answered_at=timezone.now())
    Observation.objects.filter(app=apps["broken"]).update(
        reason_code="task.exit", facts={"exit_code": 3}, logs={"stderr": "no such table\n" * 60, "stdout": ""}
    )
    submit(alice, "big", resources={"cpu_mhz": 8000, "memory_mib": 64}, reason="A conference")
    now = timezone.now()
    for part, reachable in (("nomad", True), ("vault", False)):
        PartStatus.objects.create(part=part, reachable=reachable, since=now, checked_at=now, version="1")
    _tell(alice)
    ids = {name: str(app.id) for name, app in apps.items()}
    ids["stop"] = stop_link(alice.id, ["apps"]).split("/")[-2]
    ids |= _people(bob, dana, charlie, genomics)
    return {**ids, "asked": str(Request.objects.get(app__name="big").id), "rule": _rule(bob)}


def _people(admin: Person, owner: Person, guest: Person, project: Project) -> dict[str, str]:
    """Somebody invited, a group with a role, and one who left the lab with a project of their own."""
    asked = founding.invite(
        actor=actor(owner), person=owner, project=project, role="viewer", email=guest.email
    )
    founding.map_group(actor=actor(admin), person=admin, path="/lab/genomics", project=project, role="viewer")
    leaver = people.person("leaver", is_active=False)
    projects.shared("left", leaver)
    gone = Departure.objects.create(person=leaver)
    personal = Project.objects.get(personal_of=guest).slug
    return {"invited": str(asked.id), "gone": str(gone.id), "personal": personal}


def _rule(person: Person) -> str:
    """A rule in force and one that is not; the person will be away."""
    deputy, who = people.person("nora", lab_role=LabRole.ADMIN), actor(person)
    days = timezone.localdate() + timedelta(days=3), timezone.localdate() + timedelta(days=9)
    absences.enter_absence(
        actor=who, person=person, away_id=person.id, deputy_id=deputy.id, from_on=days[0], to_on=days[1]
    )
    terms = {"groups": ["/lab/genomics"], "most_limit": {"cpu_mhz": 8000}, "days": 30, "kinds": ["app"]}
    rules.create_rule(actor=who, person=person, name="For courses", terms=terms)
    return str(rules.create_rule(actor=who, person=person, name="Small", terms={}, enabled=True).id)


def _tell(person: Person) -> None:
    """Two notices, one of them read; the mail of the other was refused."""
    params = {"what": "wiki", "project": "genomics", "verdict": "approved", "app": "wiki"}
    for kind in ("request.decided", "app.failed"):
        notices.notify(kind=kind, recipients=[person.id], params=params, path="/")
    notices.mark_read(person_id=person.id, notice_ids=[person.notices.get(kind="app.failed").id])
    Outbox.objects.filter(notice__kind="app.failed").update(tries=12, error="SMTPDataError: (550, b'no')")


#: who, address, what it is
PAGES = [
    ("alice", "/", "home"),
    ("charlie", "/", "home of a newcomer"),
    ("alice", "/catalogue/", "catalogue"),
    ("alice", "/catalogue/page/", "template"),
    ("alice", "/catalogue/page/request/", "form"),
    ("alice", "/apps/", "list of apps"),
    ("alice", "/apps/{wiki}/", "app that runs"),
    ("alice", "/apps/{starts}/", "app that starts"),
    ("alice", "/apps/{broken}/", "app that failed"),
    ("alice", "/apps/{wiki}/releases/", "releases"),
    ("alice", "/apps/{wiki}/data/", "data"),
    ("alice", "/apps/{wiki}/access/", "access"),
    ("dana", "/apps/{wiki}/settings/", "settings with its danger zone"),
    ("alice", "/apps/{wiki}/change/", "change"),
    ("alice", "/requests/", "requests"),
    ("alice", "/requests/{asked}/", "my request"),
    ("alice", "/requests/{asked}/edit/", "what was asked, to be changed"),
    ("alice", "/requests/project/", "asking for a project"),
    ("dana", "/projects/genomics/quota/ask/", "asking for quota"),
    ("alice", "/projects/genomics/rights/ask/", "asking for rights"),
    ("bob", "/decisions/", "decisions"),
    ("bob", "/requests/{asked}/", "cockpit"),
    ("bob", "/rules/", "rules"),
    ("erik", "/rules/", "rules to be read"),
    ("bob", "/rules/new/", "new rule"),
    ("bob", "/rules/{rule}/", "rule"),
    ("bob", "/absences/", "absences"),
    ("dana", "/projects/", "projects"),
    ("dana", "/projects/genomics/", "project"),
    ("dana", "/projects/genomics/members/", "members"),
    ("alice", "/projects/genomics/", "project of a developer"),
    ("bob", "/new-project/", "new project"),
    ("dana", "/projects/genomics/settings/", "settings of a project"),
    ("dana", "/projects/genomics/review/", "yearly review"),
    ("bob", "/groups/", "groups"),
    ("bob", "/departures/", "departures"),
    ("bob", "/departures/{gone}/", "departure"),
    ("charlie", "/invitations/{invited}/", "invitation"),
    ("dana", "/projects/genomics/quota/", "quota of a project"),
    ("bob", "/projects/genomics/quota/set/", "limits of a project"),
    ("bob", "/projects/{personal}/quota/ceiling/", "ceiling of a member"),
    ("bob", "/quotas/", "quotas of all"),
    ("bob", "/quotas/ceiling/", "ceiling of the lab"),
    ("alice", "/tokens/", "tokens"),
    ("alice", "/notices/", "notices"),
    ("alice", "/notices/preferences/", "notices by mail"),
    ("bob", "/notices/undelivered/", "mails that did not leave"),
    ("", "/notices/stop/{stop}/", "a link that ends mails"),
    ("", "/notices/stop/none/", "a link that is not whole"),
    ("bob", "/audit/", "audit"),
    ("bob", "/audit/?who=nobody", "audit where nothing is found"),
    ("bob", "/import/", "import and export"),
    ("bob", "/status/", "status"),
    ("bob", "/search/?q=wiki", "search"),
    ("", "/sign-in/", "sign-in"),
    ("", "/accessibility/", "accessibility statement"),
    ("alice", "/nothing-here/", "404"),
]


def profile(
    chromium: Browser, server: LiveServer, person: Person | None, look: tuple[str, str, int]
) -> BrowserContext:
    """A fresh profile, signed in as the person."""
    language, scheme, width = look
    context = chromium.new_context(
        color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 900}
    )
    host = server.url.replace("http:", "https:")
    cookies = {settings.LANGUAGE_COOKIE_NAME: language}
    if person is not None:
        cookies[settings.SESSION_COOKIE_NAME] = _session(person)
    context.add_cookies(
        [{"name": name, "value": value, "url": host, "secure": True} for name, value in cookies.items()]
    )
    # Django's live server speaks WSGI, which holds no stream: pages look again by themselves.
    nothing: dict[str, Any] = {"status": 200, "content_type": "text/event-stream", "body": ""}
    for stream in ("**/news/", "**/logs/stream/*"):
        context.route(stream, lambda route: route.fulfill(**nothing))
    return context


def heard(page: Page) -> list[str]:
    """What the browser will complain about: a policy that drops something, a script that fails."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def _session(person: Person) -> str:
    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return str(store.session_key)


@pytest.mark.timeout(600)  # every page of the portal, one after the other
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    request: pytest.FixtureRequest,
    chromium: Browser,
    live_server: LiveServer,
    lab: dict[str, str],
    charlie: Person,
    look: tuple[str, str, int],
) -> None:
    found = []
    profiles: dict[str, BrowserContext] = {}
    for who, address, what in PAGES:
        if who not in profiles:
            person = request.getfixturevalue(who) if who else None
            profiles[who] = profile(chromium, live_server, person, look)
        page = profiles[who].new_page()
        said = heard(page)
        page.goto(live_server.url + address.format(**lab))
        result = Axe().run(page)
        found += [f"{what}: {each['id']} {_where(each)}" for each in result.response["violations"]]
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found += [f"{what}: {wide} px wider than the screen"] if wide > 0 else []
        found += [f"{what}: {text}" for text in said if "404" not in text]
        page.close()
    assert not found, "\n".join(found)


def _where(violation: dict[str, Any]) -> str:
    return "; ".join(f"{node['target']} {node['html'][:160]}" for node in violation["nodes"][:3])


def test_keys(
    chromium: Browser, live_server: LiveServer, lab: dict[str, str], bob: Person, alice: Person
) -> None:
    """`/` goes to the search, j and Enter open the oldest request, Tab reaches the skip link first."""
    page = profile(chromium, live_server, bob, ("en", "light", 1280)).new_page()
    page.goto(f"{live_server.url}/decisions/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/requests/{lab['asked']}/")


def test_the_steps_end_by_themselves(
    chromium: Browser, live_server: LiveServer, lab: dict[str, str], alice: Person
) -> None:
    """What moves is looked at again; once it runs the page says so, and is not asked again."""
    page = profile(chromium, live_server, alice, LOOKS[1]).new_page()
    page.goto(f"{live_server.url}/apps/{lab['starts']}/")
    page.locator("[data-state=starting]").wait_for()
    Observation.objects.filter(app_id=lab["starts"]).update(state="running")
    page.locator("[data-state=running]").wait_for(timeout=10_000)
    assert page.locator("#live").get_attribute("data-moving") is None
    assert "Running" in page.locator("#said-state").inner_text()


def test_a_part_of_a_page_that_the_network_lost_is_asked_for_again(
    chromium: Browser, live_server: LiveServer, lab: dict[str, str], alice: Person
) -> None:
    """A machine that changes its network loses what was under way."""
    page = profile(chromium, live_server, alice, LOOKS[1]).new_page()
    page.route("**/usage/", lambda route: route.abort("connectionreset"), times=1)
    page.goto(f"{live_server.url}/apps/{lab['wiki']}/")
    page.locator("section[aria-labelledby=usage-title]").wait_for(timeout=10_000)


FORMS = [
    ("alice", "/catalogue/page/request/"),
    ("alice", "/requests/{asked}/edit/"),
    ("alice", "/requests/project/"),
    ("dana", "/projects/genomics/quota/ask/"),
    ("dana", "/projects/genomics/members/"),
    ("dana", "/projects/genomics/settings/"),
    ("dana", "/projects/genomics/review/"),
    ("charlie", "/invitations/{invited}/"),
    ("bob", "/requests/{asked}/"),
    ("bob", "/rules/new/"),
    ("bob", "/absences/"),
    ("bob", "/groups/"),
    ("bob", "/departures/{gone}/"),
    ("bob", "/projects/genomics/quota/set/"),
    ("bob", "/import/"),
    ("alice", "/notices/preferences/"),
]
#: Numbers what can be worked in the page's middle, one of each group of radios; says how many there are.
NUMBER = """() => {
  const all = document.querySelectorAll(
    'main :is(a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"])');
  const groups = new Set();
  let n = 0;
  for (const each of all) {
    if (each.disabled || !each.checkVisibility() || each.tabIndex < 0) continue;
    if (each.type === 'radio') {
      const checked = document.querySelector(`input[name="${each.name}"]:checked`);
      if (groups.has(each.name) || (checked && checked !== each)) continue;
      groups.add(each.name);
    }
    each.dataset.stop = n++;
  }
  return n;
}"""
#: Where the focus is: its number, what it is, and whether a ring can be seen on it, its label or its picture.
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const lined = style => style.outlineStyle !== 'none' && style.outlineWidth !== '0px';
  const ring = style => lined(style) || style.boxShadow !== 'none';
  const looks = [getComputedStyle(at), getComputedStyle(at, '::after')];
  const label = at.closest('label');
  if (label) looks.push(getComputedStyle(label));
  return {stop: at.dataset.stop, what: at.outerHTML.slice(0, 120), seen: looks.some(ring)};
}"""
_STOPS_MAX = 6  # of the Tab key in one field: a date has a part for day, month, year and its calendar


@pytest.mark.parametrize(("who", "address"), FORMS, ids=[each[1] for each in FORMS])
def test_each_form_can_be_worked_by_keyboard_alone(
    request: pytest.FixtureRequest,
    chromium: Browser,
    live_server: LiveServer,
    lab: dict[str, str],
    charlie: Person,
    who: str,
    address: str,
) -> None:
    """Tab comes to everything, what has the focus is seen, and nothing keeps it."""
    page = profile(chromium, live_server, request.getfixturevalue(who), ("fr", "light", 1280)).new_page()
    page.goto(live_server.url + address.format(**lab))
    wanted: int = page.evaluate(NUMBER)
    everything: int = page.evaluate("document.querySelectorAll('a, button, input, select, summary').length")
    reached, unseen = set[str](), set[str]()
    for _ in range(_STOPS_MAX * everything):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUS)
        if found is None:
            break
        reached |= {found["stop"]} - {None}
        unseen |= set() if found["seen"] else {found["what"]}
    else:
        pytest.fail(f"the focus does not leave the page: {found}")
    assert not unseen, "what has the focus is not to be seen"
    missed = sorted({str(number) for number in range(wanted)} - reached)
    parts = [
        page.evaluate(f"document.querySelector('[data-stop=\"{n}\"]').outerHTML.slice(0, 120)")
        for n in missed
    ]
    assert not parts, "Tab does not come to these"
