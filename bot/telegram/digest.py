"""A digest: many stories in one message, by pillar. And the look of whatever is sent, be it a post or a digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.telegram import render, words
from bot.telegram.callbacks import START_LATEST
from bot.telegram.catalogue import Catalogue, titled
from bot.telegram.markup import Html, bold, fill, fits, html, join, link, visible
from bot.telegram.message import Message
from bot.telegram.render import Post, lead_of, outlet_name
from bot.telegram.text import clean, cut, safe_url
from bot.telegram.words import say_n
from store.views.values import ItemView, StoryView

PREFIX = "digest/"
HEADLINE_UNITS = 140
MAX_STORIES = 40
_NOTHING = Html("")


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest, ready to be sent. `story` is its name in the log."""

    story: str
    message: Message


def compose(
    story: StoryView,
    catalogue: Catalogue | None,
    *,
    lang: str,
    beside: Html = _NOTHING,
    of: str | None = None,
    bot: str | None = None,
) -> Post | Digest:
    """The post of a story; or the digest of many, which is a story by the name of `digest/…` with all their items.
    `beside` is what a digest ends with, `of` what it is about: what is watched, else what its reader follows. `bot` as
    in `listed`."""
    if catalogue is None or not story.id.startswith(PREFIX):
        if catalogue is None:
            return render.compose(story, lang=lang)
        titles = catalogue.titles(story.commitments, lang)
        post = render.compose(story, lang=lang, prefixes=catalogue.prefixes, titles=titles)
        return replace(post, pillar=_home(story, catalogue))
    return Digest(story.id, Message(_text(story, catalogue, lang, beside, of, bot)))


def message(post: Post | Digest) -> Message:
    """For Telegram."""
    return post.message if isinstance(post, Digest) else render.message(post)


def terminal(post: Post | Digest) -> str:
    """For a terminal."""
    return visible(post.message.text) if isinstance(post, Digest) else render.terminal(post)


def listed(
    heading: Html,
    stories: Sequence[StoryView],
    catalogue: Catalogue,
    lang: str,
    *,
    beside: Html = _NOTHING,
    bot: str | None = None,
) -> Html:
    """The stories by pillar below the heading: as many as fit into one message, with room for the text `beside` it.
    How many are left out is said; in a channel, where no commands work, with a link to the `bot` of that name (empty
    where that is not known)."""
    groups = _groups([item for story in stories for item in story.items], catalogue)
    total = sum(len(members) for _, members in groups)
    more = _more(bot, lang)
    for shown in range(min(total, MAX_STORIES), -1, -1):
        text = _shown(heading, groups, shown, catalogue, lang, more)
        if fits(Html(f"{text}\n\n{beside}")):
            return text
    raise AssertionError("a heading always fits")


def _text(story: StoryView, catalogue: Catalogue, lang: str, beside: Html, of: str | None, bot: str | None) -> Html:
    kind, day, part = (*story.id.removeprefix(PREFIX).split("/"), "1")[:3]
    texts = words.DIGESTS_YOURS if of is None else words.DIGESTS
    heading = fill(words.say(texts.get(kind, texts["daily"]), lang), of=of or "", **_when(day, lang))
    if part != "1":
        heading = fill("{heading} · {part}", heading=heading, part=part)
    text = listed(heading, (story,), catalogue, lang, beside=beside, bot=bot)
    return join("\n\n", [text, beside]) if beside else text


def _when(day: str, lang: str) -> dict[str, str]:
    date_, _, minute = day.partition("T")
    return {"day": words.day(date.fromisoformat(date_), lang), "time": f"{minute[:2]}:{minute[2:]}"}


def _shown(
    heading: Html,
    groups: list[tuple[str, list[StoryView]]],
    limit: int,
    catalogue: Catalogue,
    lang: str,
    more: Callable[[int], Html],
) -> Html:
    blocks: list[str] = [heading]
    left = limit
    for number, members in groups:
        lines = [_line(member, lang) for member in members[:left]]
        left -= len(lines)
        if lines:
            blocks.append(join("\n", [*_pillar(number, catalogue, lang), *lines]))
    rest = sum(len(members) for _, members in groups) - limit
    if rest > 0:
        blocks.append(more(rest))
    return join("\n\n", blocks)


def _more(bot: str | None, lang: str) -> Callable[[int], Html]:
    """How it is said that there are so many more."""

    def said(rest: int) -> Html:
        if bot is None:
            return fill(say_n(words.DIGEST_MORE, rest, lang), n=words.number(rest, lang))
        text = words.say(words.AND_MORE, lang).format(n=words.number(rest, lang))
        return link(text, f"https://t.me/{bot}?start={START_LATEST}" if bot else None)

    return said


def _groups(items: Sequence[ItemView], catalogue: Catalogue) -> list[tuple[str, list[StoryView]]]:
    """The stories by the pillar of their best commitment, in the plan's order; those of none last."""
    order = [pillar.id for pillar in catalogue.pillars]
    by_pillar: dict[str, list[StoryView]] = {name: [] for name in (*order, "")}
    for story in _stories(items):
        by_pillar[_home(story, catalogue)].append(story)
    return [(name, members) for name, members in by_pillar.items() if members]


def _home(story: StoryView, catalogue: Catalogue) -> str:
    """The pillar of the story's best commitment; empty where it has none."""
    entry = catalogue.commitments.get(story.commitments[0]) if story.commitments else None
    return entry.pillar if entry is not None and entry.pillar and catalogue.pillar(entry.pillar) else ""


def _stories(items: Sequence[ItemView]) -> Iterator[StoryView]:
    members: dict[str, list[ItemView]] = {}
    for item in items:
        members.setdefault(item.story or item.key, []).append(item)
    for name, mine in members.items():
        best = sorted((match for item in mine for match in item.matches), key=lambda match: (-match.score, match.pos))
        yield StoryView(name, tuple(mine), tuple(dict.fromkeys(match.commitment for match in best)))


def _pillar(number: str, catalogue: Catalogue, lang: str) -> list[Html]:
    pillar = catalogue.pillar(number)
    return [bold(f"{pillar.id}. {titled(pillar.title, lang)}")] if pillar else []


def _line(story: StoryView, lang: str) -> Html:
    item = lead_of(story)
    headline = cut(clean(item.title), HEADLINE_UNITS) or outlet_name(item)
    when = words.day(item.published or item.seen_at, lang)
    return Html(f"• {link(headline, safe_url(item.url))} · {html(outlet_name(item))}, {html(when)}")
