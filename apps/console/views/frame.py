"""What every page stands in. Each part is read only where a template shows it."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.approvals import selectors as approvals
from apps.cluster import selectors as cluster
from apps.cluster.selectors import Part
from apps.notices import selectors as notices
from apps.projects import selectors as projects
from apps.projects.models import Project

VERSION = "0.1.0"
PROJECT_KEY = "project"  # of the session: which project the home page shows
THEMES = (
    ("auto", _("As the device"), "device-desktop"),
    ("light", _("Light"), "sun"),
    ("dark", _("Dark"), "moon"),
)
THEME_COOKIE = "__Host-theme"


@dataclass(frozen=True)
class Link:
    """One line of the side navigation."""

    name: str | Promise
    url: str
    icon: str
    here: bool
    count: int = 0
    title: str | Promise = ""  #: heading above it


class Shell:
    """The frame around a page, for one request."""

    lab = settings.LAB_NAME
    version = VERSION
    themes = THEMES

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def person(self) -> Person | None:
        """Who looks; nobody before signing in."""
        user = self.request.user
        return user if isinstance(user, Person) else None

    @property
    def theme(self) -> str:
        """Light, dark or as the device says."""
        return self.person.theme if self.person else self.cookie_theme

    @property
    def cookie_theme(self) -> str:
        """The same without asking the database: error pages may not need it."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in {code for code, _name, _icon in THEMES} else "auto"

    @property
    def query(self) -> str:
        """What was searched for."""
        return self.request.GET.get("q", "") if self.request.path == reverse("console:search") else ""

    @property
    def sign_out_url(self) -> str:
        """Ends both sessions."""
        return reverse("oidc_logout")

    @property
    def api_url(self) -> str:
        """The API's page."""
        return reverse("docs")

    @cached_property
    def projects(self) -> list[Project]:
        """The projects that the person is in."""
        return list(projects.joined(self.person)) if self.person else []

    @cached_property
    def project(self) -> Project | None:
        """The one that the home page shows; none for all."""
        chosen = self.request.session.get(PROJECT_KEY, "")
        return next((each for each in self.projects if str(each.id) == chosen), None)

    @cached_property
    def unread(self) -> int:
        """How many notices the person has not read."""
        return notices.unread(self.person.id) if self.person else 0

    @property
    def unread_shown(self) -> str:
        """The same in at most three characters: the bell is as wide with many as with one."""
        return str(self.unread) if self.unread < notices.UNREAD_MAX else f"{notices.UNREAD_MAX - 1}+"

    @cached_property
    def unreachable(self) -> list[Part]:
        """Parts of the platform that do not answer."""
        return cluster.unreachable()

    @cached_property
    def links(self) -> list[Link]:
        """The side navigation, as far as the person's rights go."""
        return [*self._everybody(), *self._lab()]

    def _everybody(self) -> list[Link]:
        home = reverse("console:home")
        return [
            Link(_("My apps"), home, "layout-dashboard", self.request.path == home or self._below("/apps/")),
            self._link(_("Catalogue"), "catalogue:list", "category"),
            self._link(_("Projects"), "projects:list", "folders"),
            self._link(_("Requests"), "approvals:mine", "inbox"),
        ]

    def _lab(self) -> list[Link]:
        if self.person is None or not self.person.reads_all:
            return []
        count = approvals.waiting().count() if self.person.is_admin else 0
        decisions = self._link(
            _("Decisions"), "approvals:decisions", "gavel", count=count, title=_("The lab")
        )
        audit = self._link(_("Audit"), "audit:list", "history")
        quotas = self._link(_("Quotas"), "quotas:all", "database")
        groups = self._link(_("Groups"), "projects:groups", "user")
        left = [self._link(_("Departures"), "projects:departures", "logout")] if self.person.is_admin else []
        fleet = self._link(_("Fleet"), "fleet:fleet", "layout-grid")
        platform = self._link(_("Platform"), "cluster:status", "heartbeat")
        return [decisions, quotas, groups, *left, fleet, audit, platform]

    def _link(
        self, name: Promise, view: str, icon: str, *, count: int = 0, title: Promise | str = ""
    ) -> Link:
        url = reverse(view)
        return Link(name, url, icon, self._below(url), count, title)

    def _below(self, url: str) -> bool:
        return self.request.path.startswith(url)


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Give templates the frame: a context processor."""
    return {"shell": Shell(request)}
