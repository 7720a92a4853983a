"""To Keycloak and back: who is found, what is taken over, what a browser can be made to do."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses
from django.conf import settings
from django.contrib.auth import get_user
from django.test import Client, RequestFactory
from pytest_django import Settings

from apps.accounts.enums import LabRole
from apps.accounts.models import OidcSession, Person
from apps.audit.models import Event
from apps.projects.models import Membership, Project
from apps.quotas.models import Counter
from kernel.errors import Refused
from portal.login.keys import Keys
from portal.login.views import safe_next
from tests.factories import people, projects
from tests.portal.keycloak_stub import Keycloak, begin, is_signed_in, public, sign_in

MAIL = {"email": "Zoe@Lab.Example", "email_verified": True}


def test_asks_with_pkce_state_and_nonce_at_the_public_address(keycloak: Keycloak, client: Client) -> None:
    asked = begin(client)
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{settings.PORTAL_URL}/oidc/callback/"
    assert min(len(asked[name]) for name in ("code_challenge", "state", "nonce")) >= 32


def test_redeems_the_code_with_verifier_and_secret(keycloak: Keycloak, client: Client) -> None:
    sign_in(keycloak, client)
    form = parse_qs(str(keycloak.mock.calls[0].request.body))
    assert {"code_verifier", "redirect_uri", "client_id", "code"} <= set(form)


def test_first_sign_in_makes_person_project_and_quota(keycloak: Keycloak, client: Client) -> None:
    keycloak.person = {**MAIL, "name": "Zoé", "preferred_username": "zoe", "locale": "en-GB"}
    assert sign_in(keycloak, client).status_code == 302
    person = Person.objects.get()
    assert (person.subject, person.email, person.language) == ("sub-1", "zoe@lab.example", "en")
    project = Project.objects.get(personal_of=person)
    assert Counter.objects.get(project=project, dimension="apps").limit == settings.DEFAULT_QUOTA["apps"]
    verbs = list(Event.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["person.signed_in", "person.changed", "project.created"]


def test_the_second_sign_in_makes_nothing_more(keycloak: Keycloak, client: Client) -> None:
    keycloak.person = MAIL
    sign_in(keycloak, client)
    sign_in(keycloak, Client())
    assert (Person.objects.count(), Project.objects.count(), OidcSession.objects.count()) == (1, 1, 2)


def test_people_are_never_matched_by_mail(keycloak: Keycloak, client: Client, bob: Person) -> None:
    keycloak.person = {"email": bob.email.upper(), "email_verified": True}
    sign_in(keycloak, client)
    assert client.session["_auth_user_id"] != str(bob.id)
    assert not Person.objects.get(subject="sub-1").is_admin


@pytest.mark.parametrize("verified", [False, None, "true", "false", 1])
def test_a_pending_member_is_not_bound_by_an_unverified_mail(
    keycloak: Keycloak, client: Client, dana: Person, verified: object
) -> None:
    waiting = people.pending("zoe@lab.example")
    projects.member(projects.shared("proteins", dana), waiting)
    keycloak.person = {**MAIL, "email_verified": verified}
    sign_in(keycloak, client)
    assert Person.objects.filter(id=waiting.id, subject="").exists()
    assert not Membership.objects.filter(person__subject="sub-1", project__slug="proteins").exists()


def test_a_pending_member_is_bound_by_a_verified_mail(
    keycloak: Keycloak, client: Client, dana: Person
) -> None:
    waiting = people.pending("zoe@lab.example")
    projects.member(projects.shared("proteins", dana), waiting)
    keycloak.person = MAIL
    sign_in(keycloak, client)
    assert Person.objects.get(subject="sub-1").id == waiting.id


def test_memberships_wait_also_for_somebody_known(keycloak: Keycloak, client: Client, dana: Person) -> None:
    keycloak.person = {"email": "old@lab.example", "email_verified": True}
    sign_in(keycloak, client)
    projects.member(projects.shared("proteins", dana), people.pending("zoe@lab.example"))
    keycloak.mock.reset()
    keycloak.person = MAIL
    sign_in(keycloak, client)
    assert Membership.objects.filter(person__subject="sub-1", project__slug="proteins").exists()
    assert not Person.objects.filter(subject="").exists()


GROUPS: list[tuple[str, object, str]] = [
    ("the full path", ["/lab/paillasse-admins"], LabRole.ADMIN),
    ("the auditors' path", ["/lab/paillasse-auditors"], LabRole.AUDITOR),
    ("both: the admin's", ["/lab/paillasse-auditors", "/lab/paillasse-admins"], LabRole.ADMIN),
    ("a group below", ["/lab/paillasse-admins/x"], LabRole.NONE),
    ("the same name elsewhere", ["/x/lab/paillasse-admins"], LabRole.NONE),
    ("no slash before", ["lab/paillasse-admins"], LabRole.NONE),
    ("the name alone", ["paillasse-admins"], LabRole.NONE),
    ("upper case", ["/LAB/PAILLASSE-ADMINS"], LabRole.NONE),
    ("a slash behind", ["/lab/paillasse-admins/"], LabRole.NONE),
    ("a space behind", ["/lab/paillasse-admins "], LabRole.NONE),
    ("a look-alike letter (Cyrillic а)", ["/lab/pаillasse-admins"], LabRole.NONE),
    ("a text where a list belongs", "/lab/paillasse-admins", LabRole.NONE),
    ("a list in a list", [["/lab/paillasse-admins"]], LabRole.NONE),
    ("an object", {"/lab/paillasse-admins": True}, LabRole.NONE),
    ("nothing", None, LabRole.NONE),
]


@pytest.mark.parametrize(("reason", "groups", "role"), GROUPS, ids=[reason for reason, _, _ in GROUPS])
def test_lab_role(keycloak: Keycloak, client: Client, reason: str, groups: object, role: str) -> None:
    keycloak.person = {"groups": groups}
    sign_in(keycloak, client)
    assert Person.objects.get().lab_role == role, reason


def test_a_role_ends_with_its_group(keycloak: Keycloak, client: Client) -> None:
    keycloak.person = {"groups": ["/lab/paillasse-admins"]}
    sign_in(keycloak, client)
    keycloak.mock.reset()
    keycloak.person = {"groups": []}
    sign_in(keycloak, client)
    assert Person.objects.get().lab_role == LabRole.NONE


def test_a_disabled_account_does_not_come_in(keycloak: Keycloak, client: Client) -> None:
    sign_in(keycloak, client)
    Person.objects.update(is_active=False)
    request = RequestFactory().get("/")
    request.session = client.session
    assert not get_user(request).is_authenticated, "the session that is open is worth nothing any more"
    assert sign_in(keycloak, Client()).status_code == 403


def test_the_session_has_a_new_key_and_an_end(keycloak: Keycloak, client: Client) -> None:
    asked = begin(client)
    before = client.session.session_key
    keycloak.serve(asked["nonce"])
    client.get("/oidc/callback/", {"code": "c", "state": asked["state"]})
    assert client.session.session_key != before
    assert 0 < client.session.get_expiry_age() <= settings.SESSION_COOKIE_AGE
    first = client.session.session_key
    sign_in(keycloak, client)
    assert client.session.session_key != first
    assert OidcSession.objects.count() == 1


STATES: list[tuple[str, dict[str, str]]] = [
    ("no state", {"code": "c"}),
    ("another browser's state", {"code": "c", "state": "unknown"}),
    ("an error without a state", {"error": "access_denied"}),
    ("nothing at all", {}),
]


@pytest.mark.parametrize(("reason", "query"), STATES, ids=[reason for reason, _ in STATES])
def test_a_way_back_that_was_not_begun_changes_nothing(
    keycloak: Keycloak, client: Client, reason: str, query: dict[str, str]
) -> None:
    sign_in(keycloak, client)
    assert client.get("/oidc/callback/", query).status_code == 400, reason
    assert is_signed_in(client), "nobody may sign somebody else out by a link"


def test_a_state_works_once(keycloak: Keycloak, client: Client) -> None:
    asked = begin(client)
    keycloak.serve(asked["nonce"])
    query = {"code": "c", "state": asked["state"]}
    assert client.get("/oidc/callback/", query).status_code == 302
    assert client.get("/oidc/callback/", query).status_code == 400


def test_keycloak_says_no(keycloak: Keycloak, client: Client) -> None:
    asked = begin(client)
    query = {"error": "access_denied", "state": asked["state"]}
    assert client.get("/oidc/callback/", query).status_code == 403
    assert client.get("/oidc/callback/", query).status_code == 400


def test_sign_ins_begun_are_bounded(keycloak: Keycloak, client: Client) -> None:
    for _ in range(settings.OIDC_MAX_STATES + 15):
        begin(client)
    assert len(client.session["oidc_states"]) <= settings.OIDC_MAX_STATES


NEXT: list[tuple[str, str, str]] = [
    ("a path of ours", "/apps/?q=1", "/apps/?q=1"),
    ("another host", "https://evil.example/", ""),
    ("a host without a scheme", "//evil.example/", ""),
    ("three slashes", "///evil.example/", ""),
    ("a backslash", "/\\evil.example/", ""),
    ("two backslashes", "\\\\evil.example/", ""),
    ("a script", "javascript:alert(1)", ""),
    ("a tab in front", "\t//evil.example", ""),
    ("a line end inside", "/\n/evil.example", ""),
    ("no slash in front", "apps/", ""),
    ("the way back itself", "/oidc/logout/", ""),
    ("the page of signing in", "/sign-in/?next=/sign-in/", ""),
    ("nothing", "", ""),
]


@pytest.mark.parametrize(("reason", "given", "wanted"), NEXT, ids=[reason for reason, _, _ in NEXT])
def test_where_to_go_after(reason: str, given: str, wanted: str) -> None:
    assert safe_next(given) == wanted, reason


def test_after_signing_in_the_page_that_was_wanted(keycloak: Keycloak, client: Client) -> None:
    assert sign_in(keycloak, client, "/apps/")["Location"] == "/apps/"
    assert sign_in(keycloak, Client(), "https://evil.example/")["Location"] == "/"


OUTAGES: list[tuple[str, str, dict[str, object], int]] = [
    ("nobody answers in time", "token", {"body": requests.Timeout()}, 503),
    ("nobody answers", "token", {"body": requests.ConnectionError()}, 503),
    ("broken inside", "token", {"status": 500}, 503),
    ("too busy", "token", {"status": 429}, 503),
    ("the code was used", "token", {"status": 400, "json": {"error": "invalid_grant"}}, 403),
    ("our secret is wrong", "token", {"status": 401}, 403),
    ("a page instead of JSON", "token", {"body": "<html>"}, 403),
    ("a list", "token", {"json": []}, 403),
    ("no ID token", "token", {"json": {"access_token": "a"}}, 403),
    ("sent elsewhere", "token", {"status": 302, "headers": {"Location": "http://evil.example"}}, 403),
    ("the keys time out", "keys", {"body": requests.Timeout()}, 503),
    ("the keys are broken", "keys", {"status": 502}, 503),
    ("userinfo times out", "userinfo", {"body": requests.Timeout()}, 503),
    ("userinfo refuses", "userinfo", {"status": 401}, 403),
]


@pytest.mark.parametrize(("reason", "where", "answer", "status"), OUTAGES, ids=[each[0] for each in OUTAGES])
def test_outages(
    keycloak: Keycloak, client: Client, reason: str, where: str, answer: dict[str, object], status: int
) -> None:
    asked = begin(client)
    urls = {
        "token": ("POST", settings.OIDC_OP_TOKEN_ENDPOINT),
        "keys": ("GET", settings.OIDC_OP_JWKS_ENDPOINT),
        "userinfo": ("GET", settings.OIDC_OP_USER_ENDPOINT),
    }
    keycloak.serve(asked["nonce"])
    method, url = urls[where]
    keycloak.mock.remove(method, url)
    keycloak.mock.add(responses.Response(method, url, **answer))  # type: ignore[arg-type]
    response = client.get("/oidc/callback/", {"code": "c", "state": asked["state"]})
    assert response.status_code == status, reason
    assert ("Retry-After" in response.headers) == (status == 503)
    assert not is_signed_in(client)


def test_every_question_has_a_deadline(keycloak: Keycloak, client: Client) -> None:
    sign_in(keycloak, client)
    deadlines = [getattr(call.request, "req_kwargs", {})["timeout"] for call in keycloak.mock.calls]
    assert deadlines == [settings.OIDC_TIMEOUT] * 3


def test_keys_are_asked_for_once(keycloak: Keycloak, client: Client) -> None:
    for _ in range(3):
        sign_in(keycloak, Client())
    assert keycloak.mock.assert_call_count(settings.OIDC_OP_JWKS_ENDPOINT, 1)


def test_a_new_key_is_found_within_a_minute_and_floods_are_not(keycloak: Keycloak) -> None:
    now = [0.0]
    keys = Keys(clock=lambda: now[0])
    keycloak.serve_keys()
    keys.get("good")
    keycloak.mock.reset()
    keycloak.keys = [public("good"), public("new", kid="new")]
    keycloak.serve_keys()
    for _ in range(5):
        with pytest.raises(Refused):
            keys.get("new")
    assert keycloak.mock.assert_call_count(settings.OIDC_OP_JWKS_ENDPOINT, 0)
    now[0] = 61.0
    assert keys.get("new").key_id == "new"


def test_goes_on_in_the_persons_language(keycloak: Keycloak, client: Client) -> None:
    keycloak.person = {"locale": "en"}
    assert sign_in(keycloak, client).cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    other = Client(headers={})
    other.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    assert settings.LANGUAGE_COOKIE_NAME not in sign_in(keycloak, other).cookies


def test_sign_out_ends_both_sessions(keycloak: Keycloak, client: Client) -> None:
    sign_in(keycloak, client)
    hint = OidcSession.objects.get().id_token
    response = client.post("/oidc/logout/")
    query = parse_qs(urlsplit(response["Location"]).query)
    assert response["Location"].startswith(settings.OIDC_OP_LOGOUT_ENDPOINT)
    assert query["id_token_hint"] == [hint]
    assert query["post_logout_redirect_uri"] == [f"{settings.PORTAL_URL}/"]
    assert not is_signed_in(client)
    assert not OidcSession.objects.exists()


def test_signing_out_is_a_post_with_a_form_of_ours(keycloak: Keycloak, settings: Settings) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(keycloak, client)
    assert client.get("/oidc/logout/").status_code == 405
    assert client.post("/oidc/logout/").status_code == 403
    assert is_signed_in(client)
