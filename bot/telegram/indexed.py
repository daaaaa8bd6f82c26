"""The index as people read it: pillars, their commitments, how much was reported on each and what last. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.telegram import words
from bot.telegram.catalogue import Catalogue, names_of, titled
from bot.telegram.digest import Digest
from bot.telegram.markup import Html, bold, fill, fits, html, join, link
from bot.telegram.message import Message
from bot.telegram.text import cut
from bot.telegram.words import say, say_n
from matchers.plan import Commitment

TITLE_UNITS = 90


@dataclass(frozen=True, slots=True)
class Seen:
    """What was reported on a commitment: how many reports, and when and where the newest was published."""

    reports: int = 0
    newest: datetime | None = None
    url: str | None = None


def index(
    name: str, catalogue: Catalogue, entries: Sequence[Commitment], seen: Mapping[str, Seen], lang: str
) -> Digest:
    """The index of these commitments. Where all of it does not fit into one message, those without a report go first,
    then the last ones; how many are left out is said."""
    reported = [one for one in entries if seen.get(one.id, _NONE).reports]
    for shown in (entries, *(reported[:count] for count in range(len(reported), -1, -1))):
        text = _text(catalogue, shown, len(entries) - len(shown), seen, lang)
        if fits(text):
            return Digest(name, Message(text))
    raise AssertionError("a heading always fits")


def _text(
    catalogue: Catalogue, entries: Sequence[Commitment], left_out: int, seen: Mapping[str, Seen], lang: str
) -> Html:
    blocks = [fill(say(words.INDEX, lang), plan=cut(names_of(catalogue.plans, lang), 120))]
    for number in dict.fromkeys(one.pillar or "" for one in entries):
        home = catalogue.pillar(number)
        heading = [bold(f"{home.id}. {titled(home.title, lang)}")] if home else []
        mine = [_line(one, seen.get(one.id, _NONE), lang) for one in entries if (one.pillar or "") == number]
        blocks.append(join("\n", [*heading, *mine]))
    if left_out:
        blocks.append(fill(say_n(words.INDEX_MORE, left_out, lang), n=words.number(left_out, lang)))
    return join("\n\n", blocks)


def _line(entry: Commitment, seen: Seen, lang: str) -> Html:
    title = cut(titled(entry.title, lang), TITLE_UNITS)
    if not seen.reports or seen.newest is None:
        return fill("• {title} – {none}", title=title, none=say(words.INDEX_NONE, lang))
    told = fill(
        say_n(words.INDEX_SEEN, seen.reports, lang),
        n=words.number(seen.reports, lang),
        day=words.day(seen.newest, lang),
    )
    return Html(f"• {link(title, seen.url)} – {html(told)}")


_NONE = Seen()
