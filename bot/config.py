"""config.yaml and the environment, checked whole and turned into frozen values."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot import yamlfile
from bot.listener import can_listen
from bot.meant import meant
from bot.plans import clashes, distinguished, merged, unknown_audiences
from bot.settings import Config, WebhookSettings
from matchers.plan import Commitment, Watched
from matchers.rules import RuleError, RuleSet, compile_rules, compiled_later

TOKEN_VARIABLE = "TELEGRAM_BOT_TOKEN"  # noqa: S105 - the variable's name, not a token
WEBHOOK_VARIABLE = "TELEGRAM_WEBHOOK_SECRET"
WEBSUB_VARIABLE = "PACTWATCH_WEBSUB_SECRET"


class ConfigError(Exception):
    """The configuration cannot be used; each problem is one line that says where, what and what was wanted."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A usable configuration, where it came from, and what an operator should know about it.

    `plans` are all that are watched, that of the file itself first, and `rules` and `files` theirs, in the same order.
    The feeds of `config` are those of all plans; `feed_files` is where each stands, the first where several have it.
    """

    config: Config
    path: Path
    plans: tuple[Watched, ...]
    rules: tuple[RuleSet, ...]
    files: tuple[Path, ...]
    feed_files: Mapping[str, Path]
    notes: tuple[str, ...] = ()

    @property
    def commitments(self) -> tuple[Commitment, ...]:
        """The commitments of all plans."""
        return tuple(entry for each in self.plans for entry in each.commitments)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of all plans, each once."""
        return tuple(dict.fromkeys(lang for each in self.plans for lang in each.plan.languages))

    def plan_of(self, commitment: str) -> str:
        """The id of the plan that has the commitment."""
        return next(each.plan.id for each in self.plans if any(one.id == commitment for one in each.commitments))


def load(path: Path, environ: Mapping[str, str], *, compiles: bool = True) -> Loaded:
    """Read, check and complete the configuration at `path`, and the further plans it names. Raises ConfigError with
    every problem at once. With `compiles` False rules are compiled when they are first looked into, and what is wrong
    with them comes out only then, as RuleError: for whoever knows that they are right, or asks again."""
    main = _file(path, "name yours with --config, or start from the config.yaml of the project", compiles=compiles)
    if main.config is None:
        raise ConfigError(main.problems)
    further = (
        _file(path.parent / name, f"`plans:` of {path} names it", compiles=compiles) for name in main.config.plans
    )
    files = [main, *further]
    found = [(file, file.config, file.rules) for file in files if file.config is not None and file.rules is not None]
    plans = distinguished([Watched(config.plan, config.commitments) for _, config, _ in found])
    problems = [*(problem for file in files for problem in file.problems), *_between(main, main.config, files, plans)]
    if problems:
        raise ConfigError(problems)
    complete, notes = _secrets(main.config, path, environ)
    feeds = merged(config.feeds for _, config, _ in found)
    return Loaded(
        config=complete.model_copy(update={"feeds": feeds}),
        path=path,
        plans=plans,
        rules=tuple(rules for *_, rules in found),
        files=tuple(file.path for file, *_ in found),
        feed_files={feed.id: file.path for file, config, _ in reversed(found) for feed in config.feeds},
        notes=notes,
    )


def store_url(loaded: Loaded) -> str:
    """The store's address, a relative file taken from where the configuration lies."""
    url = loaded.config.store
    name = url.removeprefix("sqlite:///")
    if name in {url, ":memory:"} or name.startswith("/"):
        return url
    return f"sqlite:///{(loaded.path.parent / name).resolve()}"


def has_log(loaded: Loaded) -> bool:
    """Whether there may be a log already: for one that is no file of this machine there is no telling."""
    url = store_url(loaded)
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


def views_path(loaded: Loaded) -> Path | None:
    """Where the read models lie: beside a SQLite log, beside the configuration for a log elsewhere."""
    url = store_url(loaded)
    if url == "sqlite:///:memory:":
        return None
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else loaded.path.parent / "pactwatch.db"
    return file.with_suffix(".views.db")


