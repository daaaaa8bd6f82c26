"""config.yaml and the environment, checked whole and turned into frozen values."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from bot import configfile, remembered
from bot.configfile import ConfigFile, Where
from bot.plans import clashes, distinguished, merged, unknown_audiences
from bot.settings import Config, WebhookSettings
from matchers.plan import Commitment, Watched
from matchers.rules import RuleSet
from matchers.shape import Secret

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
    read = functools.partial(configfile.read, memory=remembered.folder(environ), compiles=compiles)
    main = read(path, "name yours with --config, or start from the config.yaml of the project")
    if main.config is None:
        raise ConfigError(main.problems)
    files = [main, *(read(path.parent / name, f"`plans:` of {path} names it") for name in main.config.plans)]
    found = [(file, file.config, file.rules) for file in files if file.config is not None and file.rules is not None]
    plans = distinguished([Watched(config.plan, config.commitments) for _, config, _ in found])
    problems = [*(problem for file in files for problem in file.problems), *_between(main, main.config, files, plans)]
    if problems:
        raise ConfigError(problems)
    complete, notes = _secrets(main.config, path, environ)
    feeds = merged(config.feeds for _, config, _ in found)
    return Loaded(
        config=replace(complete, feeds=feeds),
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


def _between(main: ConfigFile, config: Config, files: Sequence[ConfigFile], plans: Sequence[Watched]) -> list[str]:
    """Problems between files, and between what the main one says of the plans and what these are."""
    sides = {side for file in files if file.config is not None for side in file.config.plan.sides}
    own = [(file, file.config) for file in files if file.config is not None]
    return [
        *(file.said(where, text) for file, each in own for where, text in _unknown_sides(each, file is main, sides)),
        *(own[number][0].said(where, text) for number, where, text in clashes([each for _, each in own])),
        *(main.said(where, text) for where, text in unknown_audiences(config.telegram, plans)),
        *(main.said(where, text) for where, text in _layouts(config, plans)),
    ]


def _layouts(config: Config, plans: Sequence[Watched]) -> Iterable[tuple[Where, str]]:
    """Templates that Telegram could not take, found out by laying posts out."""
    for index, channel in enumerate(config.telegram.channels):
        if channel.template is not None and plans:
            from bot.samples import unusable  # noqa: PLC0415 - a template is rare, and rendering much to import

            for text in unusable(channel, plans):
                yield ("telegram", "channels", index, "template"), text


def _unknown_sides(config: Config, is_main: bool, sides: Set[str]) -> Iterable[tuple[Where, str]]:
    """A feed may lend a side of any plan that the main file watches; one of a further plan, of its own."""
    known = sides if is_main else config.plan.sides.keys()
    for index, feed in enumerate(config.feeds):
        for side in feed.context:
            if side not in known:
                there = ", ".join(sorted(known)) or "none"
                yield ("feeds", index, "context"), f"{side!r}: no side of the plan; plan.sides has: {there}"


def _secrets(config: Config, path: Path, environ: Mapping[str, str]) -> tuple[Config, tuple[str, ...]]:
    """The configuration with its secrets in place, and what an operator should know about where they lie."""
    token, notes = _secret(config.telegram.token, TOKEN_VARIABLE, "telegram.token", path, environ)
    webhook, further = _webhook(config.telegram.webhook, path, environ)
    notes = (*notes, *further)
    complete = replace(config, telegram=replace(config.telegram, token=token, webhook=webhook))
    if config.websub is not None:
        key, more = _secret(config.websub.secret, WEBSUB_VARIABLE, "websub.secret", path, environ)
        if key is not None and len(key.value) < 16:
            raise ConfigError(
                [f"{path}: websub.secret: too short to be secret; set {WEBSUB_VARIABLE} to 16 random letters"]
            )
        complete, notes = replace(complete, websub=replace(config.websub, secret=key)), (*notes, *more)
    return complete, notes


def _webhook(
    settings: WebhookSettings | None, path: Path, environ: Mapping[str, str]
) -> tuple[WebhookSettings | None, tuple[str, ...]]:
    if settings is None:
        return None, ()
    secret, notes = _secret(settings.secret, WEBHOOK_VARIABLE, "telegram.webhook.secret", path, environ)
    if secret is None or not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", secret.value):
        wanted = f"set {WEBHOOK_VARIABLE} to 16 or more random characters of A-Z, a-z, 0-9, _ and -"
        raise ConfigError([f"{path}: telegram.webhook.secret: {'missing' if secret is None else 'unfit'}; {wanted}"])
    return replace(settings, secret=secret), notes


def _secret(
    given: Secret | None, variable: str, where: str, path: Path, environ: Mapping[str, str]
) -> tuple[Secret | None, tuple[str, ...]]:
    """A secret: from the environment, else from the file that the key names."""
    if environ.get(variable, "").strip():
        return Secret(environ[variable].strip()), ()
    written = given.value.strip() if given else ""
    if not written:
        return None, ()
    if written.startswith("file:"):
        return Secret(_secret_file(path.parent / written.removeprefix("file:"), path, where)), ()
    return Secret(written), (
        f"{path}: {where} holds the secret itself, for whoever can read the file. Set {variable} instead.",
    )


def _secret_file(file: Path, path: Path, where: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not text"
        raise ConfigError([f"{path}: {where}: the file {file} cannot be read: {reason}"]) from exc


def environment() -> Mapping[str, str]:
    """The process environment; read here and nowhere else."""
    return os.environ
