"""Importing a lab: all or nothing, all problems at once, twice is once; and out again."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts.models import Person
from apps.audit.models import Event
from apps.projects.models import Membership, Project
from apps.quotas import services as quotas
from apps.quotas.selectors import figures
from kernel.actors import system
from kernel.units import Amounts
from portal.labfile.trying import Outcome, operator, run
from portal.labfile.writing import as_csv, as_yaml
from tests.factories import catalogue, people, projects
from tests.factories.apps import submit

HEADER = "kind,project,name,description,email,subject,role,ends_on,apps,cpu_mhz,memory_mib,storage_mib,gpus\n"
LATER = (timezone.localdate() + timedelta(days=90)).isoformat()
LAB = f"""{HEADER}
project,proteins,Protéines,Structures,,,,,,,,,
quota,proteins,,,,,,,10,16000,,,1
member,proteins,,,new@lab.example,,developer,{LATER},,,,,
member,proteins,,,dana@lab.example,,owner,,,,,,
"""
TREE = f"""
projects:
  - slug: proteins
    name: Protéines
    description: Structures
    quota: {{apps: 10, cpu_mhz: 16000, gpus: 1}}
    members:
      - {{email: new@lab.example, role: developer, ends_on: {LATER}}}
      - {{email: DANA@lab.example, role: owner}}
"""


def tried(text: str, name: str = "lab.csv", *, dry_run: bool = False, prune: bool = False) -> Outcome:
    return run(
        actor=system("test"),
        person=operator(),
        name=name,
        content=text.encode(),
        dry_run=dry_run,
        prune=prune,
    )


def state() -> list[object]:
    """All that an import may touch."""
    return [
        sorted(Project.objects.values_list("slug", "name", "description")),
        sorted(Membership.objects.values_list("project__slug", "person__email", "role", "ends_on"), key=str),
        sorted((p.slug, f.dimension, f.base_limit) for p in Project.objects.all() for f in figures(p.id)),
        Person.objects.count(),
        Event.objects.count(),
    ]


@pytest.mark.parametrize(
    ("text", "name"), [(LAB, "lab.csv"), (LAB.replace(",", ";"), "l.CSV"), (TREE, "l.yaml")]
)
def test_a_lab_comes_in_once(dana: Person, text: str, name: str) -> None:
    before = state()
    dry = tried(text, name, dry_run=True)
    assert (dry.problems, dry.done) == ([], False)
    assert state() == before, "a dry run leaves nothing"
    done = tried(text, name)
    assert done.done
    assert done.changes == dry.changes
    made = Project.objects.get(slug="proteins")
    assert (made.name, made.description) == ("Protéines", "Structures")
    limits = {each.dimension: each.base_limit for each in figures(made.id)}
    assert limits == {**settings.DEFAULT_QUOTA, "apps": 10, "cpu_mhz": 16000, "gpus": 1}
    found = {m.person.email: (m.role, bool(m.person.subject)) for m in made.memberships.all()}
    assert found == {"dana@lab.example": ("owner", True), "new@lab.example": ("developer", False)}
    assert Event.objects.filter(verb="lab.imported").count() == 1
    after = state()
    again = tried(text, name)
    assert (again.changes, again.done) == ([], True)
    assert state() == after, "the second time changes nothing"


def test_changes_to_what_stands(genomics: Project, alice: Person) -> None:
    text = f"""{HEADER}
