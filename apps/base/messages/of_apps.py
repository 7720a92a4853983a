"""The sentences about templates and apps, what they keep and how long they live."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Promise] = {
    # -- volumes and snapshots ----------------------------------------------------------------------
    "volume.kind": _("The volume %(name)s is kept in another way in this version: its data would be lost."),
    "volume.leaving": _("The volume %(name)s is being deleted."),
    "volume.no_csi": _("This template keeps its data on the lab's storage, which this lab has not set up."),
    "volume.mounted": _("The volume %(name)s is in use: a release without it comes first."),
    "volume.typed": _("Type the volume's name to confirm."),
    "volume.none_yet": _("This volume was not made yet: it comes with the app's first start."),
    "snapshot.busy": _("A snapshot of this volume is being taken already."),
    "snapshot.not_now": _("This cannot be done with a snapshot that is %(state)s."),
    "snapshot.in_use": _("This snapshot is being restored."),
    "snapshot.keep": _("Keep between 1 and %(limit)s scheduled snapshots."),
    "restore.busy": _("Something is being restored into this app already."),
    "restore.too_big": _(
        "The snapshot holds %(needed)s MiB, the volume has %(size)s MiB: give the app more storage first."
    ),
    "restore.no_volume": _("The app mounts no volume named %(name)s."),
    "restore.not_now": _("Nothing can be restored into an app that is %(desired)s."),
    # -- the catalogue ----------------------------------------------------------------------------
    "template.deprecated": _("Since %(day)s no app takes up version %(version)s of this template."),
    "template.missing": _("There is no such template, or this version of it is no longer offered."),
    "runtime.unavailable": _("This template is not available on this cluster: nothing here can run it."),
    "database.none": _("This template needs a database, and this lab offers none to apps."),
    "database.role": _(
        "This template needs the database role %(name)s, which this lab does not offer to apps."
    ),
    "parameter.vanished": _("Version %(version)s does not ask for %(name)s any more. Leave it out."),
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
    # -- apps -----------------------------------------------------------------------------------------
    "name.invalid": _("A name has 1 to %(limit)s of a-z, 0-9 and single hyphens, and starts with a letter."),
    "name.archived": _(
        "The name %(name)s is held until %(until)s by %(label)s, which was deleted and can be brought back "
        "with its address. An owner brings it back, or removes it for good. Still free: %(suggestions)s"
    ),
    "name.taken": _("The name %(name)s is taken. Still free: %(suggestions)s"),
    "app.gone": _("This app has been deleted."),
    "app.leaving": _("This app is being removed and can no longer be changed."),
    "app.moved_on": _(
        "The app was changed meanwhile (generation %(generation)s, not %(expected)s). Load it again."
    ),
    "release.missing": _("The app has no such release."),
    "release.wanted": _("Release %(number)s is the one that is wanted already."),
    "release.template_gone": _(
        "Release %(number)s was made from version %(version)s of its template, which is no longer offered."
    ),
    "release.file_gone": _("The file %(filename)s of release %(number)s is no longer kept."),
    "scale.same": _("The app has that many copies already: %(count)s."),
    "canary.none": _("No copy of a new release waits to be let in."),
    "canary.promoted": _("The new release was let in already."),
    "canary.first": _("A copy of a new release waits: let it in or give it up first."),
    "canary.not_healthy": _("The copy of the new release is not healthy yet."),
    "strategy.unknown": _("Choose how the release takes over, one of these: %(value)s"),
    "strategy.auto_promote": _("Only copies that stand beside the others first can be let in by themselves."),
    "strategy.volume": _(
        "This app keeps data that one copy alone may write, so no second copy can stand beside it."
    ),
    "version.same": _("The app has version %(version)s already."),
    "app.not_now": _("This cannot be done in the app's present state."),
    "app.nothing_to_retry": _("There is nothing to retry: the app has not failed."),
    "app.label": _("Give it a name of 1 to %(limit)s characters, on one line."),
    "app.no_address": _("This app has no address."),
    "app.same_address": _("This is its address already."),
    "app.former_addresses": _("%(limit)s old addresses lead here already. Wait until one of them has ended."),
    "handover.project": _("Give the short name of another project."),
    "handover.note": _("The message is too long: at most %(limit)s characters."),
    "handover.open": _("It is offered already. Take that offer back first."),
    "handover.too_many": _(
        "It was offered %(limit)s times within a day, which is the most. Try again tomorrow."
    ),
    "handover.closed": _("This offer is over: it was answered, taken back, or has expired."),
    "handover.asked": _("It is accepted already, and waits for an administrator's decision."),
    "handover.giver": _(
        "Who offered it may no longer give it away. An owner of its project takes this offer back and makes "
        "another."
    ),
    "request.app_moved": _("The app belongs to another project by now."),
    "app.retention_over": _("Its deletion can no longer be undone: the time for that is over."),
    "app.name_typed": _("Type the name %(name)s to confirm."),
    "app.no_slug": _("No free technical name was found for %(name)s. Please try again."),
    "app.already_granted": _("This request has been granted already."),
    "app.ends_in_past": _("The end date must be in the future."),
    # -- leases ---------------------------------------------------------------------------------------
    "lease.not_now": _("This cannot be done in the lease's present state."),
    "lease.over": _("The app's end has passed. Renew it first, then start it."),
    "lease.beyond": _("At most %(limit)s days from today: %(last)s. Ask for longer if you need more."),
    "lease.not_later": _("This is not later than the present end."),
    "lease.too_long": _("At most %(limit)s days from today."),
    "lease.within": _("You can choose this day yourself, until %(last)s: renew the app."),
    "lease.always_on": _("This app is always on: it has no end."),
    "lease.days": _("Give a number of days from 1 to %(limit)s, or none."),
    "lease.default_beyond": _("This is beyond the maximum of %(limit)s days."),
    "lease.link_unknown": _("This link is not one of ours, or it was cut off. Nothing was changed."),
    "lease.link_old": _("This link is too old. Nothing was changed: renew the app on its page."),
    "lease.link_other": _("This link was sent to somebody else. Nothing was changed."),
    "lease.link_used": _(
        "This link was used, or the app was renewed in another way since. Nothing was changed."
    ),
    "lease.earlier": _("Grant a day before the one that was asked for."),
    # -- logs and secrets ---------------------------------------------------------------------------------
    "secret.signal": _("A new value of this secret is told by a signal, and the template names none."),
    "logs.stream": _("There are two logs: stdout and stderr."),
    "logs.none": _("There is no log yet."),
    "logs.lines": _("Give the number of lines: 1 to %(limit)s."),
    "logs.time": _("Give a time as 2026-11-23T14:05, with or without a zone."),
    "logs.downloads": _("You are downloading %(limit)s logs already. Wait until one of them is here."),
    "streams.too_many": _("You follow %(limit)s logs already, which is the most. Close one of those pages."),
    "streams.busy": _("Too many logs are followed at the moment. The last lines can be read all the same."),
    "secret.unknown": _("The template asks for no secret of this name: %(name)s"),
    "secret.length": _("A secret has 1 to %(limit)s characters."),
    "secret.none": _("Give at least one secret."),
    "secret.name": _("This is not a secret's name: %(name)s"),
    # -- the fleet --------------------------------------------------------------------------------
    "fleet.not_present": _("The app is not meant to run: an upgrade would start it."),
    "fleet.overtaken": _("Another change of the app came in between."),
    "fleet.cancelled": _("The upgrade was cancelled before this app's turn."),
    "fleet.author_gone": _("Whoever began this upgrade is no longer here. Begin another one."),
    "fleet.not_now": _("The upgrade is at a point where this cannot be done (%(state)s)."),
    "fleet.under_way": _(
        "Another upgrade of this template has not ended. Go on with that one, or cancel it."
    ),
    "fleet.deprecated": _("This version is deprecated: choose another one."),
    "fleet.number": _("Give a number from %(least)s to %(limit)s."),
    "fleet.reason": _("At most %(limit)s characters."),
    "fleet.apps": _("Choose from 1 to %(limit)s apps."),
    "fleet.not_of_template": _("This app is not one of this template's: %(value)s"),
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
