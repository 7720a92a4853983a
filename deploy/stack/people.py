"""The demo's accounts: fixed identities (design 8.11), random passwords."""

from dataclasses import dataclass

from stack.keeping import password, write
from stack.layout import Layout


@dataclass(frozen=True)
class Person:
    """An account of the demo realm."""

    subject: str  #: Keycloak's id, the `sub` of its tokens
    first_name: str
    last_name: str
    groups: tuple[str, ...]
    role: str  #: what the closing table says of them
    locale: str = "fr"


def _subject(last: str) -> str:
    return f"00000000-0000-4000-8000-00000000000{last}"


PEOPLE = {
    "alice": Person(_subject("a"), "Alice", "Martin", ("/lab",), "member"),
    "bob": Person(_subject("b"), "Bob", "Durand", ("/lab", "/lab/paillasse-admins"), "admin"),
    "charlie": Person(_subject("c"), "Charlie", "Petit", ("/lab",), "member, in no shared project", "en"),
    "dana": Person(
        _subject("d"), "Dana", "Moreau", ("/lab", "/lab/genomics"), "owner of the project genomics"
    ),
    "erik": Person(_subject("e"), "Erik", "Bernard", ("/lab", "/lab/paillasse-auditors"), "auditor", "en"),
}


def passwords(layout: Layout) -> dict[str, str]:
    """Return the accounts' passwords, made once and kept in `demo-accounts` (mode 0600)."""
    path = layout.home / "demo-accounts"
    if not path.exists():
        lines = [f"{name} {password()}  # {person.role}" for name, person in PEOPLE.items()]
        write(path, "\n".join(lines) + "\n")
    kept = (line.split("#")[0].split() for line in path.read_text().splitlines())
    return {words[0]: words[1] for words in kept if words}
