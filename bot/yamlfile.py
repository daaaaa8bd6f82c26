"""YAML with the place of every value: the only importer of yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
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


@dataclass
class Document:
    """Plain data and, for every path into it, the line and the place where it stands. Those are looked for when they
    are first asked for: only whoever has a problem to tell of, or edits the file, needs them."""

    data: Any
    root: yaml.Node | None = field(default=None, repr=False)

    def line(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest thing around it that is written down."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    @property
    def lines(self) -> dict[Path, int]:
        return self._marks[0]

    @property
    def places(self) -> dict[Path, Place]:
        return self._marks[1]

    @cached_property
    def _marks(self) -> tuple[dict[Path, int], dict[Path, Place]]:
        lines: dict[Path, int] = {}
        places: dict[Path, Place] = {}
        if self.root is not None:
            _mark(self.root, (), lines, places)
        return lines, places


def load(text: str) -> Document:
    """Read one YAML document. Raises YamlError for bad syntax, a key written twice, and tags of any kind."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise YamlError(mark.line + 1 if mark else 1, exc.problem or str(exc)) from exc
    except yaml.YAMLError as exc:
        raise YamlError(1, str(exc)) from exc
    return Document(None if node is None else _Reader().read(node), node)


# libyaml reads the default plan in a tenth of the time; wheels without it exist.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def write(data: object) -> str:
    """Plain data as YAML: short lists on one line, in the order of the data."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)


class _Reader:
    def __init__(self) -> None:
        self.loader = yaml.SafeLoader("")
        self.left = _MAX_NODES  # aliases of aliases must not grow without end

    def read(self, node: yaml.Node) -> Any:
        self.left -= 1
        if self.left < 0:
            raise YamlError(node.start_mark.line + 1, "the file grows beyond measure through its aliases")
        if node.tag == _STR and isinstance(node, yaml.ScalarNode):
            return node.value  # nearly all that stands in a file
        if node.tag not in _TAGS:
            raise YamlError(node.start_mark.line + 1, f"the tag {node.tag} is not allowed here")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child) for child in node.value]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = _key(key_node)
            if key in found:
                raise YamlError(key_node.start_mark.line + 1, f"the key {key!r} stands here twice")
            found[key] = self.read(value_node)
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as exc:
            raise YamlError(node.start_mark.line + 1, f"{node.value!r} cannot be read: {exc}") from exc


def _mark(node: yaml.Node, path: Path, lines: dict[Path, int], places: dict[Path, Place]) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    places[path] = _place(node)
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            lines[(*path, _key(key_node))] = key_node.start_mark.line + 1
            _mark(value_node, (*path, _key(key_node)), lines, places)
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _mark(child, (*path, index), lines, places)


def _key(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "?"


_STR = "tag:yaml.org,2002:str"
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp")}


def _place(node: yaml.Node) -> Place:
    start, end = node.start_mark, node.end_mark
    is_flow = isinstance(node, yaml.CollectionNode) and bool(node.flow_style)
    return Place((start.line, start.column), (end.line, end.column), is_flow, isinstance(node, yaml.ScalarNode))
