"""The sentence of each error code, in the reader's language.

A code is stable and English (`area.what`); what a person reads is here and in the catalogue of translations.
A sentence says what is wrong and, where one can, what to do next.
"""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.errors import PaillasseError, QuotaExceeded, RefusedMany, Shortfall
from kernel.units import DIMENSIONS

SENTENCES: Mapping[str, Promise] = {
    # -- general ----------------------------------------------------------------------------------
    "error": _("Something went wrong. Please try again, or tell the administrators the number shown."),
    "refused": _("This value is not accepted."),
    "refused_many": _("Some values are not accepted: each is named beside its field."),
    "forbidden": _("You do not have the right to do this."),
    "missing": _("There is nothing here, or it is not yours to see."),
    "conflict": _("Somebody else changed this meanwhile. Load it again and repeat your change."),
    "unavailable": _("%(part)s does not answer at the moment. Nothing is lost; please try again shortly."),
    "misconfigured": _("%(part)s refuses the portal's own access. An engineer must mend this."),
    "number.whole": _("Give a whole number."),
    "reason.required": _("Say why: the person concerned will read it."),
    # -- calls that are repeated ------------------------------------------------------------------
    "idempotency.key": _("An idempotency key has 1 to 255 visible ASCII characters."),
    "idempotency.running": _("The first call with this idempotency key is still running."),
    "idempotency.other_body": _("This idempotency key was used before, with another content."),
    # -- files ------------------------------------------------------------------------------------
    "upload.too_big": _("The file is too big: at most %(limit)s bytes."),
    "upload.too_many": _("You have sent %(limit)s files today, which is the most. Try again tomorrow."),
    "upload.too_much": _("That would be more than the %(limit)s MiB that you may send in a day."),
    "upload.empty": _("The file is empty."),
    "upload.name": _("The file's name is not usable."),
    "upload.missing": _("This file is not kept here."),
    "zip.not_zip": _("This is not a zip file."),
    "zip.damaged": _("The zip file is damaged or packed in a way that is not supported."),
    "zip.entries": _("The zip file holds too many files: at most %(limit)s."),
    "zip.path": _("The zip file holds a path that leads outside its folder: %(name)s"),
    "zip.link": _("The zip file holds something that is neither file nor folder: %(name)s"),
    "zip.encrypted": _("The zip file is protected by a password: %(name)s"),
    "zip.twice": _("The zip file holds the same path twice: %(name)s"),
    "zip.missing": _("The zip file must hold this at its root, not in a folder: %(names)s"),
    "zip.bomb": _("The zip file would unpack to far more than it may: at most %(limit)s bytes."),
    # -- signing in -------------------------------------------------------------------------------
    "login.token": _("The account service's answer could not be trusted. Please sign in again."),
    "login.state": _("This sign-in was not started in this browser, or too long ago. Please sign in again."),
    "login.subject": _("The account service gave two different people. Please sign in again."),
    "login.denied": _("The account service did not let you in. Ask the lab's administrators."),
    "login.inactive": _("This account is disabled. Ask the lab's administrators."),
    "login.unavailable": _("The account service does not answer. Please try again in a minute."),
    # -- tokens -----------------------------------------------------------------------------------
    "token.invalid": _("This token is unknown, expired or revoked."),
    "token.name": _("Give the token a name of 1 to 80 characters."),
    "token.scopes": _("Choose at least one scope, from those offered."),
    "token.scope_not_yours": _("This scope needs a right that you do not have: %(scope)s"),
    "token.projects": _("A token may only name projects that you are in."),
    "token.expiry": _("A token ends at a time to come, at most %(days)s days from now."),
    "token.by_token": _("A token cannot make another token: do it on the page."),
    "token.too_many": _("You already have %(limit)s tokens that are valid. Revoke one first."),
    # -- projects ---------------------------------------------------------------------------------
    "project.last_owner": _("A project needs an owner: name another one first."),
    "project.personal": _("A personal project has one member, its person."),
    "project.already_member": _("This person is already a member."),
    "project.not_member": _("This person is not a member."),
    "project.email": _("Give the e-mail address of the person's lab account."),
    "project.email_of_several": _("Several people have this e-mail address. Ask the administrators."),
    "project.slug": _("A short name has 1 to 24 of a-z, 0-9 and single hyphens, and starts with a letter."),
    "project.slug_taken": _("This short name is taken."),
    "project.name": _("Give the project a name of 1 to 100 characters."),
    "project.role": _("This is not a role in a project."),
    "project.archived": _("This project is archived."),
    "project.description": _("A description has at most %(limit)s characters."),
    "project.by_admins": _("In this lab the administrators make projects."),
    "project.apps_run": _("Apps of this project run or wait. Stop or withdraw them first: %(names)s"),
    "project.ends_in_past": _("The last day must not be over."),
    "project.ends_on": _("Give the last day as a date."),
    "project.inactive_person": _("This person's account is disabled."),
    "invitation.role": _("You cannot invite to a role that may more than you."),
    "invitation.person": _("There is no such person among those whom you share a project with."),
    "invitation.whom": _("Name one: an e-mail address, or a person."),
    "invitation.already": _("This address is invited already: send the invitation again, or take it back."),
    "invitation.too_many": _("%(limit)s invitations of this project wait already."),
    "invitation.just_sent": _("It was sent minutes ago. Wait a little before you send it again."),
    "invitation.unknown": _("There is no such invitation for the account with which you are signed in."),
    "invitation.used": _("This invitation has been accepted already."),
    "invitation.declined": _("This invitation has been declined."),
    "invitation.revoked": _("This invitation has been taken back."),
    "invitation.expired": _("This invitation has expired. Ask for it to be sent again."),
    "invitation.inviter": _("Whoever sent this invitation may no longer do so. Ask an owner for a new one."),
    "group.path": _("Give the group's full path, as in the account service: /lab/team"),
    "group.project": _("A group gives roles in shared projects that are not archived."),
    "group.twice": _("This group gives a role in this project already."),
    "departure.closed": _("This is settled already, or the person is back."),
    "departure.heir": _("Give the verified e-mail address of somebody who has signed in."),
    "departure.owns": _("These projects have no other owner yet: %(names)s"),
    "departure.apps_stand": _("Apps of the personal project still stand: %(names)s"),
    "project.from_group": _(
        "This membership comes from the group %(group)s: it ends when the person leaves the group."
    ),
    # -- the catalogue ----------------------------------------------------------------------------
    "template.missing": _("There is no such template, or this version of it is no longer offered."),
    "runtime.unavailable": _("This template is not available on this cluster: nothing here can run it."),
    "parameter.unknown": _("This template does not ask for %(name)s."),
    "parameter.upload": _("%(name)s: files are uploaded, other values are written."),
    "parameter.required": _("This answer is needed."),
    "parameter.type": _("This is not the kind of value that is asked for."),
    "parameter.choice": _("Choose one of: %(value)s."),
    "parameter.pattern": _("This does not have the right form. %(hint)s"),
    "parameter.minimum": _("At least %(value)s."),
    "parameter.maximum": _("At most %(value)s."),
    "parameter.step": _("Only multiples of %(value)s."),
    "parameter.too_short": _("At least %(value)s characters."),
    "parameter.too_long": _("At most %(value)s characters."),
    "parameter.not_finite": _("Give a finite number."),
    "parameter.huge": _("This number is too large."),
    "parameter.characters": _("This holds characters that cannot be shown."),
    "parameter.interpolation": _("“${” and “{{” are not allowed here: they mean something to the cluster."),
    "parameter.refused": _("This value is not accepted."),
    "parameter.one_of": _("Give at least one of: %(names)s."),
    "upload.kind": _("This kind of file is not accepted here: %(kinds)s."),
    "resources.unknown": _("There is no resource named %(name)s."),
    "resources.size": _("Choose one of the sizes: %(value)s."),
    "resources.type": _("Give a whole number."),
    "resources.minimum": _("This template needs at least %(value)s."),
    "resources.maximum": _("This template takes at most %(value)s."),
    # -- quota ------------------------------------------------------------------------------------
    "quota.exceeded": _("This goes beyond the project's quota."),
    "quota.ceiling": _(
        "This goes beyond a ceiling that no justification lifts; only the administrators can."
    ),
    "quota.more": _("Say why in “reason”: then the request waits for an administrator's decision."),
    "quota.no_ledger": _("This project has no quota yet. Ask the administrators."),
    "quota.grant_below_base": _("A grant for a time cannot be below the lasting limit (%(base)s)."),
    "quota.below_use": _("%(in_use)s is in use or reserved: %(over)s would have to go first."),
    "quota.ceiling_below_use": _("%(used)s is in use and %(reserved)s reserved: less cannot be the ceiling."),
    "quota.above_ceiling": _("This is above the ceiling of %(limit)s that holds for %(scope)s."),
    "quota.no_ceiling": _("No ceiling is kept for this."),
    "quota.dimension": _("There is no such dimension: %(names)s."),
    "quota.amount": _("Give a whole number from 0 to %(limit)s."),
    "quota.until_past": _("The last day is over already: choose today or later."),
    # -- import ------------------------------------------------------------------------------------
    "import.alias": _("This is too deep, or has aliases, which are not read: write it out."),
    "import.archived": _("This project is archived. Restore it first."),
    "import.cells": _("This line has more cells than the header (%(count)s)."),
    "import.column": _("There is no such column. Known are: %(known)s"),
    "import.column_missing": _("This column is missing."),
    "import.column_twice": _("This column is there twice."),
    "import.csv": _("This is not CSV: a quotation mark is out of place."),
    "import.day": _("Write a day as 2027-09-30."),
    "import.empty": _("This must not be empty."),
    "import.encoding": _("The file is not text in UTF-8."),
    "import.formula": _("A spreadsheet would run this. If it is text, put an apostrophe before it."),
    "import.kind": _("The kind of a line is one of: %(known)s"),
    "import.not_for_kind": _("A line of kind %(kind)s does not fill this column."),
    "import.not_list": _("This must be a list."),
    "import.not_map": _("This must be a mapping of: %(known)s"),
    "import.not_text": _("This must be a single value."),
    "import.number": _("Write a whole number, not below nought: digits alone."),
    "import.owner": _("A new project needs an owner in the same file."),
    "import.person": _("Name the person by e-mail address or by subject: one of both."),
    "import.personal": _("This is somebody’s personal project: it is not imported."),
    "import.project": _("There is no such project, and no line of this file makes it."),
    "import.subject": _("Nobody has signed in with this subject yet."),
    "import.too_big": _("The file is too big: at most %(limit)s bytes."),
    "import.too_many": _("The file has too many lines: at most %(limit)s."),
    "import.twice": _("Line %(line)s says this already."),
    "import.yaml": _("This is not YAML."),
    # -- the audit --------------------------------------------------------------------------------
    "audit.export": _("This cannot be exported: look at the filters and at the form of the file."),
    "audit.filter": _("%(why)s"),
    "audit.place": _("This is not a place in the list: start from its first page."),
    # -- apps -----------------------------------------------------------------------------------------
    "name.invalid": _("A name has 1 to %(limit)s of a-z, 0-9 and single hyphens, and starts with a letter."),
    "name.taken": _("The name %(name)s is taken. Still free: %(suggestions)s"),
    "app.gone": _("This app has been deleted."),
    "app.leaving": _("This app is being removed and can no longer be changed."),
    "app.moved_on": _(
        "The app was changed meanwhile (generation %(generation)s, not %(expected)s). Load it again."
    ),
    "app.not_now": _("This cannot be done in the app's present state."),
    "app.nothing_to_retry": _("There is nothing to retry: the app has not failed."),
    "app.not_running": _("The app is not running at the moment."),
    "app.no_slug": _("No free technical name was found for %(name)s. Please try again."),
    "app.already_granted": _("This request has been granted already."),
    "app.ends_in_past": _("The end date must be in the future."),
    # -- the API --------------------------------------------------------------------------------------
    "api.if_match": _("If-Match holds the generation that you read, as its ETag says it."),
    "api.unknown_field": _("There is no such field."),
    "api.unknown_parameter": _("There is no such filter or parameter here."),
    "api.ordering": _("This list can be ordered by: %(fields)s"),
    "api.dry_run": _("dry_run is true or false."),
    "api.boolean": _("This is true or false."),
    "api.wait": _("wait is a whole number of seconds, at most %(limit)s."),
    "api.slash": _("The API's addresses end with a slash."),
    "precondition.failed": _(
        "It was changed meanwhile (version %(version)s, not %(expected)s). Read it again, then repeat."
    ),
    "precondition.required": _("Send If-Match with the ETag that you read, so that nothing is overwritten."),
    "host.invalid": _("This address is not a valid name: %(host)s"),
    "policy.refused": _("The lab's rules do not allow this: %(rules)s. %(detail)s"),
    "runtime.driver": _("This way of running is not known here: %(driver)s"),
    "env.name": _("This is not the name of an environment variable: %(name)s"),
    "env.twice": _("This environment variable is set twice: %(name)s"),
    "path.outside": _("This path leads outside the app's folder: %(path)s"),
    "check.path": _("The health check's path must begin with a slash: %(path)s"),
    "volume.name": _("This is not a volume's name: %(name)s"),
    "text.interpolation": _("Texts may not hold ${ or {{: the cluster would read them as its own."),
    # -- logs and secrets ---------------------------------------------------------------------------------
    "logs.stream": _("There are two logs: stdout and stderr."),
    "logs.none": _("There is no log yet."),
    "secret.unknown": _("The template asks for no secret of this name: %(name)s"),
    "secret.length": _("A secret has 1 to %(limit)s characters."),
    "secret.none": _("Give at least one secret."),
    "secret.name": _("This is not a secret's name: %(name)s"),
    # -- requests -----------------------------------------------------------------------------------------
    "request.decided": _("This request has been decided already: %(verdict)s, by %(who)s."),
    "request.withdrawn": _("This request was taken back."),
    "request.expired": _("This request had waited too long and was closed. Ask again if it is still needed."),
    "request.draft": _("This request is a draft: it has not been sent yet."),
    "request.not_now": _("This cannot be done in the request's present state."),
    "request.in_review": _("Somebody is looking at this request: write to them, or take it back."),
    "request.with_requester": _("The requester has been asked for changes: it is decided once they answer."),
    "request.requester_gone": _("Whoever asked for this is no longer here."),
    "request.requester_may_not": _("%(who)s may no longer do this in the project."),
    "request.template_gone": _("%(template)s %(version)s is no longer offered."),
    "request.nothing_to_end": _("Nothing here goes beyond the quota: there is no grant that could end."),
    "request.nothing_granted": _("Say how much is granted."),
    "request.not_asked": _("This was not asked for."),
    "request.more_than_asked": _("At most what was asked for: %(asked)s."),
    "request.less_than_now": _("The project has %(limit)s already: grant at least that, or reject."),
    "request.whole": _("This is all that was asked for: approve it as a whole."),
    "request.whole_only": _("This is granted as a whole or not at all."),
    "request.below_use": _(
        "%(in_use)s is in use or reserved, %(over)s too much. One or more of these would have to go: %(apps)s."  # noqa: E501 - one msgid
    ),
    "request.no_change": _("These are the present limits: nothing would change."),
    "request.has_role": _("You are %(role)s already: ask for a higher role."),
    "request.field": _("This kind of request has no such field."),
    "request.text": _("At most %(limit)s characters."),
    "request.text_missing": _("Write something, or attach a file."),
    "project.review_due": _(
        "The yearly review of %(project)s is overdue: an owner must do it before anything new is asked."
    ),
    "notices.hour": _("The daily mail leaves at a full hour, from 0 to 23."),
    "notices.group": _("There is no such group of notices: %(group)s"),
    "notices.by_mail": _("Notices come by mail at once, once a day, or never."),
    "notices.duty": _("These mails cannot be turned off: somebody waits for you."),
    "request.moved_on": _("This request was changed meanwhile. Load it again before you decide."),
    # -- rules, and who decides ---------------------------------------------------------------------------
    "rule.name": _("Give the rule a name of 1 to %(limit)s characters."),
    "rule.name_taken": _("There is a rule of this name already: %(name)s"),
    "rule.place": _("A place in the list is a number from 1 to %(limit)s."),
    "rule.moved_on": _("Somebody else changed this rule meanwhile (version %(version)s, not %(expected)s)."),
    "rule.group": _("A group is named by its full path, as in Keycloak, from the first slash on: %(value)s"),
    "rule.kind": _("No rule can decide this kind of request: %(value)s"),
    "rule.template": _("There is no such template: %(value)s"),
    "rule.project": _("There is no such project: %(value)s"),
    "rule.project_kind": _("A project is personal or shared."),
    "rule.dimension": _("There is no resource named %(value)s."),
    "rule.amount": _("Give a whole number, not below nought."),
    "rule.days": _("Give a number of days from 1 to %(limit)s, or none."),
    "rule.last": _("Give a number of requests from 1 to %(limit)s."),
    "duty.not_admin": _("Only an administrator can decide this: choose one."),
    "absence.deputy": _("The deputy is another administrator."),
    "absence.days": _("The last day comes after the first, and is not over yet; a year at the most."),
    "absence.twice": _("Another absence of the same person is entered for some of these days."),
    "absence.loop": _("That would go round in a circle: the deputy is away then too, and %(by)s stands in."),
}
NAMES: Mapping[str, Promise] = {
    "apps": _("apps"),
    "cpu_mhz": _("CPU"),
    "memory_mib": _("memory"),
    "storage_mib": _("storage"),
    "gpus": _("GPUs"),
}


