"""`pactwatch poll`: every feed once, then stop."""

from __future__ import annotations

import functools
import hashlib
import resource
import time
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import click

from bot import loop
from bot.app import Watch, open_watch
from bot.commands.options import config_option, load, print_json
from bot.config import ConfigError, Loaded
from bot.questions.reading import last
from bot.settings import FeedSettings
from bot.watch import monitor
from bot.watch.pipeline import Figures
from matchers.rules import RuleError
from store.events.monitor import MonitorStarted, MonitorStopped


@click.command()
@config_option
@click.option(
    "--feeds-from",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Poll the URLs in this file, one a line, instead of the configured feeds.",
)
@click.option("--store", metavar="URL", help="Record into this store instead of the configured one.")
@click.option("--allow-private-addresses", is_flag=True, help="Let feeds lie on this machine or in its network.")
def command(config_path: Path, feeds_from: Path | None, store: str | None, allow_private_addresses: bool) -> int:
    """Poll every feed once, due or not, and record what they offer. Nothing is published: that is for `run`.

    Progress goes to stderr; the last line on stdout is JSON with the figures: `wall` and `cpu` are seconds from the
    configuration being read until the log is closed, `cpu` with helping processes, `rss_mb` the most memory this
    process had. Exit code 1: no feed could be read.

    \b
    pactwatch poll
    pactwatch poll --feeds-from urls.txt --store sqlite:///try.db
    """
    options = functools.partial(adjusted, feeds_from=feeds_from, store=store, private=allow_private_addresses)
    loaded = options(load(config_path, compiles=False))
    try:
        begun, cpu = time.perf_counter(), _cpu_seconds()
        figures = loop.run(_poll(loaded))
    except RuleError:
        load(config_path)  # tells every problem with its place
        raise
    print_json(
        {
            **asdict(figures),
            "wall": round(time.perf_counter() - begun, 3),
            "cpu": round(_cpu_seconds() - cpu, 3),
            "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }
    )
    return 0 if figures.failed < figures.polls or not figures.polls else 1


def _cpu_seconds() -> float:
    """Of this process and of those that helped it."""
    used = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


async def _poll(loaded: Loaded) -> Figures:
    async with open_watch(loaded, with_views=False) as watch:
        await _note_start(watch)
        await watch.poll_all()
        return watch.poller.figures


async def _note_start(watch: Watch) -> None:
    """Tell the log that somebody looks again, where nobody did for long."""
    feeds, looked = len(watch.poller.feeds), await watch.lane.call(watch.store.last_look)
    newest = await watch.lane.call(last, watch.store, (MonitorStarted.TYPE, MonitorStopped.TYPE))
    longest = timedelta(minutes=watch.config.fetch.max_interval_minutes)
    is_running = newest is not None and newest.type == MonitorStarted.TYPE
    begun = monitor.started_once(watch.run, feeds, looked, is_running=is_running, now=watch.clock(), longest=longest)
    if begun is not None:
        await watch.record(begun)


def adjusted(loaded: Loaded, *, feeds_from: Path | None, store: str | None, private: bool) -> Loaded:
    """The configuration with what the options replace. Raises ConfigError where the file names no feeds."""
    config = loaded.config
    if feeds_from is not None:
        config = replace(config, feeds=_feeds(feeds_from))
    if store is not None:
        config = replace(config, store=store)
        loaded = replace(loaded, path=Path.cwd() / loaded.path.name)
    if private:
        config = replace(config, fetch=replace(config.fetch, allow_private_addresses=True))
    return replace(loaded, config=config)


def _feeds(file: Path) -> tuple[FeedSettings, ...]:
    """The feeds of a list of URLs; a feed's id follows from its URL, so that the next poll knows it again."""
    urls = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    wanted = dict.fromkeys(url for url in urls if url and not url.startswith("#"))
    problems = [f"{file}: {url!r}: wanted an http:// or https:// address" for url in wanted if not _is_web(url)]
    if problems or not wanted:
        raise ConfigError(problems or [f"{file}: no address in it; write one a line"])
    ids = ((f"u-{hashlib.sha256(url.encode()).hexdigest()[:12]}", url) for url in wanted)
    return tuple(FeedSettings(id=name, url=url) for name, url in ids)


def _is_web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
