"""What an app's reasons say to a reader: sentences with their figures, who can help, and a page for each."""

from apps.workloads.helping.telling import Facts, why
from apps.workloads.helping.words import BUTTONS, PARTS, WHO

__all__ = ["BUTTONS", "PARTS", "WHO", "Facts", "why"]
