"""Several plans in one process: what must not clash between them, and what a channel may name. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.meant import meant
from bot.settings import ChannelSettings, Config, FeedSettings, TelegramSettings
from matchers.plan import Watched

Where = tuple[str | int, ...]


def distinguished(plans: Sequence[Watched]) -> tuple[Watched, ...]:
    """The plans, the pillars of all but the first named anew, since every plan has a pillar IV: `UK35-IV`."""
    return tuple(each if number == 0 else _relabelled(each) for number, each in enumerate(plans))


def merged(feeds: Iterable[Sequence[FeedSettings]]) -> tuple[FeedSettings, ...]:
    """The feeds of all plans, each once; one that serves several lends each of them its side."""
    found: dict[str, FeedSettings] = {}
    for feed in (feed for each in feeds for feed in each):
        known = found.setdefault(feed.id, feed)
        found[feed.id] = replace(known, context=tuple(dict.fromkeys((*known.context, *feed.context))))
    return tuple(found.values())


def clashes(configs: Sequence[Config]) -> Iterator[tuple[int, Where, str]]:
    """What two files say differently: the number of the later file, the place in it, and what is wrong there."""
    plans: dict[str, int] = {}
    commitments: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for number, config in enumerate(configs):
        if plans.setdefault(config.plan.id, number) < number:
            yield number, ("plan", "id"), f"{config.plan.id!r}: this plan is watched already; ids must differ"
        for index, one in enumerate(config.commitments):
            owner = commitments.setdefault(one.id, config.plan.id)
            if owner != config.plan.id:
                wanted = f"{one.id!r}: already a commitment of {owner}; rename one, for readers call it by this name"
                yield number, ("commitments", index, "id"), wanted
        for index, feed in enumerate(config.feeds):
            if addresses.setdefault(feed.id, feed.url) != feed.url:
                wanted = (
                    f"{feed.id!r}: already the id of {addresses[feed.id]}; rename this feed or give it that address"
                )
                yield number, ("feeds", index, "id"), wanted


def unknown_audiences(settings: TelegramSettings, plans: Sequence[Watched]) -> Iterator[tuple[Where, str]]:
    """What `telegram.channels` names and no plan has, and chats that stand there twice."""
    known = {
        "plans": [each.plan.id for each in plans],
        "pillars": [pillar.id for each in plans for pillar in each.plan.pillars],
        "commitments": [one.id for each in plans for one in each.commitments],
    }
    chats = [settings.channel] if settings.channel is not None else []
    for index, channel in enumerate(settings.channels):
        if channel.chat in chats:
            yield ("telegram", "channels", index, "chat"), f"{channel.chat!r}: served already; a chat has one entry"
        chats.append(channel.chat)
        yield from _contradictions(("telegram", "channels", index), channel, settings)
        for key, names in known.items():
            for place, name in enumerate(getattr(channel, key)):
                if name not in names:
                    yield (
                        ("telegram", "channels", index, key, place),
                        f"{name!r}: no such {key[:-1]}" + _near(name, names),
                    )


def _contradictions(where: Where, channel: ChannelSettings, settings: TelegramSettings) -> Iterator[tuple[Where, str]]:
    """What a channel's habits ask for and cannot have."""
    if channel.quiet is not None and channel.quiet.start == channel.quiet.to:
        yield (*where, "quiet"), "begins when it ends; leave it out, or name two different times"
    if channel.digest is not None and channel.digest.weekday and channel.digest.every != "weekly":
        yield (*where, "digest", "weekday"), f"a {channel.digest.every} digest has no weekday; leave it out, or weekly"
    if channel.review is not None and channel.review.when != "off" and not (settings.reviewers or settings.admins):
        yield (*where, "review"), "nobody may review; name people in telegram.reviewers or telegram.admins"
    if channel.translate and settings.translate is None:
        yield (*where, "translate"), "nobody translates; name a program in telegram.translate.command"
    if channel.review is not None and channel.review.chat == channel.chat:
        yield (*where, "review", "chat"), "is the channel itself; reviewers need a chat of their own"


def _relabelled(each: Watched) -> Watched:
    label = each.plan.tag or each.plan.id[:20]
    pillars = tuple(replace(pillar, id=f"{label}-{pillar.id}") for pillar in each.plan.pillars)
    return Watched(
        plan=replace(each.plan, pillars=pillars),
        commitments=tuple(
            replace(one, pillar=f"{label}-{one.pillar}") if one.pillar else one for one in each.commitments
        ),
    )


def _near(name: str, known: Sequence[str]) -> str:
    close = meant(name, known)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(known) or 'none'}"