SCOPES: Mapping[str, Promise] = {
    "person": _("all personal projects of one member"),
    "lab": _("the whole lab"),
}


class _Params(dict[str, object]):
    """A sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return "?"


def sentence(error: PaillasseError) -> str:
    """What a person reads about the error, in the active language."""
    if isinstance(error, RefusedMany):
        return " ".join(dict.fromkeys(sentence(each) for each in error.refusals)) or text("refused_many")
    if isinstance(error, QuotaExceeded):
        return f"{text(error.code)} {shortfalls(error.shortfalls)}".strip()
    return text(error.code, error.params)


def text(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of a code, or of its kind (`nomad.unavailable` -> `unavailable`)."""
    template = SENTENCES.get(code) or SENTENCES.get(code.rsplit(".", 1)[-1]) or SENTENCES["error"]
    return str(template) % _Params(params or {})


def shortfalls(missing: Iterable[Shortfall]) -> str:
    """The figures of a refusal, dimension by dimension."""
    form = gettext(
        "%(what)s: %(used)s used and %(reserved)s reserved of %(limit)s %(unit)s, %(asked)s asked."
    )
    return " ".join(
        " ".join(
            (
                form
                % {
                    "what": _what(each),
                    "used": each.used,
                    "reserved": each.reserved,
                    "limit": each.limit,
                    "unit": DIMENSIONS.get(each.dimension, ""),
                    "asked": each.asked,
                }
            )
            .replace(" ,", ",")
            .split()
        )
        for each in missing
    )


def _what(missing: Shortfall) -> str:
    """The dimension, and whose ceiling it is that is short, if it is not the project's limit."""
    name = str(NAMES.get(missing.dimension, missing.dimension))
    return f"{name} ({SCOPES[missing.scope]})" if missing.scope in SCOPES else name
