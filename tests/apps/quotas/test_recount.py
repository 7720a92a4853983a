"""A difference planted in the database is found, kept, told, and set right when asked."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.notices.models import Notice
from apps.projects.models import Project
from apps.quotas import selectors, services, tasks
from apps.quotas.enums import Scope
from apps.quotas.models import Ceiling, Counter, Difference
from kernel.units import Amounts
from portal.doctor import own
from portal.doctor.findings import Level, Report
from tests.factories import projects


@pytest.fixture
def planted(dana: Person) -> Project:
    """A counter and the lab's ceiling that say more than what is charged."""
    project = projects.shared("recount", dana, Amounts(9, 900, 900, 900))
    services.reserve(project_id=project.id, holder=uuid4(), amounts=Amounts(apps=1, cpu_mhz=100))
    Counter.objects.filter(project=project, dimension="cpu_mhz").update(used=7)
    Ceiling.objects.filter(scope=Scope.LAB, dimension="apps").update(reserved=5)
    return project


def test_the_nightly_recount_keeps_and_tells_each_difference_once(planted: Project, bob: Person) -> None:
    for _night in range(3):
        tasks.recount()
    assert Difference.objects.filter(gone_at=None).count() == 2
    (notice,) = Notice.objects.filter(kind="quota.difference")
    assert (notice.person_id, notice.params["count"]) == (bob.id, 2)
    assert planted.name in notice.params["where"]
    assert Counter.objects.get(project=planted, dimension="cpu_mhz").used == 7, "nothing is repaired unseen"


def test_what_mends_itself_is_closed(planted: Project) -> None:
    services.recount()
    Counter.objects.filter(project=planted).update(used=0)
    services.recount()
    assert list(selectors.open_differences(planted.id)) == []
    assert selectors.open_differences().count() == 1


def test_the_command_reports_and_repairs_with_an_audit_row(planted: Project) -> None:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("recount", stdout=out)
    assert "cpu_mhz: counted 7 used and 100 reserved, charged 0 and 100" in out.getvalue()
    call_command("recount", repair=True, stdout=out)
    assert selectors.differences() == ()
    assert not selectors.open_differences().exists()
    events = Event.objects.filter(verb="quota.repaired")
    assert {each.target_kind for each in events} == {"project", "lab"}
    assert events.get(target_kind="project").before == {"cpu_mhz": [7, 100]}
    assert events.get(target_kind="project").project_id == planted.id
    out = StringIO()
    call_command("recount", stdout=out)
    assert "Every counter" in out.getvalue()


def test_a_repair_beyond_a_limit_moves_the_limit(planted: Project) -> None:
    Counter.objects.filter(project=planted, dimension="cpu_mhz").update(used=0, reserved=0)
    Counter.objects.filter(project=planted, dimension="cpu_mhz").update(limit=50, base_limit=50)
    Ceiling.objects.filter(scope=Scope.LAB, dimension="cpu_mhz").update(reserved=0, limit=10)
    services.recount(repair=True)
    assert selectors.differences() == ()
    assert Counter.objects.get(project=planted, dimension="cpu_mhz").limit == 100
    assert Ceiling.objects.get(scope=Scope.LAB, dimension="cpu_mhz").limit == 100


@pytest.mark.django_db
def test_the_doctor_sees_it(planted: Project) -> None:
    report = Report()
    own._quotas(report)
    (finding,) = report.findings
    assert (finding.level, finding.code, finding.facts["count"]) == (Level.ERROR, "quotas.unequal", 2)
    assert planted.name in str(finding.facts["where"])
    services.recount(repair=True)
    report = Report()
    own._quotas(report)
    assert report.findings[0].code == "quotas.exact"
