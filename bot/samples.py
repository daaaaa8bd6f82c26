"""Posts that were never sent: what a channel's posts will look like, and whether its template can be used. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.demo.botapi.entities import BadText
from bot.demo.botapi.parse_html import parse_html
from bot.settings import ChannelSettings
from bot.telegram import digest
from bot.telegram.catalogue import Catalogue
from bot.telegram.digest import Digest
from bot.telegram.markup import fits
from bot.telegram.render import Post
from bot.telegram.template import DEFAULT
from matchers.plan import Watched
from store.events.fact import Evidence
from store.views.values import ItemView, MatchView, StoryView

_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def sample(channel: ChannelSettings, plans: Sequence[Watched], *, outlets: int = 2, words: int = 1) -> Post | Digest:
    """A post of the channel on the first commitment it is for, told by so many outlets, its texts so many times as
    long as usual."""
    catalogue = Catalogue(plans)
    name = next((one for one in channel.commitments), next(iter(catalogue.commitments), ""))
    lang = channel.language or "en"
    title = " · ".join([catalogue.title(name, lang)] * words)
    items = tuple(_item(number, title, name, lang) for number in range(outlets))
    post = digest.compose(StoryView("sample", items, (name,)), catalogue, lang=lang)
    return replace(post, template=channel.template or DEFAULT) if isinstance(post, Post) else post


def unusable(channel: ChannelSettings, plans: Sequence[Watched]) -> Iterator[str]:
    """What Telegram would say of posts in this layout: of a usual one, and of the longest."""
    for outlets, words in ((2, 1), (40, 60)):
        text = digest.message(sample(channel, plans, outlets=outlets, words=words)).text
        try:
            parse_html(text)
        except BadText as exc:
            yield f"Telegram cannot read a post laid out so: {exc}"
            return
        if not fits(text):
            yield "a long post laid out so is too long for Telegram (4096 letters); leave out a block"
            return


def _item(number: int, title: str, commitment: str, lang: str) -> ItemView:
    summary = f"{title}. {title}."
    found = Evidence(field="summary", start=0, end=len(title), term=title)
    return ItemView(
        key=f"sample-{number}",
        pos=number + 1,
        feed="sample",
        publisher=f"Outlet {number + 1}",
        title=title,
        summary=summary,
        url=f"https://outlet-{number + 1}.example/report",
        lang=lang,
        published=_NOON,
        seen_at=_NOON,
        archive=False,
        digest="",
        story="sample",
        matches=(MatchView(commitment, "", "sample", "", 0.9, (found,), number + 1),),
    )
