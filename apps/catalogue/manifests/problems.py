"""What is wrong with a template, said so that its author finds the place."""

from dataclasses import dataclass

from apps.catalogue.manifests.texts import Texts


@dataclass(frozen=True)
class Problem:
    """One error: the file below the catalogue's folder, the field as a JSON path, and the reason."""

    file: str
    field: str
    reason: Texts


class BrokenTemplate(Exception):
    """A template that cannot be offered, with every problem that was found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.file}: {p.field}: {p.reason['en']}" for p in problems))
