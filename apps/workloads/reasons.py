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
    # before anything is sent
    "spec.refused": _("This release cannot be built from its parameters: %(field)s is not accepted."),
    "policy.refused": _("The lab's policy does not allow this job: %(violations)s"),
    "working": _("It is being made."),
    "stuck": _("The portal gave up after %(tries)s tries. An engineer of the lab must look at it."),
    "part.differs": _("Something else keeps changing the %(part)s of this app."),
    # somebody else's
    "vault.not_ours": _("A policy or role with this app's name exists and is not the portal's."),
    "secret.not_ours": _("Secrets at this app's place exist and are not the portal's."),
    "job.not_ours": _("A job with this app's name exists and is not the portal's."),
    # secrets and job
    "secret.awaiting_member": _("It needs a secret from you: %(names)s."),
    "job.evaluating": _("The cluster is working out where it can run."),
    "job.reverted": _("The new release did not get healthy; the cluster went back to the one before."),
    "job.stopping": _("It is being stopped."),
    # placement
    "placement.exhausted": _(
        "No machine has enough free %(dimension)s at the moment. It starts as soon as one has."
    ),
    "placement.constraint": _("No machine fulfils what this template needs: %(constraint)s."),
    "placement.driver": _("No machine can run this kind of program: %(constraint)s."),
    "placement.no_node": _("The cluster has no machine ready to take jobs."),
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
    "answer.status": _("The address answers with code %(status)s, which is not expected."),
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
    "app.stop": _("%(by)s stopped it."),
    "app.start": _("%(by)s started it."),
    "app.retry": _("%(by)s had it tried again."),
    "app.restart": _("%(by)s restarted it."),
    "app.delete": _("%(by)s deleted it."),
}
