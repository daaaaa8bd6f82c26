"""config.yaml and the environment, checked whole and turned into frozen values."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot import yamlfile
from bot.listener import can_listen
from feeds.item import Feed
from feeds.page import can_extract
from matchers.plan import Commitment, Plan
from matchers.rules import RuleError, RuleSet, compile_rules

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
    """A usable configuration, where it came from, and what an operator should know about it."""

    config: Config
    path: Path
    rules: tuple[RuleSet, ...]
    notes: tuple[str, ...] = ()


def load(path: Path, environ: Mapping[str, str]) -> Loaded:
    """Read, check and complete the configuration at `path`. Raises ConfigError with every problem at once."""
    document = _read(path)
    try:
        config = Config.model_validate(document.data)
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        raise ConfigError([_explain(error, document, path) for error in errors]) from exc
    problems = [f"{path}:{document.line(where)}: {_dotted(where)}: {text}" for where, text in _contradictions(config)]
    try:
        rules = compile_rules(config.plan, config.commitments)
    except RuleError as exc:
        problems += [
            f"{path}:{document.line(one.path)}: {_dotted(one.path)}: {one.value!r}: {one.wanted}"
            for one in exc.problems
        ]
    if problems:
        raise ConfigError(problems)
    complete, notes = _secrets(config, path, environ)
    return Loaded(complete, path, (rules,), notes)


def store_url(loaded: Loaded) -> str:
    """The store's address, a relative file taken from where the configuration lies."""
    url = loaded.config.store
    name = url.removeprefix("sqlite:///")
    if name in {url, ":memory:"} or name.startswith("/"):
        return url
    return f"sqlite:///{(loaded.path.parent / name).resolve()}"


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


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("wanted an http:// or https:// address")
    return value


def _chat(value: object) -> int | str | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if isinstance(value, str) and value.startswith("@") and len(value) > 1:
        return value
    raise ValueError("wanted a chat id such as -1001234567890, or a public name such as @pactwatch_news")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        raise ValueError("wanted a time zone's name such as Europe/Rome or Asia/Kolkata") from None
    return value


def _store_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("wanted sqlite:///FILE (relative to this file) or postgresql://USER@HOST/DATABASE")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
Chat = Annotated[int | str | None, BeforeValidator(_chat, json_schema_input_type=int | str | None)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class WebhookSettings(_Section):
    """Where Telegram brings updates, in the place of long polling."""

    url: WebAddress = Field(
        description="The public https:// address that leads to `listen` and `port`, such as a reverse proxy's."
    )
    listen: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8443
    secret: SecretStr | None = Field(
        default=None,
        description="Leave empty and set TELEGRAM_WEBHOOK_SECRET, or name a file: file:/run/secrets/webhook",
    )


class TelegramSettings(_Section):
    """Where updates go. Without a token everything runs but Telegram."""

    token: SecretStr | None = Field(
        default=None, description="Leave empty and set TELEGRAM_BOT_TOKEN, or name a file: file:/run/secrets/bot-token"
    )
    channel: Chat = Field(default=None, description="The channel that gets every story: its id or its @name.")
    log_chat: Chat = Field(default=None, description="A private chat in which lost answers are cleared up.")
    language: Literal["en", "it", "hi"] = Field(default="en", description="The language of the channel's own words.")
    api_url: WebAddress = "https://api.telegram.org"
    admins: tuple[int, ...] = Field(default=(), description="Telegram user ids of the operators.")
    reviewers: tuple[int, ...] = Field(
        default=(), description="Telegram user ids of people whose votes weigh more and who may review posts."
    )
    webhook: WebhookSettings | None = Field(
        default=None, description="Have Telegram bring updates, in the place of long polling."
    )
    max_age_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=7, description="Items published longer ago are recorded and answered, not posted."
    )


class FetchSettings(_Section):
    """How feeds are asked."""

    user_agent: Annotated[str, Field(min_length=3)] = "pactwatch/0.1"
    concurrency: Annotated[int, Field(ge=1, le=1024)] = 32
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    max_body_mb: Annotated[float, Field(gt=0, le=100)] = 10.0
    allow_private_addresses: bool = False
    min_interval_minutes: Annotated[float, Field(gt=0)] = 10.0
    max_interval_minutes: Annotated[float, Field(gt=0)] = 360.0


class FeedSettings(_Section):
    """One feed. `context` names the side of the plan's context that publishing there lends to an item."""

    id: Identifier
    url: WebAddress
    lang: str | None = None
    publisher: str | None = None
    context: tuple[str, ...] = ()
    zone: Annotated[str | None, AfterValidator(_zone)] = Field(
        default=None, description="The time zone of dates that name none, such as Europe/Rome; UTC where not given."
    )
    paused: bool = False
    fulltext: bool = Field(
        default=False,
        description="Read the pages of items that match or nearly match, too; needs: pip install trafilatura",
    )

    def as_feed(self) -> Feed:
        return Feed(self.id, self.url, self.lang, self.publisher, self.context, self.zone)


class ReviewSettings(_Section):
    """Where the review page listens."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080


class WebSubSettings(_Section):
    """Where hubs reach us, so that feeds that announce one are read as soon as they have something new."""

    url: WebAddress = Field(
        description="The public address that leads to `host` and `port`, such as a reverse proxy's."
    )
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8090
    secret: SecretStr | None = Field(
        default=None,
        description="Leave empty and set PACTWATCH_WEBSUB_SECRET, or name a file: file:/run/secrets/websub",
    )


class Config(_Section):
    """The whole of config.yaml."""

    telegram: TelegramSettings = TelegramSettings()
    store: Annotated[str, AfterValidator(_store_url)] = "sqlite:///pactwatch.db"
    fetch: FetchSettings = FetchSettings()
    review: ReviewSettings = ReviewSettings()
    websub: WebSubSettings | None = None
    feeds: tuple[FeedSettings, ...]
    plan: Plan
    commitments: tuple[Commitment, ...]


def _read(path: Path) -> yamlfile.Document:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            [f"{path}: no such file; name yours with --config, or start from the config.yaml of the project"]
        ) from None
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
    return f"{path}:{document.line(where)}: {_dotted(where)}: {value}{_wanted(error, document)}"


def _wanted(error: ErrorDetails, document: yamlfile.Document) -> str:
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
    close = difflib.get_close_matches(name, choices, n=1)
    if close:
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
    for index, feed in enumerate(config.feeds):
        for side in feed.context:
            if side not in config.plan.sides:
                known = ", ".join(config.plan.sides) or "none"
                yield ("feeds", index, "context"), f"{side!r}: no side of the plan; plan.sides has: {known}"
    yield from _missing(config)
    if config.fetch.min_interval_minutes > config.fetch.max_interval_minutes:
        yield ("fetch", "min_interval_minutes"), "is longer than max_interval_minutes"


def _missing(config: Config) -> Iterable[tuple[yamlfile.Path, str]]:
    """Packages that what is configured needs and that are not installed."""
    for index, feed in enumerate(config.feeds):
        if feed.fulltext and not can_extract():
            yield ("feeds", index, "fulltext"), "needs the package trafilatura: pip install 'pactwatch[fulltext]'"
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
