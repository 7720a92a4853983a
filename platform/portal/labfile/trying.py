"""Doing what a file says, in one transaction that stays only where nothing was refused.

Nothing is judged here that a room's service judges: a row is tried, and what refuses it is the problem told.
A dry run is the same with the transaction taken back at the end, so both always say the same.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.db import transaction

from apps.accounts.enums import LabRole
from apps.accounts.models import Person
from apps.audit import services as audit
from kernel.actors import Actor
from kernel.errors import PaillasseError
from portal.labfile.changing import Change, Lab
from portal.labfile.reading import read
from portal.labfile.rows import Problem, Row

_FIRST = {"project": 0, "quota": 1, "grant": 2, "member": 3, "group": 4}


@dataclass(frozen=True)
class Outcome:
    """What the file says that is not so yet, what is refused of it, and whether it was done."""

    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    done: bool = False

    @property
    def digest(self) -> str:
        """Of the differences: what an admin saw is what they confirm."""
        return hashlib.sha256(repr(self.changes).encode()).hexdigest()


def operator() -> Person:
    """Who runs a command: an engineer at the machine, who has the database anyway. Never saved."""
    return Person(name="import_lab", lab_role=LabRole.ADMIN, language=settings.LANGUAGE_CODE)


def run(
    *,
    actor: Actor,
    person: Person,
    name: str,
    content: bytes,
    prune: bool = False,
    dry_run: bool = False,
    confirmed: str = "",
) -> Outcome:
    """Try a file. It is done only where no row is refused, it is no dry run, and nothing has moved on.

    `confirmed` is the digest of the differences that somebody has seen: with others nothing is done. With
    `prune` members whom the file does not name leave the projects that it names.
    """
    rows, problems = read(name, content)
    lab = Lab(actor, person)
    with transaction.atomic():
        problems += _try_all(lab, rows, prune=prune, whole=not problems)
        outcome = Outcome(lab.changes, sorted(problems, key=lambda each: each.line))
        if problems or dry_run or confirmed not in {"", outcome.digest}:
            transaction.set_rollback(True)
            return outcome
        if outcome.changes:
            _note(actor, content, outcome.changes)
    return replace(outcome, done=True)


def _try_all(lab: Lab, rows: list[Row], *, prune: bool, whole: bool) -> Iterator[Problem]:
    """Projects first, owners before others: so that no project is without one in between."""
    people = [row for row in rows if row.kind == "member"]
    owners = {row.project: row for row in reversed(people) if row.values.get("role") == "owner"}
    order = sorted(rows, key=lambda row: (_FIRST[row.kind], row.values.get("role") != "owner"))
    failed: set[str] = set()
    for row in order:
        if row.project in failed:
            continue
        try:
            with transaction.atomic():
                lab.take(row, owners.get(row.project))
        except PaillasseError as error:
            # Without its project the rest of it would be refused for that alone.
            failed |= {row.project} if row.kind == "project" else set()
            yield Problem(row.line, _field(row, error), error)
    if prune and whole and not failed:
        yield from _prune(lab)
    yield from _put_away(lab)


def _put_away(lab: Lab) -> Iterator[Problem]:
    """The last thing: what is archived is not changed any more."""
    for row in lab.leaving:
        try:
            with transaction.atomic():
                lab.put_away(row)
        except PaillasseError as error:
            yield Problem(row.line, "archived", error)


def _prune(lab: Lab) -> Iterator[Problem]:
    for slug in lab.named:
        try:
            with transaction.atomic():
                lab.prune(slug)
        except PaillasseError as error:
            yield Problem(0, slug, error)


def _field(row: Row, error: PaillasseError) -> str:
    """The column: services name their own fields."""
    name = (error.field or "").removeprefix("limits.")
    if name == "slug" or not name:
        return "project"
    return "subject" if name == "email" and "subject" in row.values else name


def _note(actor: Actor, content: bytes, changes: list[Change]) -> None:
    audit.record(
        actor=actor,
        verb="lab.imported",
        target_kind="lab",
        target_id="file",
        after={"sha256": hashlib.sha256(content).hexdigest(), "changes": len(changes)},
    )
