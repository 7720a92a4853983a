"""Turn a table of text, in whatever encoding and with whatever separator, into a SQLite database."""

import csv
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TextIO

from charset_normalizer import from_bytes
from sqlite_utils import Database
from sqlite_utils.utils import TypeTracker

SAMPLE = 256 * 1024  # bytes from which encoding and separator are guessed
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
MAX_COLUMNS = 2000  # SQLite's own limit
SEPARATORS = ",;\t|"


class UnreadableError(Exception):
    """The file is no table; the message is for the member who sent it."""


def is_sqlite(path: Path) -> bool:
    """Whether the file is a SQLite database, by its first bytes. Raises UnreadableError for a broken one."""
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            return False
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.DatabaseError as error:
        raise UnreadableError(f"SQLite says: {error}.") from error
    return True


def encoding_of(path: Path) -> str:
    """The text's encoding: by its mark, else UTF-8 where all of it is, else the likeliest."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    if b"\0" in sample:
        raise UnreadableError("It is neither text nor a SQLite database.")
    try:
        with path.open(encoding="utf-8") as text:
            while text.read(SAMPLE):
                pass
    except UnicodeDecodeError:
        guess = from_bytes(sample).best()
        return guess.encoding if guess else "cp1252"
    return "utf-8"


def dialect_of(sample: str) -> type[csv.Dialect]:
    """The separator, among those that tables use; a comma where none stands out."""
    try:
        return csv.Sniffer().sniff(sample, SEPARATORS)
    except csv.Error:
        first = sample.split("\n", 1)[0]
        best = max(SEPARATORS, key=first.count)

        class Plain(csv.excel):
            """What spreadsheets write."""

            delimiter = best if first.count(best) else ","

        return Plain


def names_of(header: Sequence[str]) -> list[str]:
    """One name a column, none empty, none twice (SQLite does not tell A from a)."""
    names: list[str] = []
    seen: set[str] = set()
    for number, cell in enumerate(header, start=1):
        wanted = re.sub(r"[\x00-\x1f\[\]]+", " ", cell).strip() or f"column_{number}"
        name, again = wanted, 2
        while name.lower() in seen:
            name, again = f"{wanted}_{again}", again + 1
        seen.add(name.lower())
        names.append(name)
    return names


def table_of(text: TextIO) -> tuple[list[str], Iterator[dict[str, str | None]]]:
    """The columns, and the rows: each with every column, and nothing beyond them."""
    csv.field_size_limit(2**31 - 1)
    dialect = dialect_of(text.read(SAMPLE))
    text.seek(0)
    reader = csv.reader(text, dialect)
    names = names_of(next(reader, []))
    if not 0 < len(names) <= MAX_COLUMNS:
        raise UnreadableError(f"It has {len(names)} columns, and should have 1 to {MAX_COLUMNS}.")

    def rows() -> Iterator[dict[str, str | None]]:
        try:
            for row in filter(None, reader):
                cells = [cell or None for cell in row[: len(names)]]
                yield dict(zip(names, cells + [None] * (len(names) - len(cells)), strict=True))
        except csv.Error as error:
            raise UnreadableError(f"Line {reader.line_num}: {error}.") from error

    return names, rows()


def convert(source: Path, target: Path, table: str) -> int:
    """Write the table into a new database; return how many rows it has. Raises UnreadableError."""
    database = Database(target)
    tracker = TypeTracker()
    with source.open(encoding=encoding_of(source), errors="replace", newline="") as text:
        names, rows = table_of(text)
        made = database.table(table).create(dict.fromkeys(names, str))
        made.insert_all(tracker.wrap(rows), batch_size=1000)
    if tracker.types:
        made.transform(types=tracker.types)
    count = int(made.count)
    database.close()
    return count
