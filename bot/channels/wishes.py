"""What a channel's settings wish for: whom it is for, and how it wants to be told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.channels.audience import Audience
from bot.channels.holding import EVERYTHING, Habits, Reviewing
from bot.channels.rhythm import Hours, Rhythm
from bot.settings import WEEKDAYS, ChannelSettings, DigestSettings
from matchers.plan import Watched


def habits_of(channel: ChannelSettings) -> Habits:
    """How a channel wants to be told."""
    digest, quiet, review = channel.digest, channel.quiet, channel.review
    reviews = review is not None and review.when != "off"
    return Habits(
        digest=Rhythm(digest.every, digest.at, digest.zone, WEEKDAYS.index(digest.weekday or "monday"))
        if digest
        else None,
        only_digests=digest is not None and digest.only,
        quiet=Hours(quiet.start, quiet.to, quiet.zone) if quiet else None,
        review=Reviewing(
            below=review.below if review.when == "low" else EVERYTHING,
            within=timedelta(hours=review.hours),
            silence=review.silence,
        )
        if review is not None and reviews
        else None,
        witness=bool(channel.witness),
        index=channel.index,
    )


def _rhythm(digest: DigestSettings) -> Rhythm:
    return Rhythm(digest.every, digest.at, digest.zone, WEEKDAYS.index(digest.weekday or "monday"))


def audience_of(channel: ChannelSettings, plans: Sequence[Watched]) -> Audience:
    """Whom a channel is for, in terms of commitments: those that are in its plans, its pillars and its list."""
    languages = frozenset(channel.items) or None
    if not (channel.plans or channel.pillars or channel.commitments):
        return Audience(None, languages)
    wanted = (
        one.id
        for each in plans
        if not channel.plans or each.plan.id in channel.plans
        for one in each.commitments
        if (not channel.pillars or one.pillar in channel.pillars)
        and (not channel.commitments or one.id in channel.commitments)
    )
    return Audience(frozenset(wanted), languages)
