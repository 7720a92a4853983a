"""Words of which explanations are made: who can help, by which button, exit codes, what a check got."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

#: what the parts of the platform are called
PARTS: Mapping[str, str | Promise] = {
    "nomad": "Nomad",
    "storage": _("Storage"),
    "vault": "OpenBao",
    "consul": "Consul",
    "traefik": "Traefik",
    "keycloak": "Keycloak",
    "redis": "Redis",
    "addresses": "HTTPS",
}
#: what the portal writes of an app outside, by the reconciler's name
PIECES: Mapping[str, Promise] = {
    "vault_policy": _("policy in OpenBao"),
    "vault_role": _("role in OpenBao"),
    "secrets": _("secrets"),
    "job": pgettext_lazy("part of an app", "job"),
    "promotion": _("trial copies"),
}
#: who can do something about it, as the reader sees it
WHO: Mapping[str, Promise] = {
    "member": _("You can mend this, or anybody who may change this app."),
    "admin": _("An administrator of the lab can help."),
    "engineer": _("An engineer of the lab must look at it."),
    "nobody": _("Nobody has to do anything: it goes on by itself."),
}
#: the button that does
BUTTONS: Mapping[str, Promise] = {
    "retry": pgettext_lazy("button", "Retry"),
    "promote": pgettext_lazy("button", "Let it in"),
    "edit": _("Edit and retry"),
    "provide_secret": _("Provide it"),
    "start": pgettext_lazy("button", "Start"),
    "ask_quota": _("Ask for more"),
    "logs": _("See the logs"),
    "request": _("See the request"),
    "delete": pgettext_lazy("button", "Delete"),
}
#: Nomad's words for what no machine has
CONSTRAINTS: Mapping[str, Promise] = {
    "missing devices": _("a device that none has (GPU)"),
    "missing drivers": _("the driver is missing or unhealthy on each"),
    "missing compatible host volumes": _("a volume that stands on none"),
    "missing network": _("a network that none has"),
}
#: exit codes that mean the same for most programs (POSIX shells; 128 + a signal's number)
EXITS: Mapping[int, Promise] = {
    0: _("It ended as if its work were done; an app must keep running."),
    1: _("Most programs say so when they meet an error."),
    126: _("The command exists and cannot be executed."),
    127: _("The command was not found."),
    134: _("It broke off by itself (SIGABRT)."),
    137: _("It was killed (SIGKILL)."),
    139: _("It touched memory that is not its own (SIGSEGV)."),
    143: _("It was asked to end (SIGTERM)."),
}
#: what came back of a health check; `%(asked)s` is what was asked
CAME: Mapping[str, Promise] = {
    "status": _("Asked for %(asked)s, it answered with HTTP code %(status)s."),
    "refused": _("Asked for %(asked)s, nothing listens on its port."),
    "timeout": _("Asked for %(asked)s, it did not answer in time."),
    "reset": _(
        "Asked for %(asked)s, the connection was broken off: nothing listens on its port,"
        " or it ended meanwhile."
    ),
    "tls": _("Asked for %(asked)s, the encrypted connection failed."),
    "": _("It is asked for %(asked)s."),
}
#: what the lab's policy says to a job; the others are named by their code
VIOLATIONS: Mapping[str, Promise] = {
    "policy.image": _("The image is not one that the lab allows."),
    "policy.driver": _("Programs of this kind are not allowed here."),
    "policy.command": _("This program is not one that the lab allows."),
    "policy.privilege": _("It asks for rights that no app gets."),
    "policy.size": _("It is larger than the lab allows."),
    "policy.count": _("It asks for more copies than the lab allows."),
    "policy.network": _("It asks for a network that no app gets."),
    "policy.host": _("It asks for an address outside of the apps' domain."),
    "policy.volume": _("It asks for a folder that is not its own."),
    "policy.device": _("It asks for a device that the lab does not give."),
}
