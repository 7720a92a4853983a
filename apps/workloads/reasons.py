"""The sentence of each reason code of orchestration.explain, in plain words; `%(…)s` are its facts."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Promise] = {
    "*": _("Something unexpected happened. An engineer of the lab must look at it."),
    # a part of the cluster, whichever
    "*.unavailable": _("%(part)s does not answer. It goes on by itself as soon as it does."),
    "*.conflict": _("Something changed at %(part)s at the same moment. It is being looked at again."),
    "*.refused": _("%(part)s refused what was sent."),
    "*.misconfigured": _("%(part)s refuses the portal's own access. An engineer of the lab must mend this."),
    "storage.unavailable": _("The lab's storage has not done it yet. It is asked again by itself."),
    "storage.refused": _("The lab's storage refuses the volume."),
    "storage.misconfigured": _(
        "The lab's storage is not set up for this volume. An engineer of the lab must mend this."
    ),
    # before anything is sent
    "spec.refused": _("This release cannot be built from its parameters: %(field)s is not accepted."),
    "policy.refused": _("The lab's policy does not allow this job."),
    "working": _("It is being made."),
    "approval.waiting": _("It waits for an administrator's decision."),
    "seen.stale": _("It has not been looked at for %(minutes)s minutes: the portal's own worker is held up."),
    "stuck": _("The portal gave up after %(tries)s tries. An engineer of the lab must look at it."),
    "part.differs": _("Something else keeps changing the %(part)s of this app."),
    # somebody else's
    "vault.not_ours": _("A policy or role with this app's name exists and is not the portal's."),
    "secret.not_ours": _("Secrets at this app's place exist and are not the portal's."),
    "job.not_ours": _("A job with this app's name exists and is not the portal's."),
    # secrets and job
    "secret.awaiting_member": _("It needs a secret from you: %(names)s."),
    "job.evaluating": _("The cluster is working out where it can run."),
    "job.reverted": _("Release %(release)s did not get healthy: release %(serves)s serves on."),
    "canary.waiting": _(
        "%(healthy)s of %(wanted)s trial copies of the new release are healthy and wait to be let in; "
        "the release before serves."
    ),
    "canary.promoting": _("The trial copies of the new release are healthy and are being let in."),
    "job.stopping": _("It is being stopped."),
    # placement
    "placement.exhausted": _(
        "No machine has enough free %(dimension)s at the moment. It starts as soon as one has."
    ),
    "placement.constraint": _("No machine fulfils what this template needs: %(constraint)s."),
    "placement.driver": _("No machine can run this kind of program (Nomad says: %(constraint)s)."),
    "placement.no_node": _("The cluster has no machine ready to take jobs."),
    "volume.node_away": _(
        "Its volume %(volume)s stands on the machine %(node)s, which has been away since %(since)s."
    ),
    "volume.node_gone": _(
        "Its volume %(volume)s stands on a machine that the cluster knows no more (%(node)s)."
    ),
    # the task
    "task.starting": _("The program is starting."),
    "task.exit": _("The program ended by itself with code %(exit_code)s."),
    "task.oom": _("The program needed more memory than the %(memory_mib)s MiB that it has."),
    "task.setup": _("The machine could not prepare the program's surroundings."),
    "task.lost": _("The machine that it ran on was lost. The cluster is finding another."),
    "image.missing": _("The image %(image)s could not be fetched: it does not exist or cannot be reached."),
    "image.refused": _("The image %(image)s may not be fetched: its registry asks for access."),
    "artifact.failed": _("The machine could not fetch the uploaded file from the portal."),
    "vault.login": _("The machine could not open the app's secrets."),
    "vault.read": _("The app's secrets could not be read."),
    "check.failing": _("The program runs but does not pass its health check."),
    "copies.missing": _("%(healthy)s of %(wanted)s copies are healthy."),
    "deadline.passed": _("It did not get healthy in the time that its template allows."),
    # the edge
    "service.missing": _("Consul does not know the service yet."),
    "service.lingering": _("Consul still names the service after its job has gone."),
    "route.missing": _("Traefik does not know the route yet."),
    "route.disabled": _("Traefik refuses the route. An engineer of the lab must look at it."),
    "route.lingering": _("Traefik still has the route after its job has gone."),
    "answer.portal": _("The address still leads to the portal's waiting page."),
    "answer.status": _("The address answers with HTTP code %(status)s, which is not expected."),
    "answer.refused": _("The address refuses connections."),
    "answer.timeout": _("The address does not answer in time."),
    "answer.tls": _("The certificate of the address is not accepted."),
    "answer.dns": _("The name of the address cannot be found."),
    "answer.reset": _("The address cuts connections off."),
}
#: the dimensions that Nomad names when no machine has room
DIMENSIONS: Mapping[str, Promise] = {
    "memory": _("memory"),
    "cpu": _("CPU"),
    "disk": _("disk"),
    "cores": _("CPU"),
    "devices": _("GPUs"),
    "": _("room"),
}
#: what people did, for the timeline
EVENTS: Mapping[str, Promise] = {
    "app.requested": _("%(by)s asked for it."),
    "app.released": _("%(by)s made release %(number)s."),
    "app.granted": _("%(by)s made release %(number)s, granted by %(granted)s."),
    "app.restored": _("%(by)s went back to release %(restores)s, as release %(number)s."),
    "app.promoted": _("%(by)s let release %(number)s in."),
    "app.aborted": _("%(by)s gave release %(number)s up before it was let in."),
    "app.secrets_set": _("%(by)s set secrets (%(names)s): release %(number)s."),
    "app.stop": _("%(by)s stopped it."),
    "app.start": _("%(by)s started it."),
    "app.retry": _("%(by)s had it tried again."),
    "app.restart": _("%(by)s restarted it."),
    "app.sleep": _("%(by)s put it to sleep."),
    "app.rename": _("%(by)s renamed it from %(before)s to %(after)s."),
    "app.readdress": _("%(by)s changed its address."),
    "app.handover": _("%(by)s took it over for another project."),
    "app.delete": _("%(by)s deleted it."),
    "app.undo": _("%(by)s undid its deletion."),
    "app.purge": _("%(by)s removed it for good."),
    # -- what Nomad and Consul tell
    "task.started": _("Copy %(copy)s started on %(node)s."),
    "task.ended": _("Copy %(copy)s ended with code %(exit_code)s."),
    "task.memory": _("Copy %(copy)s was killed: it needed more memory than it may have."),
    "task.restarting": _("Copy %(copy)s is started again."),
    "task.restart_asked": _("Copy %(copy)s is to be started again: %(message)s"),
    "task.killing": _("Copy %(copy)s is being ended."),
    "task.given_up": _("Copy %(copy)s is not started again."),
    "task.driver": _("Copy %(copy)s could not be started: %(message)s"),
    "task.setup": _("Copy %(copy)s could not be set up: %(message)s"),
    "task.download": _("A file for copy %(copy)s could not be fetched: %(message)s"),
    "task.unhealthy": _("Copy %(copy)s was judged unhealthy: %(message)s"),
    "check.passing": _("Its check passes again."),
    "check.failing": _("Its check fails for %(failing)s of %(all)s: %(message)s"),
    "lost.SecretsReady": _("Its secrets are not ready any more: %(reason)s"),
    "lost.JobRegistered": _("The cluster has its job no more, or another: %(reason)s"),
    "lost.Healthy": _("It is not healthy any more: %(reason)s"),
    "lost.Registered": _("Consul does not count on its service any more: %(reason)s"),
    "lost.Routed": _("Traefik does not lead its address to it any more: %(reason)s"),
    "lost.Answering": _("Its address does not answer as it should: %(reason)s"),
    "snapshot.asked": _("%(by)s asked for a snapshot of %(volume)s."),
    "snapshot.ready": _("The snapshot of %(volume)s is ready."),
    "snapshot.failed": _("The snapshot of %(volume)s failed."),
    "snapshot.deleting": _("%(by)s deleted a snapshot of %(volume)s."),
    "restore.asked": _("%(by)s asked to restore a snapshot of %(volume)s."),
    "restore.done": _("The snapshot of %(volume)s was restored."),
    "restore.failed": _("The snapshot of %(volume)s could not be restored."),
    "volume.leaving": _("%(by)s deleted the volume %(volume)s."),
    "lease.begun": _("It has an end now: %(ends_on)s."),
    "lease.expire": _("Its end comes near: %(ends_on)s."),
    "lease.grace": _("Its end has come. It still runs for a while."),
    "lease.sleep": _("Nobody renewed it: it is put to sleep."),
    "lease.archive": _("Nobody renewed it: it is archived."),
    "lease.purge": _("Nobody renewed it: it is removed for good."),
    "lease.recall": _("Its end is far again: %(ends_on)s."),
    "lease.renew": _("%(by)s renewed it, until %(ends_on)s."),
    "lease.always_on": _("%(by)s made it always on: it has no end."),
}
