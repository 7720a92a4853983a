"""YAML, read strictly: no aliases (a few lines could otherwise stand for gigabytes), no key twice."""

from pathlib import Path
from typing import Any

import yaml

from apps.catalogue.manifests.problems import BrokenTemplate, Problem
from apps.catalogue.manifests.texts import Texts

MAX_BYTES = 256 * 1024


class _Strict(yaml.SafeLoader):
    """The safe loader, less what a template has no use for."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's own signature
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is written twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


#: A day is text here, as in the manifest's schema.
_Strict.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path, shown: str) -> Any:
    """The file's content. Raises BrokenTemplate naming the line; `shown` is the path that people see."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise BrokenTemplate((Problem(shown, "", _too_big()),))
        return yaml.load(raw.decode("utf-8"), Loader=_Strict)  # noqa: S506 - a SafeLoader with less
    except FileNotFoundError:
        raise BrokenTemplate((Problem(shown, "", _missing()),)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenTemplate((Problem(shown, "", _unreadable(error)),)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BrokenTemplate((Problem(shown, _place(error), _no_yaml(error)),)) from error


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _missing() -> Texts:
    return {"fr": "Ce fichier manque.", "en": "This file is missing."}


def _too_big() -> Texts:
    return {
        "fr": f"Ce fichier dépasse {MAX_BYTES // 1024} Kio.",
        "en": f"This file is larger than {MAX_BYTES // 1024} KiB.",
    }


def _unreadable(error: Exception) -> Texts:
    return {
        "fr": f"Ce fichier ne peut pas être lu en UTF-8 : {error}.",
        "en": f"This file cannot be read as UTF-8: {error}.",
    }


def _no_yaml(error: Exception) -> Texts:
    what = getattr(error, "problem", None) or str(error)
    return {"fr": f"Ce n’est pas du YAML correct : {what}.", "en": f"This is not sound YAML: {what}."}
