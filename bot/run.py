"""Running: polls, publisher and chat side by side until told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from bot.app import Watch
from bot.compacting import compacting
from bot.config import WEBSUB_VARIABLE, ConfigError
from bot.folding import folding
from bot.listener import PortTaken, listening
from bot.scheduler import ticking
from bot.servants import serving
from bot.telegram.application import TokenRefused, WebhookRefused
from bot.watch import monitor
from bot.watch.texts import reading
from bot.watch.websub import Subscriptions
from store.events.deliveries import ChannelOpened
from store.events.monitor import MonitorStopped
from store.log import LogError
from store.seal import seal

log = logging.getLogger(__name__)

SEAL_EVERY = timedelta(hours=1)


async def run(watch: Watch, *, stop: asyncio.Event, show: Callable[[str], None]) -> None:
    """Watch until `stop` is set. Without a token, `show` gets each update as text in the place of a channel.

    Raises ConfigError where Telegram does not know the token, and StoreBusy where another process runs on the log.
    """
    await watch.lane.call(watch.store.exclusive)
    await _begin(watch)
    await _side_by_side(watch, stop, show)
    await watch.record(MonitorStopped(run=watch.run))
    await watch.lane.call(seal, watch.store, at=watch.clock())


async def _side_by_side(watch: Watch, stop: asyncio.Event, show: Callable[[str], None]) -> None:
    """The loops in one group: what ends one unexpectedly ends all, and is told."""
    try:
        async with asyncio.TaskGroup() as group:
            loops = [group.create_task(_speak(watch, show)), group.create_task(_seal(watch))]
            if watch.texts is not None:
                loops.append(group.create_task(reading(watch.texts, watch.bell.ring)))
            if watch.subscriptions is not None:
                loops.append(group.create_task(_listen(watch, watch.subscriptions)))
            elif watch.config.websub is not None:
                log.warning("no secret: hubs are not asked to tell of news; set %s", WEBSUB_VARIABLE)
            loops.append(group.create_task(folding(watch.views, watch.store, watch.bell.another().wait)))
            if (months := watch.config.retention.unmatched_months) is not None:
                loops.append(group.create_task(compacting(watch.store, months, watch.clock)))
            async with ticking(lambda: _look(watch), now=watch.clock()):
                await stop.wait()
            log.info("stopping")
            for loop in loops:
                loop.cancel()
    except* (TokenRefused, WebhookRefused, PortTaken) as refused:
        raise ConfigError([str(refused.exceptions[0])]) from refused


async def _listen(watch: Watch, subscriptions: Subscriptions) -> None:
    """Let hubs tell of news."""
    settings = watch.config.websub
    assert settings is not None
    async with listening(settings.host, settings.port, subscriptions.answer) as port:
        log.info("listening for hubs host=%s port=%d", settings.host, port)
        await subscriptions.run()


async def _begin(watch: Watch) -> None:
    """Note the start, and when an earlier run was last known to be alive; whoever starts wants to look at once."""
    feeds = list(watch.poller.feeds)
    # Until the first poll of this run is done, the last one of an earlier run is when somebody last looked.
    watch.poller.last_at = await watch.lane.call(watch.store.last_look)
    begun = monitor.started(watch.run, len(feeds), watch.poller.last_at)
    await watch.record(begun, *_opened(watch, await watch.lane.call(watch.store.head)))
    await watch.lane.call(watch.store.expedite, feeds, due=watch.clock())
    for each in watch.loaded.rules:
        log.info("watching plan=%s feeds=%d rules=%s", each.plan.id, len(feeds), each.id)


def _opened(watch: Watch, head: int) -> tuple[ChannelOpened, ...]:
    """A channel is owed what comes from its first run on, even if Telegram cannot be reached then. One known by its
    @name is opened by the publisher, which learns its id; without a channel the terminal is one."""
    settings = watch.config.telegram
    chats = [one.chat for one in settings.served()] if settings.token is not None else []
    names = [str(chat) for chat in chats or ["terminal"]]
    return tuple(ChannelOpened(channel=name, after=head) for name in names if not name.startswith("@"))


async def _speak(watch: Watch, show: Callable[[str], None]) -> None:
    """Keep the channels up to date and answer in chats, for ever."""
    async with serving(watch, show) as servants:
        try:
            async with asyncio.TaskGroup() as group:
                for servant in servants:
                    group.create_task(servant.run())
        finally:
            for servant in servants:
                await servant.resign()


async def _look(watch: Watch) -> None:
    """One tick: poll what is due. A log that cannot be written is said in one line and tried again with the next."""
    try:
        await watch.poller.drain()
    except* LogError as group:
        log.error("nothing can be recorded: %s", group.exceptions[0])


async def _seal(watch: Watch) -> None:
    """Seal the log every hour, off the hot path."""
    while True:
        await asyncio.sleep(SEAL_EVERY.total_seconds())
        try:
            await watch.lane.call(seal, watch.store, at=watch.clock())
        except LogError as exc:
            log.error("the log was not sealed: %s", exc)
