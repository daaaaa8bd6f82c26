"""YAML with the place of every value: the only importer of yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
_MAX_NODES = 200_000


class YamlError(Exception):
    """The text is not YAML that can be read as plain data; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is written: lines and columns count from 0, the end is the first character behind it. A block
    collection ends where something else begins; `is_flow` tells brackets and braces."""

    start: tuple[int, int]
    end: tuple[int, int]
    is_flow: bool
    is_scalar: bool


@dataclass(slots=True)
class Document:
    """Plain data and, for every path into it, the line and the place where it stands."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest thing around it that is written down."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(text: str) -> Document:
    """Read one YAML document. Raises YamlError for bad syntax, a key written twice, and tags of any kind."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise YamlError(mark.line + 1 if mark else 1, exc.problem or str(exc)) from exc
    except yaml.YAMLError as exc:
        raise YamlError(1, str(exc)) from exc
    document = Document(None)
    if node is not None:
        document.data = _Reader(document).read(node, ())
    return document


# libyaml reads the default plan in a tenth of the time; wheels without it exist.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def write(data: object) -> str:
    """Plain data as YAML: short lists on one line, in the order of the data."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)


class _Reader:
    def __init__(self, document: Document) -> None:
        self.lines, self.places = document.lines, document.places
        self.loader = yaml.SafeLoader("")
        self.left = _MAX_NODES  # aliases of aliases must not grow without end

    def read(self, node: yaml.Node, path: Path) -> Any:
        self.left -= 1
        if self.left < 0:
            raise YamlError(node.start_mark.line + 1, "the file grows beyond measure through its aliases")
        self.lines.setdefault(path, node.start_mark.line + 1)
        self.places[path] = _place(node)
        if node.tag not in _TAGS:
            raise YamlError(node.start_mark.line + 1, f"the tag {node.tag} is not allowed here")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            line = key_node.start_mark.line + 1
            if key in found:
                raise YamlError(line, f"the key {key!r} stands here twice")
            self.lines[(*path, key)] = line
            found[key] = self.read(value_node, (*path, key))
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as exc:
            raise YamlError(node.start_mark.line + 1, f"{node.value!r} cannot be read: {exc}") from exc


_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")}


def _place(node: yaml.Node) -> Place:
    start, end = node.start_mark, node.end_mark
    is_flow = isinstance(node, yaml.CollectionNode) and bool(node.flow_style)
    return Place((start.line, start.column), (end.line, end.column), is_flow, isinstance(node, yaml.ScalarNode))
