"""The YAML form: a tree of projects, each with its quota and its members. Read as text with line numbers."""

from collections.abc import Iterator

import yaml

from portal.labfile.rows import COLUMNS, Problem, Row, problem

_PROJECT = ("slug", *COLUMNS["project"], "quota", "grants", "members", "groups")
_LISTS = {"grants": "grant", "members": "member", "groups": "group"}  # of a project -> kind of its lines
_DEEPEST = 10
_NULL = "tag:yaml.org,2002:null"


def read(text: str) -> tuple[list[Row], list[Problem]]:
    """Rows, and every problem that can be seen without the database."""
    try:
        if _is_tangled(text):
            return [], [problem(0, "", "import.alias")]
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        return [], [problem(line, "", "import.yaml")]
    except yaml.YAMLError:
        return [], [problem(0, "", "import.yaml")]
    reader = _Reader()
    return list(reader.rows(tree)), reader.problems


def _is_tangled(text: str) -> bool:
    """Whether it has aliases, or is deeper than any of ours: reading that takes time by the square."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST or isinstance(event, yaml.AliasEvent):
            return True
    return False


class _Reader:
    """Walks the tree and keeps what is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def rows(self, tree: yaml.Node | None) -> Iterator[Row]:
        """The rows of all projects."""
        if tree is None:
            self.problems.append(problem(0, "projects", "import.empty"))
            return
        for project in self._list(self._map(tree, ("projects",)).get("projects")):
            yield from self._project(project)

    def _project(self, node: yaml.Node) -> Iterator[Row]:
        told = self._map(node, _PROJECT)
        slug = self._text(told.get("slug"))
        if not slug:
            self.problems.append(problem(_line(node), "slug", "import.empty"))
            return
        named = {name: told[name] for name in COLUMNS["project"] if name in told}
        if named:
            yield Row(_line(node), "project", slug, self._texts(named))
        if "quota" in told:
            quota = self._map(told["quota"], COLUMNS["quota"])
            yield Row(_line(told["quota"]), "quota", slug, self._texts(quota))
        for name, kind in _LISTS.items():
            for each in self._list(told.get(name)):
                yield Row(_line(each), kind, slug, self._texts(self._map(each, COLUMNS[kind])))

    def _map(self, node: yaml.Node, known: tuple[str, ...]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self.problems.append(problem(_line(node), "", "import.not_map", known=", ".join(known)))
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in known:
                self.problems.append(problem(_line(key), name, "import.column", known=", ".join(known)))
            elif name in found:
                self.problems.append(problem(_line(key), name, "import.column_twice"))
            else:
                found[name] = value
        return found

    def _list(self, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None or node.tag == _NULL:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.problems.append(problem(_line(node), "", "import.not_list"))
            return []
        return list(node.value)

    def _texts(self, nodes: dict[str, yaml.Node]) -> dict[str, str]:
        told = {name: self._text(node, name) for name, node in nodes.items()}
        return {name: text for name, text in told.items() if text}

    def _text(self, node: yaml.Node | None, name: str = "slug") -> str:
        if node is None or node.tag == _NULL:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.problems.append(problem(_line(node), name, "import.not_text"))
            return ""
        return str(node.value).strip()


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