def schema() -> str:
    """The JSON Schema (2020-12) of config.yaml, for editors that complete and check while typing."""
    return json.dumps(Config.model_json_schema(), ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class _File:
    """One file of the configuration, as far as it could be read."""

    path: Path
    problems: tuple[str, ...] = ()
    document: yamlfile.Document = field(default_factory=lambda: yamlfile.Document(None))
    config: Config | None = None
    rules: RuleSet | None = None

    def said(self, where: yamlfile.Path, text: str) -> str:
        """A problem of the value at `where`, as one line."""
        return f"{self.path}:{self.document.line(where)}: {_dotted(where)}: {text}"


def _file(path: Path, missing: str, *, compiles: bool) -> _File:
    try:
        document = _read(path, missing)
        config = Config.model_validate(document.data)
    except ConfigError as exc:
        return _File(path, exc.problems)
    except ValidationError as exc:
        return _File(path, tuple(_explain(error, document, path) for error in exc.errors(include_url=False)))
    file = _File(path, (), document, config)
    problems = [file.said(where, text) for where, text in _contradictions(config)]
    try:
        rules = (compile_rules if compiles else compiled_later)(config.plan, config.commitments)
    except RuleError as exc:
        problems += [file.said(one.path, f"{one.value!r}: {one.wanted}") for one in exc.problems]
        return replace(file, problems=tuple(problems))
    return replace(file, problems=tuple(problems), rules=rules)


def _between(main: _File, config: Config, files: Sequence[_File], plans: Sequence[Watched]) -> list[str]:
    """Problems between files, and between what the main one says of the plans and what these are."""
    sides = {side for file in files if file.config is not None for side in file.config.plan.sides}
    own = [(file, file.config) for file in files if file.config is not None]
    return [
        *(file.said(where, text) for file, each in own for where, text in _unknown_sides(each, file is main, sides)),
        *(own[number][0].said(where, text) for number, where, text in clashes([each for _, each in own])),
        *(main.said(where, text) for where, text in unknown_audiences(config.telegram, plans)),
        *(main.said(where, text) for where, text in _layouts(config, plans)),
    ]


def _layouts(config: Config, plans: Sequence[Watched]) -> Iterable[tuple[yamlfile.Path, str]]:
    """Templates that Telegram could not take, found out by laying posts out."""
    for index, channel in enumerate(config.telegram.channels):
        if channel.template is not None and plans:
            from bot.samples import unusable  # noqa: PLC0415 - a template is rare, and rendering much to import

            for text in unusable(channel, plans):
                yield ("telegram", "channels", index, "template"), text


def _unknown_sides(config: Config, is_main: bool, sides: Set[str]) -> Iterable[tuple[yamlfile.Path, str]]:
    """A feed may lend a side of any plan that the main file watches; one of a further plan, of its own."""
    known = sides if is_main else config.plan.sides.keys()
    for index, feed in enumerate(config.feeds):
        for side in feed.context:
            if side not in known:
                there = ", ".join(sorted(known)) or "none"
                yield ("feeds", index, "context"), f"{side!r}: no side of the plan; plan.sides has: {there}"


def _read(path: Path, missing: str) -> yamlfile.Document:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError([f"{path}: no such file; {missing}"]) from None
    except UnicodeDecodeError as exc:
        raise ConfigError([f"{path}: not UTF-8 text (byte {exc.start}); save it as UTF-8"]) from exc
    except OSError as exc:
        raise ConfigError([f"{path}: cannot be read: {exc.strerror}"]) from exc
    try:
        document = yamlfile.load(text)
    except yamlfile.YamlError as exc:
        raise ConfigError([f"{path}:{exc.line}: {exc.reason}"]) from exc
    if not isinstance(document.data, dict):
        raise ConfigError(
            [f"{path}:1: wanted keys such as plan:, commitments: and feeds:, found {_short(document.data)}"]
        )
    return document


def _explain(error: ErrorDetails, document: yamlfile.Document, path: Path) -> str:
    """One problem: file, line, path, value, and what was wanted."""
    where = tuple(error["loc"])
    hidden = error["type"] == "missing" or {"token", "secret"} & set(where)  # a secret is never printed
    value = "" if hidden else f"{_short(error['input'])}: "
    return f"{path}:{document.line(where)}: {_dotted(where)}: {value}{_wanted(error)}"


def _wanted(error: ErrorDetails) -> str:
    match error["type"]:
        case "extra_forbidden":
            return "unknown key" + _nearest(str(error["loc"][-1]), _siblings(tuple(error["loc"])))
        case "missing":
            return "missing; this key is needed here"
        case "value_error":
            return str(error["msg"]).removeprefix("Value error, ")
        case _:
            return "wanted: " + str(error["msg"]).removeprefix("Input should be ")


def _siblings(where: yamlfile.Path) -> Iterable[str]:
    """The keys that are known where an unknown one stands, read from the schema."""
    root = Config.model_json_schema()
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


def _contradictions(config: Config) -> Iterable[tuple[yamlfile.Path, str]]:
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


def _missing(config: Config) -> Iterable[tuple[yamlfile.Path, str]]:
    """Packages that what is configured needs and that are not installed."""
    for index, feed in enumerate(config.feeds):
        if feed.fulltext and not _can_extract():
            yield ("feeds", index, "fulltext"), "needs the package trafilatura: pip install 'pactwatch[fulltext]'"
    translator = config.telegram.translate
    if translator is not None and shutil.which(translator.command[0]) is None:
        wanted = f"{translator.command[0]!r}: no such program, or it may not be run; give its whole path"
        yield ("telegram", "translate", "command"), wanted
    callers = ((("websub",), "websub", config.websub), (("telegram", "webhook"), "webhooks", config.telegram.webhook))
    for where, extra, settings in callers:
        if settings is not None and not can_listen():
            yield where, f"needs the package tornado: pip install 'pactwatch[{extra}]'"


def _secrets(config: Config, path: Path, environ: Mapping[str, str]) -> tuple[Config, tuple[str, ...]]:
    """The configuration with its secrets in place, and what an operator should know about where they lie."""
    token, notes = _secret(config.telegram.token, TOKEN_VARIABLE, "telegram.token", path, environ)
    webhook, further = _webhook(config.telegram.webhook, path, environ)
    notes = (*notes, *further)
    telegram = config.telegram.model_copy(update={"token": token, "webhook": webhook})
    complete: dict[str, object] = {"telegram": telegram}
    if config.websub is not None:
        key, more = _secret(config.websub.secret, WEBSUB_VARIABLE, "websub.secret", path, environ)
        if key is not None and len(key.get_secret_value()) < 16:
            raise ConfigError(
                [f"{path}: websub.secret: too short to be secret; set {WEBSUB_VARIABLE} to 16 random letters"]
            )
        complete["websub"], notes = config.websub.model_copy(update={"secret": key}), (*notes, *more)
    return config.model_copy(update=complete), notes


def _webhook(
    settings: WebhookSettings | None, path: Path, environ: Mapping[str, str]
) -> tuple[WebhookSettings | None, tuple[str, ...]]:
    if settings is None:
        return None, ()
    secret, notes = _secret(settings.secret, WEBHOOK_VARIABLE, "telegram.webhook.secret", path, environ)
    if secret is None or not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret.get_secret_value()):
        wanted = f"set {WEBHOOK_VARIABLE} to 16 or more random characters of A-Z, a-z, 0-9, _ and -"
        raise ConfigError([f"{path}: telegram.webhook.secret: {'missing' if secret is None else 'unfit'}; {wanted}"])
    return settings.model_copy(update={"secret": secret}), notes


def _secret(
    given: SecretStr | None, variable: str, where: str, path: Path, environ: Mapping[str, str]
) -> tuple[SecretStr | None, tuple[str, ...]]:
    """A secret: from the environment, else from the file that the key names."""
    if environ.get(variable, "").strip():
        return SecretStr(environ[variable].strip()), ()
    written = given.get_secret_value().strip() if given else ""
    if not written:
        return None, ()
    if written.startswith("file:"):
        return SecretStr(_secret_file(path.parent / written.removeprefix("file:"), path, where)), ()
    return SecretStr(written), (
        f"{path}: {where} holds the secret itself, for whoever can read the file. Set {variable} instead.",
    )


def _secret_file(file: Path, path: Path, where: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not text"
        raise ConfigError([f"{path}: {where}: the file {file} cannot be read: {reason}"]) from exc


def _dotted(where: Sequence[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return text.removeprefix(".") or "the file"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def environment() -> Mapping[str, str]:
    """The process environment; read here and nowhere else."""
    return os.environ
