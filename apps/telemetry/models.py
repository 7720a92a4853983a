"""What apps use, kept in rings of a constant size an app."""

from django.db import models

from apps.workloads.models import App

#: seconds that a row covers -> how many of them are kept: an hour, two days, ninety days
STEPS = {15: 240, 300: 576, 3600: 2160}


class Usage(models.Model):
    """What the busiest copy of an app used in a step of time; a slot is written anew when its turn comes."""

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="+")
    step = models.PositiveSmallIntegerField()  # seconds, of STEPS
    slot = models.PositiveSmallIntegerField()
    at = models.DateTimeField()  # when the step began
    samples = models.PositiveIntegerField()
    cpu_total = models.FloatField()  # MHz, summed over the samples
    cpu_peak = models.FloatField()
    memory_total = models.FloatField()  # MiB, the same
    memory_peak = models.FloatField()
    cpu_limit = models.PositiveIntegerField()  # of one copy: MHz
    memory_limit = models.PositiveIntegerField()  # MiB
    copies = models.JSONField(default=dict)  # allocation -> [MHz, MiB], as last seen

    class Meta:
        constraints = [models.UniqueConstraint(fields=["app", "step", "slot"], name="telemetry_usage_slot")]

    @property
    def cpu_mhz(self) -> float:
        """The mean."""
        return round(self.cpu_total / self.samples, 1)

    @property
    def memory_mib(self) -> float:
        """The mean."""
        return round(self.memory_total / self.samples, 1)