project,genomics,Génomique,,,,,,,,,,
member,genomics,,,,{alice.subject},viewer,,,,,,
quota,genomics,,,,,,,7,,,,
"""
    changes = {(c.what, c.before, c.after) for c in tried(text).changes}
    assert changes == {
        ("name", "Genomics", "Génomique"),
        ("alice@lab.example", "developer", "viewer"),
        ("apps", "5", "7"),
    }
    assert Membership.objects.get(project=genomics, person=alice).role == "viewer"


def test_pruning_is_asked_for(genomics: Project, dana: Person, alice: Person) -> None:
    text = f"{HEADER}member,genomics,,,dana@lab.example,,owner,,,,,,\n"
    assert tried(text).changes == []
    assert [c.what for c in tried(text, prune=True).changes] == ["alice@lab.example"]
    assert [m.person for m in genomics.memberships.all()] == [dana]
    only_quota = f"{HEADER}quota,genomics,,,,,,,6,,,,\n"
    tried(only_quota, prune=True)
    assert genomics.memberships.count() == 1, "a file that names no member of it prunes none"


GOOD = "project,proteins,Proteins,,,,,,,,,,\nmember,proteins,,,dana@lab.example,,owner,,,,,,\n"
BAD = [
    ("member,proteins,,,dana@lab.example,,viewer,,,,,,", "email", "the same person twice"),
    ("member,proteins,,,Dana@LAB.example,,viewer,,,,,,", "email", "in other letters"),
    ("member,proteins,,,,00000000-0000-4000-8000-00000000000d,viewer,,,,,,", "subject", "by subject"),
    ("project,proteins,Again,,,,,,,,,,", "project", "the same project twice"),
    ("member,proteins,,,x@lab.example,,king,,,,,,", "role", "no such role"),
    ("member,proteins,,,x@lab.example,,,,,,,,", "role", "no role"),
    ("member,proteins,,,not an address,,viewer,,,,,,", "email", "no address"),
    (f"member,proteins,,,{'x' * 300}@lab.example,,viewer,,,,,,", "email", "an address that is too long"),
    ("member,proteins,,,,nobody,viewer,,,,,,", "subject", "nobody of this subject"),
    ("member,proteins,,,x@lab.example,y,viewer,,,,,,", "email", "named twice"),
    ("member,proteins,,,,,viewer,,,,,,", "email", "not named"),
    ("member,proteins,,,x@lab.example,,viewer,2020-01-01,,,,,", "ends_on", "a day that is over"),
    ("member,proteins,,,x@lab.example,,viewer,2026-02-30,,,,,", "ends_on", "a day that is none"),
    ("member,proteins,,,x@lab.example,,viewer,soon,,,,,", "ends_on", "no day"),
    ("member,nothing,,,x@lab.example,,viewer,,,,,,", "project", "a project that is not there"),
    ("quota,proteins,,,,,,,-1,,,,", "apps", "negative"),
    ("quota,proteins,,,,,,,1.5,,,,", "apps", "fractional"),
    ("quota,proteins,,,,,,,NaN,,,,", "apps", "no number"),
    ("quota,proteins,,,,,,,1e9,,,,", "apps", "an exponent"),
    ("quota,proteins,,,,,,,²,,,,", "apps", "a digit that is none"),
    ("quota,proteins,,,,,,,999999999999999,,,,", "apps", "huge"),
    ("quota,proteins,,,,,,,99999999999999999999999,,,,", "apps", "beyond any integer"),
    ("quota,genomics,,,,,,,1,,,,", "apps", "below what is in use"),
    ("project,other,=cmd|' /C calc'!A0,,,,,,,,,,", "name", "a formula"),
    ("project,other,@x,,,,,,,,,,", "name", "another formula"),
    ("project,other,Other,,,,,,,,,,", "project", "without an owner"),
    ("project,Not A Slug,Other,,,,,,,,,,", "project", "no short name, nor an owner"),
    ("project,genomics,,,,,,,,,,,", "name", "no name"),
    (f"project,genomics,{'x' * 101},,,,,,,,,,", "name", "a name that is too long"),
    ("robot,proteins,,,,,,,,,,,", "kind", "no such kind"),
    ("member,,,,x@lab.example,,viewer,,,,,,", "project", "no project"),
    ("quota,proteins,,,x@lab.example,,,,1,,,,", "email", "a column of another kind"),
    ("quota,proteins,,,,,,,1,,,,,,,,9", "", "more cells than columns"),
    ("project,put-away,Old,,,,,,,,,,", "project", "an archived project"),
    ("grant,proteins,,,,,,,9,,,,", "ends_on", "a grant without its last day"),
    ("grant,proteins,,,,,,2020-01-01,9,,,,", "until", "a grant that is over"),
    ("grant,proteins,,,,,,2099-01-01,1,,,,", "apps", "a grant that is less than what lasts"),
    ("project,{personal},Mine,,,,,,,,,,", "project", "a personal project"),
]


@pytest.fixture
def lab(genomics: Project, dana: Person) -> str:
    """Something in use, something archived; the short name of dana's own project."""
    old = projects.shared("put-away", dana)
    Project.objects.filter(id=old.id).update(archived_at=timezone.now())
    quotas.reserve(project_id=genomics.id, holder=genomics.id, amounts=Amounts(apps=3))
    return Project.objects.get(personal_of=dana).slug


@pytest.mark.parametrize(("line", "field", "reason"), BAD)
def test_a_refusal_names_line_and_field_and_leaves_nothing(
    lab: str, line: str, field: str, reason: str
) -> None:
    before = state()
    outcome = tried(HEADER + GOOD + line.format(personal=lab) + "\n")
    assert [(each.line, each.field) for each in outcome.problems] == [(4, field)], reason
    assert outcome.problems[0].text
    assert not outcome.done
    assert state() == before


def test_all_problems_at_once(lab: str) -> None:
    lines = [line.format(personal=lab) for line, _, _ in BAD if line.split(",")[0] in {"member", "quota"}]
    outcome = tried(HEADER + GOOD + "\n".join(lines) + "\n")
    assert {each.line for each in outcome.problems} == set(range(4, 4 + len(lines)))


