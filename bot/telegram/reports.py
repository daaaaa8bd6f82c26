"""How operators are told: the feeds, and what is held up. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.questions.coverage import length, percent
from bot.telegram import staffwords, words
from bot.telegram.actions import HoldChannel, HoldFeed, ShowFeeds
from bot.telegram.answers import Reader, note, signed
from bot.telegram.keyboards import Button, button, rows
from bot.telegram.markup import Html, bold, fill, html, join, link
from bot.telegram.message import Message
from bot.telegram.text import clean, cut, host_of, safe_url
from bot.telegram.words import say, say_n
from bot.watch.feedstate import Line

MAX_LINES = 15
REASON_UNITS = 120


def feeds(lines: Sequence[Line], reader: Reader) -> Message:
    """How many feeds fare how, and those that do not fare well."""
    lang = reader.lang
    states = Counter(one.state for one in lines)
    counts = ", ".join(
        f"{words.number(n, lang)} {say(staffwords.FEED_STATES[state], lang)}" for state, n in states.items()
    )
    heading = fill(say_n(staffwords.FEEDS, len(lines), lang), n=words.number(len(lines), lang), counts=counts)
    ailing = [one for one in lines if one.state in {"failing", "gone", "stale", "paused"}]
    said = [_told(one, lang) for one in ailing[:MAX_LINES]]
    if len(ailing) > MAX_LINES:
        said.append(html(say(words.AND_MORE, lang).format(n=len(ailing) - MAX_LINES)))
    buttons = [(button(one.feed.id, ShowFeeds(one.feed.id)),) for one in ailing[:8]]
    return signed(join("\n\n", [heading, *([join("\n", said)] if said else [])]), reader, rows(*buttons))


def feed(one: Line, reader: Reader, *, now: datetime) -> Message:
    """One feed, and the button that holds it up or lets it go on."""
    lang, unknown = reader.lang, "–"
    text = fill(
        say(staffwords.FEED, lang),
        feed=one.feed.id,
        state=say(staffwords.FEED_STATES[one.state], lang),
        url=link(host_of(one.feed.url) or one.feed.url, safe_url(one.feed.url)),
        every=length(one.polled.interval, lang) if one.polled.interval else unknown,
        newest=words.moment(one.last_item_at, lang) if one.last_item_at else unknown,
        items=words.number(one.items, lang),
        watched=f"{percent(one.coverage.share, lang)}%" if one.coverage else unknown,
        due=words.moment(max(one.due, now), lang) if one.due else unknown,
    )
    if one.since:
        text = join("\n", [text, _told(one, lang)])
    paused = one.state == "paused"
    label = say(staffwords.RESUME_BUTTON if paused else staffwords.PAUSE_BUTTON, lang)
    back = button(say(staffwords.FEEDS_BUTTON, lang), ShowFeeds())
    return signed(text, reader, rows((button(label, HoldFeed(one.feed.id, not paused)), back)))


def no_feed(asked: str, near: Sequence[str], reader: Reader) -> Message:
    """A name that no feed has, and those that come near."""
    page = note(staffwords.NO_FEED, reader, feed=asked)
    return Message(page.text, rows(*((button(name, ShowFeeds(name)),) for name in near)))


def held_feed(name: str, reader: Reader, *, pause: bool) -> Message:
    """A feed was paused or resumed."""
    page = note(staffwords.FEED_PAUSED if pause else staffwords.FEED_RESUMED, reader, feed=name)
    return Message(page.text, rows((_turn_back(HoldFeed(name, not pause), reader.lang, pause=pause),)))


def channels(names: Sequence[str], reader: Reader, *, pause: bool) -> Message:
    """Publishing was paused or resumed."""
    page = note(staffwords.CHANNEL_PAUSED if pause else staffwords.CHANNEL_RESUMED, reader, channel=", ".join(names))
    turns = [(_turn_back(HoldChannel(name, not pause), reader.lang, pause=pause),) for name in names[:4]]
    return Message(page.text, rows(*turns))


def held(channels_paused: Mapping[str, bool], feeds_paused: Sequence[str], reader: Reader) -> Message:
    """What can be held up, and what is."""
    lang = reader.lang
    names = [*(name for name, paused in channels_paused.items() if paused), *feeds_paused]
    shown = join(", ", (bold(name) for name in names[:MAX_LINES])) if names else html("–")
    text = fill(say(staffwords.HELD, lang), held=shown)
    turns = [
        (_turn_back(HoldChannel(name, not paused), lang, pause=paused, what=name),)
        for name, paused in list(channels_paused.items())[:6]
    ]
    return signed(text, reader, rows(*turns))


def _turn_back(wanted: HoldFeed | HoldChannel, lang: str, *, pause: bool, what: str = "") -> Button | None:
    """The button that undoes: what is paused can be resumed, and the other way round."""
    label = say(staffwords.RESUME_BUTTON if pause else staffwords.PAUSE_BUTTON, lang)
    return button(f"{label} {what}".strip(), wanted)


def _told(one: Line, lang: str) -> Html:
    state = say(staffwords.FEED_STATES[one.state], lang)
    if one.since is None:
        return fill("• <b>{feed}</b>: {state}", feed=one.feed.id, state=state)
    reason = cut(clean(one.reason), REASON_UNITS)
    when = words.day(one.since, lang)
    return fill(say(staffwords.FEED_SINCE, lang), feed=one.feed.id, state=state, when=when, reason=reason)
