"""Whatever a project is called: out and in again is nothing."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Person
from apps.projects.models import Project
from kernel.actors import system
from portal.labfile.trying import operator, run
from portal.labfile.writing import as_csv, as_yaml

# What PostgreSQL holds: no NUL, no half of a character. Services store what has no blanks around it.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
FORMULAS = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "'=", "''@", '"', "é;,"]), TEXT)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(name="x", description="0\x850\u20281")  # ends of lines for YAML alone
@given(name=FORMULAS | TEXT, description=FORMULAS | TEXT)
def test_out_and_in_again(genomics: Project, dana: Person, name: str, description: str) -> None:
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
