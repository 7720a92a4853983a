"""What an endpoint answers when it cannot do what was asked."""


class ApiError(Exception):
    """An answer with a status and Nomad's text as its body."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class PermissionDenied(ApiError):
    """The token lacks the capability (recordings 203 to 220)."""

    def __init__(self) -> None:
        super().__init__(403, "Permission denied")


class Unplaceable(Exception):
    """A task cannot be set up; `recoverable` says whether the restart policy may try again."""

    def __init__(self, text: str, *, event: str, recoverable: bool = False) -> None:
        super().__init__(text)
        self.event = event
        self.recoverable = recoverable


def multierror(problems: list[str]) -> str:
    """Several problems in the text of Go's multierror (recordings 081 to 085)."""
    word = "error" if len(problems) == 1 else "errors"
    return f"{len(problems)} {word} occurred:\n" + "".join(f"\t* {p}\n" for p in problems) + "\n"
