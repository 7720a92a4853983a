"""Writing rules. Each change is a version of its own, audited; a decision names the one that made it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Person
from apps.approvals.models import Rule, RuleVersion
from apps.approvals.rules import WITHIN_QUOTA
from apps.approvals.services.terms import read_terms
from apps.audit import services as audit
from kernel.actors import Actor
from kernel.errors import Conflict, Forbidden, Missing, Refused

NAME_MAX = 60


@transaction.atomic
def create_rule(
    *, actor: Actor, person: Person, name: str, terms: Mapping[str, Any], enabled: bool = False
) -> Rule:
    """Write a rule, after those that stand. Raises Forbidden; Refused and RefusedMany naming fields."""
    standing = _standing(person)
    read = read_terms(terms)
    row = Rule(name=_name(name, standing), place=len(standing) + 1, terms=read.as_json(), enabled=enabled)
    return _kept(row, actor, person, "rule.created", None)


@transaction.atomic
def change_rule(
    *,
    actor: Actor,
    person: Person,
    rule_id: UUID,
    name: str | None = None,
    terms: Mapping[str, Any] | None = None,
    enabled: bool | None = None,
    place: int | None = None,
    version: int | None = None,
) -> Rule:
    """Change what is named of a rule. `version` is the one that was read.

    Raises as create_rule does, and Missing; Conflict("rule.moved_on") where somebody else was faster.
    """
    standing = _standing(person)
    row = _one(standing, rule_id, version)
    before = told(row)
    row.name = row.name if name is None else _name(name, standing, row)
    row.terms = row.terms if terms is None else read_terms(terms).as_json()
    row.enabled = row.enabled if enabled is None else enabled
    if place is not None:
        _put(row, standing, actor, place)
    if told(row) == before:
        return row
    row.version += 1
    verb = "rule.changed"
    if enabled is not None and name is None and terms is None:
        verb = "rule.enabled" if enabled else "rule.disabled"
    return _kept(row, actor, person, verb, before)


@transaction.atomic
def move_rule(*, actor: Actor, person: Person, rule_id: UUID, place: int) -> Rule:
    """Put a rule at a place, from 1; the others close up. Raises Forbidden, Missing, Refused."""
    standing = _standing(person)
    row = _one(standing, rule_id, None)
    _put(row, standing, actor, place)
    return row


@transaction.atomic
def delete_rule(*, actor: Actor, person: Person, rule_id: UUID, version: int | None = None) -> None:
    """Take a rule away. Its row and history stay for the decisions that name it. Raises as change_rule."""
    standing = _standing(person)
    row = _one(standing, rule_id, version)
    before = told(row)
    row.deleted_at, row.enabled = timezone.now(), False
    row.version += 1
    _kept(row, actor, person, "rule.deleted", before)
    _number([each for each in standing if each.id != row.id])


def told(row: Rule) -> dict[str, Any]:
    """What the audit says of a rule."""
    return {"name": row.name, "enabled": row.enabled, "terms": dict(row.terms)}


def _put(row: Rule, standing: list[Rule], actor: Actor, place: int) -> None:
    if not 1 <= place <= len(standing):
        raise Refused("rule.place", field="place", limit=len(standing))
    before = row.place
    others = [each for each in standing if each.id != row.id]
    _number([*others[: place - 1], row, *others[place - 1 :]])
    if row.place != before:
        _audit(actor, "rule.moved", row, {"place": before}, {"place": row.place})


def _standing(person: Person) -> list[Rule]:
    """The rules in their order, locked: two admins never number them at once. Raises Forbidden."""
    if not person.is_admin:
        raise Forbidden("forbidden", action="decide")
    rows = Rule.objects.select_for_update().filter(deleted_at=None).order_by("place", "id")
    return list(rows)


def _one(standing: list[Rule], rule_id: UUID, version: int | None) -> Rule:
    row = next((each for each in standing if each.id == rule_id), None)
    if row is None:
        raise Missing
    if version is not None and version != row.version:
        raise Conflict("rule.moved_on", expected=version, version=row.version)
    return row


def _name(name: str, standing: list[Rule], row: Rule | None = None) -> str:
    found = " ".join(name.split())
    if not 1 <= len(found) <= NAME_MAX or not found.isprintable():
        raise Refused("rule.name", field="name", limit=NAME_MAX)
    if found == WITHIN_QUOTA or any(each.name == found for each in standing if each is not row):
        raise Refused("rule.name_taken", field="name", name=found)
    return found


def _number(rows: list[Rule]) -> None:
    for place, row in enumerate(rows, start=1):
        if row.place != place:
            row.place = place
            row.save(update_fields=["place"])


def _kept(row: Rule, actor: Actor, person: Person, verb: str, before: dict[str, Any] | None) -> Rule:
    row.author = person
    row.save()
    RuleVersion.objects.create(
        rule=row,
        version=row.version,
        name=row.name,
        enabled=row.enabled,
        terms=row.terms,
        author=person,
    )
    _audit(actor, verb, row, before, {**told(row), "version": row.version})
    return row


def _audit(
    actor: Actor, verb: str, row: Rule, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target_kind="rule",
        target_id=row.id,
        target_label=row.name,
        before=before,
        after=after,
    )
