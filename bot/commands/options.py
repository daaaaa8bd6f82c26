"""Options that several commands share, and the configuration behind them."""

from __future__ import annotations

import contextlib
import getpass
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import config
from bot.config import store_url, views_path
from store.log import Store

if TYPE_CHECKING:
    from store.views.views import Views

_USUAL = Path("config.yaml")
_USUAL_BY = "PACTWATCH_CONFIG"

config_option: Callable[[Any], Any] = click.option(
    "--config",
    "-c",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=_USUAL,
    show_default=True,
    envvar=_USUAL_BY,
    help="The plan and its settings.",
)
json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, one object per line."
)


def usual_config() -> Path:
    """The configuration that commands read where none is named."""
    return Path(config.environment().get(_USUAL_BY) or _USUAL)


def load(path: Path, *, compiles: bool = True) -> config.Loaded:
    """The configuration at `path`, its notes shown on stderr. Raises ConfigError; see `config.load`."""
    loaded = config.load(path, config.environment(), compiles=compiles)
    for note in loaded.notes:
        click.echo(f"note: {note}", err=True)
    return loaded


def print_json(value: object) -> None:
    """One line of JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


@contextlib.contextmanager
def open_log(loaded: config.Loaded) -> Iterator[Store]:
    """The log, for reading. Raises LogError where there is none yet."""
    from store.open import open_store  # noqa: PLC0415 - filters have no log

    store = open_store(store_url(loaded), create=False)
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def open_views(loaded: config.Loaded) -> Iterator[tuple[Store, Views]]:
    """The log and its read models, caught up with it."""
    from store.views.views import Views  # noqa: PLC0415 - only commands that ask them pay for this import

    with open_log(loaded) as store:
        views = Views.open(views_path(loaded))
        try:
            _catch_up(views, store)
            yield store, views
        finally:
            views.close()


def _catch_up(views: Views, store: Store) -> None:
    """Catch up with the log; where that takes long, with a bar."""
    if not views.is_far_behind(store):
        views.catch_up(store)
        return
    from bot.commands import progress  # noqa: PLC0415 - the bar is rich's, and seldom shown

    with progress.shown("folding the log") as tell:
        views.catch_up(store, progress=tell)
    if views.coming is not None:
        known = f"this answer knows events 1 to {views.position()} of {store.head()}"
        click.echo(f"note: another process is making the views anew; {known}", err=True)


def user() -> str:
    """Who sits at this machine, as it calls them; empty where it does not say."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def now() -> datetime:
    """What the clock says."""
    from bot.app import utc_now  # noqa: PLC0415 - only commands that need the time pay for this import

    return utc_now()