@pytest.mark.parametrize(
    ("content", "name", "line", "field", "reason"),
    [
        (b"kind,project,colour\n", "l.csv", 1, "colour", "an unknown column"),
        (b"kind,project,kind\n", "l.csv", 1, "kind", "a column twice"),
        (b"kind,name\n", "l.csv", 1, "project", "a column missing"),
        (b'kind,project\n"x"y,z\n', "l.csv", 2, "", "quotation marks"),
        ("kind,project,name\nproject,é,x\n".encode("latin-1"), "l.csv", 0, "", "Latin-1"),
        (b"kind,project\nproject,\0\n", "l.csv", 2, "", "NUL"),
        (b"x" * 600_000, "l.csv", 0, "", "too big"),
        (b"kind,project\n" + b"quota,a\n" * 5001, "l.csv", 5002, "", "too many lines"),
        (b"a: [", "l.yaml", 1, "", "no YAML"),
        (b"a: &x 1\nb: *x\n", "l.yaml", 0, "", "aliases"),
        (b"", "l.yaml", 0, "projects", "nothing"),
        (b"projects: 5\n", "l.yaml", 1, "", "no list"),
        (b"projects: [5]\n", "l.yaml", 1, "", "no mapping"),
        (b"projects:\n- name: x\n", "l.yaml", 2, "slug", "no short name"),
        (b"projects:\n- slug: a\n  colour: x\n", "l.yaml", 3, "colour", "an unknown key"),
        (b"projects:\n- slug: a\n  slug: b\n", "l.yaml", 3, "slug", "a key twice"),
        (b"projects:\n- slug: a\n  name: [x]\n", "l.yaml", 3, "name", "a list for a text"),
        (b'projects:\n- slug: a\n  name: "\\0"\n', "l.yaml", 2, "name", "NUL by its number"),
        (b'projects:\n- slug: a\n  name: "\\uD800"\n', "l.yaml", 2, "name", "half a character"),
        (b"projects:\n- slug: a\n  quota: {apps: .nan}\n", "l.yaml", 3, "apps", "no number"),
        (b"[" * 100_000, "l.yaml", 0, "", "deep nesting"),
    ],
)
def test_a_file_that_cannot_be(
    db: None, content: bytes, name: str, line: int, field: str, reason: str
) -> None:
    outcome = run(actor=system("test"), person=operator(), name=name, content=content)
    assert (line, field) in [(each.line, each.field) for each in outcome.problems], reason
    assert not outcome.done


