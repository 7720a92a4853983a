"""Tables as laboratories really have them become a database."""

import importlib.util
import sqlite3
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.catalogue.shipped import FOLDER

SOURCE = FOLDER.parents[1] / "deploy" / "runtimes" / "datasette" / "files" / "prepare.py"


def _load() -> ModuleType:
    found = importlib.util.spec_from_file_location("prepare", SOURCE)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


prepare = _load()


def rows(folder: Path, content: bytes) -> list[dict[str, Any]]:
    source, target = folder / "source", folder / "data.db"
    source.write_bytes(content)
    prepare.convert(source, target, "data")
    with closing(sqlite3.connect(target)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM data")]


SPREADSHEET = "Nom;Âge;Montant\r\nÉlodie;31;1,5\r\nJosé;42;2,5\r\n"
TABLES: list[tuple[str, bytes, list[dict[str, Any]]]] = [
    ("plain", b"a,b\n1,x\n", [{"a": 1, "b": "x"}]),
    (
        "a French spreadsheet's",
        SPREADSHEET.encode("cp1252"),
        [{"Nom": "Élodie", "Âge": 31, "Montant": "1,5"}, {"Nom": "José", "Âge": 42, "Montant": "2,5"}],
    ),
    ("with a mark before it", "\ufeffid,nom\n1,é\n".encode(), [{"id": 1, "nom": "é"}]),
    ("UTF-16, by tabulators", "a\tb\n1\t€\n".encode("utf-16"), [{"a": 1, "b": "€"}]),
    ("one column", b"only\n1\n2\n", [{"only": 1}, {"only": 2}]),
    ("a line end in quotes", b'a,b\n"x\ny",2\n', [{"a": "x\ny", "b": 2}]),
    ("short, empty and long rows", b"a,b\n1\n\n2,3,4\n", [{"a": 1, "b": None}, {"a": 2, "b": 3}]),
    ("names twice and none", b"a,A,,a\n1,2,3,4\n", [{"a": 1, "A_2": 2, "column_3": 3, "a_3": 4}]),
    ("names that SQL would read", b'a]b;DROP,"x""y"\n1,2\n', [{"a b;DROP": 1, 'x"y': 2}]),
    ("nothing below the header", b"a,b\n", []),
    ("decimals and signs", b"a\n-1.5\n2\n", [{"a": -1.5}, {"a": 2.0}]),
]


@pytest.mark.parametrize(("content", "wanted"), [c[1:] for c in TABLES], ids=[c[0] for c in TABLES])
def test_tables(tmp_path: Path, content: bytes, wanted: list[dict[str, Any]]) -> None:
    assert rows(tmp_path, content) == wanted


NO_TABLES = [
    ("an image", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 20, "neither text"),
    ("three thousand columns", ",".join(f"c{n}" for n in range(3000)).encode(), "columns"),
]


@pytest.mark.parametrize(("content", "word"), [c[1:] for c in NO_TABLES], ids=[c[0] for c in NO_TABLES])
def test_what_is_no_table_is_said_in_words(tmp_path: Path, content: bytes, word: str) -> None:
    with pytest.raises(prepare.UnreadableError, match=word):
        rows(tmp_path, content)


def test_a_database_is_told_by_its_content_and_tried(tmp_path: Path) -> None:
    path = tmp_path / "source"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.commit()
    assert prepare.is_sqlite(path)
    path.write_bytes(b"a,b\n")
    assert not prepare.is_sqlite(path)
    path.write_bytes(b"SQLite format 3\0" + b"x" * 500)
    with pytest.raises(prepare.UnreadableError, match="SQLite says"):
        prepare.is_sqlite(path)


def test_many_rows_are_taken_in_turn(tmp_path: Path) -> None:
    content = "n\n" + "".join(f"{number}\n" for number in range(5000))
    found = rows(tmp_path, content.encode())
    assert len(found) == 5000
    assert found[-1] == {"n": 4999}
