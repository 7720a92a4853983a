"""Whatever a project is called: out and in again is nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Person
from apps.projects.enums import Role
from apps.projects.models import GroupMapping, Project
from apps.quotas.models import Counter
from kernel.actors import system
from kernel.units import DIMENSIONS
from portal.labfile.trying import operator, run
from portal.labfile.writing import as_csv, as_yaml

# What PostgreSQL holds: no NUL, no half of a character. Services store what has no blanks around it.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
FORMULAS = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "'=", "''@", '"', "é;,"]), TEXT)

#: dimension -> how far above the lasting limit, and for how many days; group -> role; whether it is archived
Lab = tuple[dict[str, tuple[int, int]], dict[str, str], bool]
PATHS = st.from_regex(r"/[^/\0\s=+\-@'\ud800-\udfff]{1,20}(/[a-z]{1,10})?", fullmatch=True)
LABS = st.tuples(
    st.dictionaries(
        st.sampled_from(sorted(DIMENSIONS)), st.tuples(st.integers(1, 5000), st.integers(0, 700)), max_size=3
    ),
    st.dictionaries(PATHS, st.sampled_from(Role.values), max_size=3),
    st.booleans(),
)


def make(
    project: Project, grants: dict[str, tuple[int, int]], groups: dict[str, str], *, archived: bool
) -> None:
    """The project with these and nothing else of their kinds, whatever an earlier example left."""
    today = timezone.localdate()
    for counter in Counter.objects.filter(project=project):
        more, days = grants.get(counter.dimension, (0, 0))
        until = today + timedelta(days=days) if more else None
        changed = Counter.objects.filter(id=counter.id)
        changed.update(limit=counter.base_limit + more, granted_until=until)
    GroupMapping.objects.filter(project=project).delete()
    for path, role in groups.items():
        GroupMapping.objects.create(project=project, path=path, role=role)
    Project.objects.filter(id=project.id).update(archived_at=timezone.now() if archived else None)


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(name="x", description="0\x850\u20281", lab=({}, {}, False))  # ends of lines for YAML alone
@given(name=FORMULAS | TEXT, description=FORMULAS | TEXT, lab=LABS)
def test_out_and_in_again(genomics: Project, dana: Person, name: str, description: str, lab: Lab) -> None:
    grants, groups, archived = lab
    make(genomics, grants, groups, archived=archived)
    Project.objects.filter(id=genomics.id).update(
        name=name.strip()[:100] or "x", description=description.strip()
    )
    for text, file in ((as_csv(), "lab.csv"), (as_yaml(), "lab.yaml")):
        outcome = run(
            actor=system("test"),
            person=operator(),
            name=file,
            content=text.encode(),
            dry_run=True,
            prune=True,
        )
        assert (outcome.problems, outcome.changes) == ([], []), file