def test_out_and_in_again_is_nothing(lab: str, genomics: Project, dana: Person, alice: Person) -> None:
    genomics.name = "=HYPERLINK(\"x\");\n'é»—'"
    genomics.description = "@first\r\nsecond, “third”\t'"
    genomics.save()
    projects.member(genomics, people.pending("pending@lab.example"))
    projects.member(genomics, people.person("gone", is_active=False))
    twin = people.person("twin")
    projects.member(genomics, twin)
    Person.objects.filter(id=people.person("twin2").id).update(email="TWIN@lab.example")
    before = state()
    for text, name in ((as_csv(), "out.csv"), (as_yaml(), "out.yaml")):
        outcome = tried(text, name, prune=True)
        assert (outcome.problems, outcome.changes) == ([], [])
        assert state() == before
    rows = list(csv.DictReader(io.StringIO(as_csv(), newline="")))
    assert not [row for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert {row["project"] for row in rows} == {"genomics", "put-away"}
    assert [row for row in rows if row["subject"] == twin.subject], "an address of two people leads nowhere"


def test_the_commands(dana: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lab.csv"
    file.write_text(LAB, encoding="utf-8")
    call_command("import_lab", str(file), dry_run=True, lang="en")
    assert "nothing was changed" in capsys.readouterr().out
    assert not Project.objects.filter(slug="proteins").exists()
    call_command("import_lab", str(file), lang="en")
    out = capsys.readouterr().out
    assert "proteins: quota apps: 5 -> 10" in out
    assert "Done." in out
    call_command("export_lab")
    exported = capsys.readouterr().out
    file.write_text(exported, encoding="utf-8", newline="")
    call_command("import_lab", str(file), lang="en")
    assert "No differences." in capsys.readouterr().out
    file.write_text(LAB.replace("owner", "king"), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        call_command("import_lab", str(file), lang="en")
    assert ended.value.code == 1
    assert "lab.csv:6: role:" in capsys.readouterr().err
    with pytest.raises(CommandError):
        call_command("import_lab", str(tmp_path / "nothing.csv"))


MORE = """kind,project,name,archived,group,role,email,ends_on,apps,cpu_mhz
project,proteins,Proteins,,,,,,,
member,proteins,,,,owner,dana@lab.example,,,
quota,proteins,,,,,,,10,4000
grant,proteins,,,,,,2099-01-01,12,
grant,proteins,,,,,,2099-02-01,,9000
group,proteins,,,/lab/proteins,viewer,,,,
project,finished,Finished,yes,,,,,,
member,finished,,,,owner,dana@lab.example,,,
"""


def test_grants_groups_and_archived_projects_come_in_once(dana: Person) -> None:
    dry = tried(MORE, dry_run=True)
    assert dry.problems == []
    done = tried(MORE)
    assert (done.done, done.changes) == (True, dry.changes)
    assert {(c.kind, c.what, c.before, c.after) for c in done.changes if c.kind in {"grant", "group"}} == {
        ("grant", "apps", "10", "12, 2099-01-01"),
        ("grant", "cpu_mhz", "4000", "9000, 2099-02-01"),
        ("group", "/lab/proteins", "", "viewer"),
    }
    made = Project.objects.get(slug="proteins")
    stands = {
        each.dimension: (each.base_limit, each.limit, str(each.granted_until)) for each in figures(made.id)
    }
    assert stands["apps"] == (10, 12, "2099-01-01")
    assert stands["cpu_mhz"] == (4000, 9000, "2099-02-01")
    assert [(each.path, each.role) for each in made.groups.all()] == [("/lab/proteins", "viewer")]
    assert Project.objects.get(slug="finished").archived_at is not None
    assert tried(MORE, prune=True).changes == []
    for write, name in ((as_csv, "lab.csv"), (as_yaml, "lab.yaml")):
        again = tried(write(), name, dry_run=True, prune=True)
        assert (again.problems, again.changes) == ([], []), name


def test_a_group_may_have_another_role_and_a_project_come_back(dana: Person) -> None:
    tried(MORE)
    text = MORE.replace("/lab/proteins,viewer", "/lab/proteins,developer").replace(
        "Finished,yes", "Finished,no"
    )
    assert {(c.what, c.before, c.after) for c in tried(text).changes} == {
        ("/lab/proteins", "viewer", "developer"),
        ("archived", "yes", "no"),
    }
    assert Project.objects.get(slug="finished").archived_at is None
    other = MORE.replace("group,proteins,,,/lab/proteins", "group,proteins,,,/lab/others")
    assert {(c.what, c.after) for c in tried(other, prune=True).changes} == {
        ("/lab/others", "viewer"), ("/lab/proteins", ""), ("archived", "yes"),
    }  # fmt: skip


WRONG_LATER = [
    (MORE.replace("Finished,yes", "Finished,perhaps"), (8, "archived"), "neither yes nor no"),
    (MORE.replace("/lab/proteins,viewer", ",viewer"), (7, "group"), "a group that is not named"),
    (MORE.replace("/lab/proteins,viewer", "proteins,viewer"), (7, "path"), "no full path"),
    (MORE.replace("/lab/proteins,viewer", "/lab/proteins,king"), (7, "role"), "no such role"),
    (MORE + "group,proteins,,,/lab/proteins,owner,,,,\n", (10, "group"), "the same group twice"),
    (MORE + "grant,proteins,,,,,,2099-01-01,13,\n", (10, "ends_on"), "the same day twice"),
]


@pytest.mark.parametrize(("text", "where", "reason"), WRONG_LATER, ids=[each[2] for each in WRONG_LATER])
def test_what_cannot_be_of_these_is_refused(
    dana: Person, text: str, where: tuple[int, str], reason: str
) -> None:
    before = state()
    assert [(each.line, each.field) for each in tried(text).problems] == [where], reason
    assert state() == before


def test_what_is_archived_is_not_changed_by_the_way(dana: Person) -> None:
    tried(MORE)
    renamed = tried(MORE.replace("project,finished,Finished", "project,finished,Renamed"))
    assert [each.error.code for each in renamed.problems] == ["import.archived"]
    joined = tried(f"{MORE}member,finished,,,,viewer,new@lab.example,,,\n")
    assert [each.error.code for each in joined.problems] == ["import.archived"]


def test_a_project_whose_apps_run_is_not_put_away(genomics: Project, alice: Person, dana: Person) -> None:
    catalogue.template()
    submit(alice, project_id=genomics.id)
    outcome = tried("kind,project,name,archived\nproject,genomics,Genomics,yes\n")
    assert [(each.line, each.field, each.error.code) for each in outcome.problems] == [
        (2, "archived", "project.apps_run")
    ]
    genomics.refresh_from_db()
    assert genomics.archived_at is None
