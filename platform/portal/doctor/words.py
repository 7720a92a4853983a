"""The sentences of each finding, in the reader's language: what is so, and how to mend it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SAYS: Mapping[str, Promise] = {
    "part.version": _("version %(version)s"),
    "part.too_old": _("version %(version)s is too old: at least %(least)s"),
    "part.unavailable": _("does not answer as it should: %(detail)s"),
    "part.misconfigured": _("refuses the portal's access: %(detail)s"),
    "right.as_meant": _("its rights are as meant"),
    "right.lacking": _("it lacks the right: %(right)s"),
    "right.beyond": _("it holds more than it needs: %(right)s"),
    "settings.check": _("a setting is not sound: %(text)s"),
    "postgresql.no_answer": _("does not answer: %(detail)s"),
    "postgresql.migrations": _("migrations still to be applied: %(count)s"),
    "redis.no_answer": _("does not answer: %(detail)s"),
    "catalogue.loaded": _("templates that are offered: %(count)s"),
    "catalogue.empty": _("no template is offered"),
    "catalogue.refused": _("templates with an error were left out: %(folders)s"),
    "quotas.exact": _("every counter is the sum of what is charged to it"),
    "quotas.unequal": _("counters that are not the sum of what is charged to them: %(count)s, of %(where)s"),
    "volumes.owned": _("every volume that is named as ours is an app's"),
    "volumes.nobodys": _("volumes that no app has: %(count)s (%(names)s)"),
    "runtimes.here": _("runtimes are in place: %(names)s"),
    "runtimes.missing": _("runtimes are missing in %(folder)s: %(names)s"),
    "runtimes.on_nodes": _("these stand on the machines of the cluster, in %(folder)s: %(names)s"),
    "mail.answers": _("mail can be sent (%(backend)s)"),
    "mail.nowhere": _("mail goes nowhere (%(backend)s)"),
    "mail.no_answer": _("the mail server does not take mail: %(detail)s"),
    "nomad.solo": _("solo stands in for Nomad %(version)s: one machine, for trial and tests"),
    "nomad.unknown_version": _("its version cannot be read: %(version)s"),
    "nomad.too_old": _("version %(version)s is too old: at least 1.7"),
    "nomad.coarse_rights": _(
        "version %(version)s knows only submit-job, a coarse right, and has a race in CAS"
    ),
    "nomad.race": _("version %(version)s has a race in compare-and-set: two writers may both win"),
    "nomad.older": _("version %(version)s works; 2.0.4 and later are supported in full"),
    "nomad.restarts": _(
        "version %(version)s restarts tasks whenever a Vault token is renewed, unless the job says no"
    ),
    "nomad.nobody_purges": _("no process may purge: deleted jobs stay until Nomad collects them"),
    "nomad.no_machine": _("no machine is ready to take apps (%(count)s known)"),
    "nomad.no_driver": _("no ready machine runs any of the allowed drivers: %(drivers)s"),
    "nomad.machines": _("machines that are ready: %(count)s, with %(drivers)s"),
    "csi.right": _("it may not do this with the volumes of the plugin: %(right)s"),
    "csi.unknown": _("Nomad knows no CSI plugin %(name)s"),
    "csi.no_controller": _("the plugin %(name)s has no healthy controller (%(of)s expected)"),
    "csi.makes_none": _("the controllers of the plugin %(name)s make no volumes"),
    "csi.no_node": _("the plugin %(name)s is healthy on no machine (%(nodes_of)s expected)"),
    "csi.ailing": _(
        "the plugin %(name)s: %(controllers)s of %(of)s controllers are healthy,"
        " and %(nodes)s of %(nodes_of)s machines"
    ),
    "csi.well": _("the plugin %(name)s makes volumes: controllers %(controllers)s, machines %(nodes)s"),
    "vault.no_way": _("it has neither a token nor an AppRole"),
    "database.offered": _("apps are offered the database %(name)s, with the roles %(roles)s"),
    "database.incomplete": _("a database is offered to apps, but these settings are empty: %(settings)s"),
    "traefik.no_consul": _("its provider consulCatalog is off: apps get no route"),
    "traefik.no_entrypoint": _("it has no entry point %(name)s (it has: %(known)s)"),
    "traefik.no_middleware": _("it has no middleware %(name)s"),
    "apps.ca": _("the certificate authority holds until %(ends)s"),
    "apps.ca_ends": _("the certificate authority ends on %(ends)s"),
    "apps.ca_unreadable": _("the certificate authority in %(file)s cannot be read: %(detail)s"),
    "apps.name": _("%(host)s has an address"),
    "apps.no_name": _("%(host)s has no address here"),
    "apps.localhost": _("browsers resolve %(host)s to this machine by themselves"),
    "apps.no_answer": _("https to %(host)s: %(error)s %(detail)s"),
    "apps.unexplained": _("%(host)s, which is no app, answers %(status)s and not with the portal's page"),
    "apps.answers": _("%(host)s, which is no app, leads to the portal's explaining page"),
    "files.answers": _("%(url)s gives files to the machines of the cluster"),
    "files.no_answer": _("%(url)s does not answer: %(detail)s"),
    "keycloak.answers": _("%(issuer)s answers, and lets accounts be looked up"),
    "keycloak.issuer": _("it calls itself %(issuer)s, and the portal expects %(wanted)s"),
    "keycloak.no_secret": _("there is no client secret in a file: accounts cannot be looked up"),
}
MEND: Mapping[str, Promise] = {
    "part.too_old": _("Install a newer %(part)s."),
    "part.unavailable": _("Start %(part)s, or correct its address in the environment."),
    "part.misconfigured": _("Renew the process's token, and install the policies of deploy/ again."),
    "right.lacking": _("Give the process “%(process)s” its policies of deploy/nomad and deploy/openbao."),
    "right.beyond": _("Give the process “%(process)s” only its own policies of deploy/."),
    "settings.check": _("Correct it in the environment; the table of settings is in README.md."),
    "postgresql.no_answer": _("Start PostgreSQL, or correct DATABASE_URL."),
    "postgresql.migrations": _("Run: manage.py migrate"),
    "redis.no_answer": _("Start Redis, or correct REDIS_URL."),
    "catalogue.empty": _("Run: manage.py load_catalogue"),
    "catalogue.refused": _("Run manage.py load_catalogue: it names file, field and reason."),
    "quotas.unequal": _("Tell the developers; then run: manage.py recount --repair"),
    "volumes.nobodys": _("The status page says what is known of each, and how to delete what nobody needs."),
    "runtimes.missing": _("Build them there, as deploy/README.md says; or correct RUNTIMES_DIR."),
    "mail.nowhere": _("Set EMAIL_URL, as smtp://mail.example.org:25."),
    "mail.no_answer": _("Correct EMAIL_URL, or start the mail server."),
    "nomad.unknown_version": _("Use Nomad 2.0.4 or later."),
    "nomad.too_old": _("Install Nomad 2.0.4 or later."),
    "nomad.coarse_rights": _("Give the worker submit-job until you install Nomad 2.0.4 or later."),
    "nomad.race": _("Install Nomad 2.0.4 or later."),
    "nomad.older": _("Install Nomad 2.0.4 or later when you can."),
    "nomad.restarts": _(
        "The portal's own jobs say no; other jobs that use Vault want change_mode = “noop”, or a later Nomad."
    ),
    "nomad.nobody_purges": _("Give the worker, or the process “purge”, deploy/nomad/purge.policy.hcl."),
    "nomad.no_machine": _("Start Nomad's clients, or make them eligible again."),
    "nomad.no_driver": _("Install a driver on the machines, or correct ALLOWED_DRIVERS."),
    "csi.right": _(
        "Give the process “%(process)s” its policies of deploy/nomad: plugins must be readable, too."
    ),
    "csi.unknown": _("Start the plugin's jobs, or correct CSI_PLUGIN_ID; nomad plugin status lists them."),
    "csi.no_controller": _("Look at the plugin's controller job: nomad plugin status %(name)s"),
    "csi.makes_none": _(
        "Use a plugin that makes volumes (CREATE_DELETE_VOLUME), and name it in CSI_PLUGIN_ID."
    ),
    "csi.no_node": _("Run the plugin's node job on the machines that run apps: nomad plugin status %(name)s"),
    "csi.ailing": _("Look at the plugin's jobs: nomad plugin status %(name)s"),
    "database.incomplete": _("Set them, or empty VAULT_DATABASE_MOUNT: then no database is offered."),
    "vault.no_way": _("Set VAULT_ROLE_ID_FILE and VAULT_SECRET_ID_FILE, or VAULT_TOKEN_FILE, for it."),
    "traefik.no_consul": _("Turn it on in Traefik's static settings, as in deploy/traefik/traefik.yaml."),
    "traefik.no_entrypoint": _("Correct APPS_ENTRYPOINT_HTTP and APPS_ENTRYPOINT_HTTPS."),
    "traefik.no_middleware": _("Add it to Traefik's files, or correct APPS_HTTP_MIDDLEWARES."),
    "apps.ca_ends": _("Renew the authority and the apps' certificate, then APPS_CA."),
    "apps.ca_unreadable": _("Correct APPS_CA: a file of certificates in PEM."),
    "apps.no_name": _("Add a wildcard to the lab's DNS for APPS_DOMAIN, towards Traefik."),
    "apps.no_answer": _("Look at Traefik's HTTPS entry point, its certificate, APPS_CONNECT_TO and APPS_CA."),
    "apps.unexplained": _("Add the catch-all router of deploy/traefik to Traefik's files."),
    "files.no_answer": _("Correct FILES_URL: the machines of the cluster must reach and trust it."),
    "keycloak.issuer": _("Correct KEYCLOAK_URL and KEYCLOAK_REALM, or the realm's frontend URL."),
    "keycloak.no_secret": _("Set OIDC_CLIENT_SECRET_FILE."),
}
#: parts that have no name of their own
PARTS: Mapping[str, Promise] = {
    "Settings": _("Settings"),
    "Catalogue": _("Catalogue"),
    "Quotas": _("Quotas"),
    "Runtimes": _("Runtimes"),
    "Mail": _("Mail"),
    "Storage": _("Storage"),
    "Volumes": _("Volumes"),
    "Apps": _("Apps"),
    "Files": _("Files"),
}
LEVELS: Mapping[str, Promise] = {"OK": _("well"), "WARNING": _("look"), "ERROR": _("mend")}


class _Facts(dict[str, object]):
    """A sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return "?"


def says(code: str, facts: Mapping[str, object]) -> str:
    """What is so."""
    return str(SAYS[code]) % _Facts(facts)


def mend(code: str, facts: Mapping[str, object]) -> str:
    """How to mend it."""
    return str(MEND[code]) % _Facts(facts)
