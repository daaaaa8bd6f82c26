"""One file of the configuration: read and checked, or every problem of it with its line."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import remembered
from bot.meant import meant
from bot.remembered import Reading
from bot.settings import Config
from matchers import shape
from matchers.rules import RuleError, RuleSet, compile_rules, compiled_later, rules_id
from matchers.shape import Fault, ShapeError

if TYPE_CHECKING:
    from bot import yamlfile

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One file, as far as it could be read."""

    path: Path
    problems: tuple[str, ...] = ()
    text: str = ""
    config: Config | None = None
    rules: RuleSet | None = None

    def said(self, where: Where, text: str) -> str:
        """A problem of the value at `where`, as one line."""
        return f"{self.path}:{_document(self.text).line(where)}: {_dotted(where)}: {text}"


def read(path: Path, missing: str, *, memory: Path | None, compiles: bool) -> ConfigFile:
    """The file at `path`. What was read before is taken from `memory`, the folder of bot.remembered. With `compiles`
    False, its rules are compiled when they are first looked into. `missing` says what to do where there is no file."""
    try:
        text = _text(path, missing)
        known = remembered.recall(text, memory)
        if known is None:
            known = _checked(text, path)
            remembered.remember(text, known, memory)
    except _Unusable as exc:
        return ConfigFile(path, exc.problems)
    config, rules = known.config, None
    file = ConfigFile(path, (), text, config)
    problems = [file.said(where, said) for where, said in _contradictions(config)]
    try:
        if compiles:
            rules = compile_rules(config.plan, config.commitments)
        else:
            rules = compiled_later(config.plan, config.commitments, known_id=known.rules)
    except RuleError as exc:
        problems += [file.said(one.path, f"{one.value!r}: {one.wanted}") for one in exc.problems]
    return replace(file, problems=tuple(problems), rules=rules)


def schema() -> str:
    """The JSON Schema (2020-12) of config.yaml, for editors that complete and check while typing."""
    return json.dumps(shape.json_schema(Config), ensure_ascii=False, indent=1) + "\n"


class _Unusable(Exception):
    """Nothing can be taken from the file; `problems` are lines for the operator."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def _text(path: Path, missing: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _Unusable([f"{path}: no such file; {missing}"]) from None
    except UnicodeDecodeError as exc:
        raise _Unusable([f"{path}: not UTF-8 text (byte {exc.start}); save it as UTF-8"]) from exc
    except OSError as exc:
        raise _Unusable([f"{path}: cannot be read: {exc.strerror}"]) from exc


def _checked(text: str, path: Path) -> Reading:
    from bot import yamlfile  # noqa: PLC0415 - most starts know what is in the file

    try:
        document = yamlfile.load(text)
    except yamlfile.YamlError as exc:
        raise _Unusable([f"{path}:{exc.line}: {exc.reason}"]) from exc
    if not isinstance(document.data, dict):
        wanted = "wanted keys such as plan:, commitments: and feeds:"
        raise _Unusable([f"{path}:1: {wanted}, found {_short(document.data)}"])
    try:
        config = shape.read(Config, document.data)
    except ShapeError as exc:
        raise _Unusable([_explain(fault, document, path) for fault in exc.faults]) from exc
    return Reading(config, rules_id(config.plan, config.commitments))


@functools.lru_cache(maxsize=1)  # several problems of one file
def _document(text: str) -> yamlfile.Document:
    from bot import yamlfile  # noqa: PLC0415 - only a problem has a place

    return yamlfile.load(text)


def _explain(fault: Fault, document: yamlfile.Document, path: Path) -> str:
    """One problem: file, line, path, value, and what was wanted."""
    hidden = fault.kind == "missing" or {"token", "secret"} & set(fault.where)  # a secret is never printed
    value = "" if hidden else f"{_short(fault.value)}: "
    return f"{path}:{document.line(fault.where)}: {_dotted(fault.where)}: {value}{_wanted(fault)}"


def _wanted(fault: Fault) -> str:
    match fault.kind:
        case "unknown key":
            return "unknown key" + _nearest(str(fault.where[-1]), _siblings(fault.where))
        case "missing":
            return "missing; this key is needed here"
        case "refused":
            return fault.wanted.removeprefix("Value error, ")
        case _:
            return "wanted: " + fault.wanted.removeprefix("Input should be ").partition(" or an instance of ")[0]


def _siblings(where: Where) -> Iterable[str]:
    """The keys that are known where an unknown one stands, read from the schema."""
    root = shape.json_schema(Config)
    node: Any = root
    for step in where[:-1]:
        node = _resolve(node, root)
        node = node.get("items") if isinstance(step, int) else _property(node, step)
        if node is None:
            return ()
    return list(_resolve(node, root).get("properties", ()))


def _property(node: Mapping[str, Any], name: str) -> Any:
    return node.get("properties", {}).get(name) or node.get("additionalProperties") or None


def _resolve(node: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    for _ in range(8):
        if not isinstance(node, dict):
            return {}
        if "$ref" in node:
            node = root["$defs"][node["$ref"].rsplit("/", 1)[1]]
        elif "anyOf" in node:
            node = next((choice for choice in node["anyOf"] if "$ref" in choice or "properties" in choice), {})
        else:
            return node
    return {}


def _nearest(name: str, known: Iterable[str]) -> str:
    choices = sorted(known)
    if close := meant(name, choices):
        return f"; did you mean {close[0]!r}?"
    return f"; known here: {', '.join(choices)}" if choices else ""


def _contradictions(config: Config) -> Iterable[tuple[Where, str]]:
    """Problems between values that are each fine alone."""
    for name, ids in (
        ("feeds", [feed.id for feed in config.feeds]),
        ("commitments", [one.id for one in config.commitments]),
    ):
        for index, entry in enumerate(ids):
            if (first := ids.index(entry)) < index:
                yield (name, index, "id"), f"{entry!r}: already the id of {name}[{first}]; ids must differ"
    yield from _missing(config)
    if config.fetch.min_interval_minutes > config.fetch.max_interval_minutes:
        yield ("fetch", "min_interval_minutes"), "is longer than max_interval_minutes"


def _can_extract() -> bool:
    from feeds.page import can_extract  # noqa: PLC0415 - only where full text is asked for

    return can_extract()


def _can_run(program: str) -> bool:
    from shutil import which  # noqa: PLC0415 - only where headlines are translated

    return which(program) is not None


def _can_listen() -> bool:
    from bot.listener import can_listen  # noqa: PLC0415 - only where others call us

    return can_listen()


def _missing(config: Config) -> Iterable[tuple[Where, str]]:
    """Packages that what is configured needs and that are not installed."""
    for index, feed in enumerate(config.feeds):
        if feed.fulltext and not _can_extract():
            yield ("feeds", index, "fulltext"), "needs the package trafilatura: pip install 'pactwatch[fulltext]'"
    translator = config.telegram.translate
    if translator is not None and not _can_run(translator.command[0]):
        wanted = f"{translator.command[0]!r}: no such program, or it may not be run; give its whole path"
        yield ("telegram", "translate", "command"), wanted
    callers = ((("websub",), "websub", config.websub), (("telegram", "webhook"), "webhooks", config.telegram.webhook))
    for where, extra, settings in callers:
        if settings is not None and not _can_listen():
            yield where, f"needs the package tornado: pip install 'pactwatch[{extra}]'"


def _dotted(where: Sequence[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return text.removeprefix(".") or "the file"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
