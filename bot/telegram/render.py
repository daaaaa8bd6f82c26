"""One story as one post: its content (`Post`), and that content as HTML for Telegram and as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.telegram import keyboards, words
from bot.telegram.markup import Html, bold, fill, html, join, link, quotation
from bot.telegram.message import Message
from bot.telegram.template import DEFAULT, laid_out
from bot.telegram.text import clean, clean_part, cut, fold, host_of, safe_url, sentences, tail, units
from store.views.values import ItemView, MatchView, StoryView

HEADLINE_UNITS = 300
EXCERPT_UNITS = 500
NAME_UNITS = 60
MAX_TAGS = 5
MAX_OUTLETS = 15


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the excerpt; `hit` marks words that made the item match."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a commitment was found: the words of it, and the words that place it (the two countries). `commitment` is
    what people call it."""

    commitment: str
    terms: tuple[str, ...]
    context: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet that tells the story, and where."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Post:
    """What a post says, whatever shows it; and how it is to be shown: `score` is that of its best match, 0 to 1,
    `pillar` the home of its first commitment, `reply_to` the message it continues."""

    story: str
    tags: tuple[str, ...]
    headline: str
    url: str | None
    byline: str
    excerpt: tuple[Part, ...]
    reasons: tuple[Reason, ...]
    further: tuple[Outlet, ...]
    lang: str = "en"
    score: float = 0.0
    pillar: str = ""
    reply_to: int | None = None
    template: str = DEFAULT
    translation: str = ""


def compose(
    story: StoryView,
    *,
    lang: str = "en",
    prefixes: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> Post:
    """The content of the story's post. Its first item that was news to us leads; later outlets follow. `prefixes` begin
    the hashtag of each commitment, `titles` are what people call them."""
    lead = lead_of(story)
    return Post(
        story=story.id,
        tags=tuple(tag(name, (prefixes or {}).get(name, "")) for name in story.commitments[:MAX_TAGS]),
        headline=cut(clean(lead.title), HEADLINE_UNITS) or outlet_name(lead) or "–",
        url=safe_url(lead.url),
        byline=byline(lead, lang),
        excerpt=excerpt(lead),
        reasons=tuple(
            replace(one, commitment=cut((titles or {}).get(one.commitment, one.commitment), NAME_UNITS))
            for one in reasons(story)
        ),
        further=further(story, lead),
        lang=lang,
        score=max((match.score for item in story.items for match in item.matches), default=0.0),
    )


def message(post: Post) -> Message:
    """The post for Telegram, within its limits whatever the feed said."""
    blocks = {
        "tags": join(" ", (Html(mark) for mark in post.tags)),
        "headline": _headline_html(post),
        "byline": html(post.byline),
        "excerpt": quotation(_excerpt_html(post.excerpt)) if post.excerpt else Html(""),
        "why": html(why_line(post)) if post.reasons else Html(""),
        "outlets": _further_html(post) if post.further else Html(""),
        "title": html(post.headline),
        "url": html(post.url or ""),
    }
    return Message(laid_out(post.template, blocks), keyboards.post(post.story, post.url, post.lang), preview=True)


def _headline_html(post: Post) -> Html:
    """The headline as the outlet has it; below it, marked, what a machine made of it in the channel's language."""
    headline = bold(link(post.headline, post.url))
    if not post.translation:
        return headline
    return join(
        "\n", [headline, fill(words.say(words.TRANSLATED, post.lang), title=cut(post.translation, HEADLINE_UNITS))]
    )


def terminal(post: Post, *, width: int = 78) -> str:
    """The post as plain text, for a run without a token."""
    blocks = [" ".join(post.tags), post.headline, post.byline, post.url or ""]
    if post.excerpt:
        blocks.append("“" + "".join(part.text for part in post.excerpt) + "”")
    if post.reasons:
        blocks.append(why_line(post))
    if post.further:
        blocks.append(_outlets_text(post).format(n=len(post.further), names=", ".join(o.name for o in post.further)))
    return "\n".join(_wrap(block, width) for block in blocks if block)


def lead_of(story: StoryView, commitment: str | None = None) -> ItemView:
    """The item whose headline stands for the story: the oldest match (with the commitment, where one is named) that
    was not in a feed's archive, else the oldest."""
    wanted = [item for item in story.items if any(commitment in (None, m.commitment) for m in item.matches)]
    candidates = wanted or list(story.items)
    return next((item for item in candidates if not item.archive), candidates[0])


def tag(commitment: str, prefix: str = "") -> str:
    """The hashtag of a commitment: ASCII, because a hashtag breaks at hyphens and at Hindi vowel signs."""
    name = "_".join(word[:1].upper() + word[1:] for word in commitment.replace("-", "_").split("_") if word)
    return f"#{prefix}_{name}" if prefix else f"#{name}"


def outlet_name(item: ItemView) -> str:
    """Who published the item: the feed's publisher, else the host of its address, else the feed."""
    return cut(clean(item.publisher or "") or host_of(item.url) or item.feed, 60)


def byline(item: ItemView, lang: str) -> str:
    """Outlet · date · language of the item."""
    when = words.day(item.published or item.seen_at, lang)
    return " · ".join(part for part in (outlet_name(item), when, (item.lang or "").upper()) if part)


def excerpt(item: ItemView) -> tuple[Part, ...]:
    """The sentence of the summary in which most was found, the words found marked; else its first sentence."""
    sound = _hits(item)
    spans = [span for span in sentences(item.summary) if item.summary[slice(*span)].strip()]
    if not spans or fold(item.summary) == fold(item.title):
        return ()
    best = max(spans, key=lambda span: sum(span[0] <= start < span[1] for start, _ in sound))
    return _window(tuple(_parts(item.summary, best, sound)))


def reasons(story: StoryView) -> tuple[Reason, ...]:
    """One reason per commitment, best first: from the item that leads the post if it shows it, since readers see
    its words, else from the item that shows it best."""
    lead = lead_of(story)
    found = []
    for commitment in story.commitments[:MAX_TAGS]:
        pairs = [(item, match) for item in story.items for match in item.matches if match.commitment == commitment]
        if pairs:
            found.append(reason(*max(pairs, key=lambda pair: (pair[0] is lead, pair[1].score))))
    return tuple(found)


def reason(item: ItemView, match: MatchView) -> Reason:
    """The words in the item's own spelling that made it match."""
    terms = _surfaces(item, match, context=False)
    known = {fold(term) for term in terms}
    context = [said for said in _surfaces(item, match, context=True) if fold(said) not in known]
    return Reason(match.commitment, terms[:3], tuple(context[:4]))


def why_line(post: Post) -> str:
    """Why the post is here: `“defence industrial roadmap” + India, Italy`; where it is for several commitments, which
    words are of which: `Ports: “dock”; Research: “laboratory” + India`. What places the story is said once, at the
    end."""
    is_one = len(post.reasons) == 1
    said = "; ".join(
        (_quoted(entry) if is_one else f"{entry.commitment}: {_quoted(entry)}") if entry.terms else entry.commitment
        for entry in post.reasons
    )
    known = {fold(term) for entry in post.reasons for term in entry.terms}
    context = {fold(word): word for entry in post.reasons for word in entry.context if fold(word) not in known}
    placed = f" + {', '.join(list(context.values())[:4])}" if context else ""
    return words.say(words.WHY, post.lang).format(reasons=said + placed)


def say_found(entry: Reason) -> str:
    """The words found: “defence industrial roadmap” + India, Italy."""
    return " + ".join(part for part in (_quoted(entry), ", ".join(entry.context)) if part)


def _quoted(entry: Reason) -> str:
    return ", ".join(f"“{term}”" for term in entry.terms)


def further(story: StoryView, lead: ItemView) -> tuple[Outlet, ...]:
    """The other outlets that tell the story, in the order they joined, each once."""
    seen = {fold(outlet_name(lead))}
    others = []
    for item in story.items:
        name = outlet_name(item)
        if item is not lead and item.matches and fold(name) not in seen:
            seen.add(fold(name))
            others.append(Outlet(name, safe_url(item.url)))
    return tuple(others)


def _surfaces(item: ItemView, match: MatchView, *, context: bool) -> tuple[str, ...]:
    """What was found, as it stands in the item, each wording once; as the rule has it where the item was revised
    since and the offsets point elsewhere."""
    by_fold: dict[str, str] = {}
    for found in match.evidence:
        if (found.role != "term") is context:
            text = {"title": item.title, "summary": item.summary}.get(found.field, "")
            surface = clean(text[found.start : found.end]) if match.digest in {"", item.digest} else ""
            said = cut(surface or clean(found.term).strip("=*"), 60)
            by_fold.setdefault(fold(said), said)
    # "terror" says nothing beside "terror financing".
    return tuple(said for key, said in by_fold.items() if not any(key in other for other in by_fold if other != key))


def _hits(item: ItemView) -> list[tuple[int, int]]:
    """Where in the summary the words of a commitment were found, in order."""
    found = {
        (hit.start, hit.end)
        for match in item.matches
        if match.digest in {"", item.digest}
        for hit in match.evidence
        if hit.field == "summary" and hit.role == "term" and 0 <= hit.start < hit.end <= len(item.summary)
    }
    return sorted(found)


def _parts(text: str, span: tuple[int, int], hits: Sequence[tuple[int, int]]) -> Iterable[Part]:
    """The stretch of text as parts, hits apart from the rest. Overlapping hits count once."""
    place, end = span
    for start, stop in hits:
        if place <= start < end:
            yield Part(clean_part(text[place:start]))
            yield Part(clean_part(text[start : min(stop, end)]), hit=True)
            place = min(stop, end)
    yield Part(clean_part(text[place:end]))


def _window(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts within the excerpt's length, the first hit always among them."""
    kept = [part for part in parts if part.text]
    if kept:
        kept[0] = Part(kept[0].text.lstrip(), kept[0].hit)
        kept[-1] = Part(kept[-1].text.rstrip(), kept[-1].hit)
    first = next((index for index, part in enumerate(kept) if part.hit), 0)
    head = tail("".join(part.text for part in kept[:first]), EXCERPT_UNITS // 3)
    fitted = [Part(head)] if head else []
    room = EXCERPT_UNITS - units(head)
    for part in kept[first:]:
        shown = cut(part.text, room)
        if shown:
            fitted.append(Part(shown, part.hit))
        room -= units(shown)
        if shown != part.text:
            break
    return tuple(fitted)


def _excerpt_html(parts: Iterable[Part]) -> Html:
    return join("", (bold(part.text) if part.hit else html(part.text) for part in parts))


def _further_html(post: Post) -> Html:
    shown = [link(outlet.name, outlet.url) for outlet in post.further[:MAX_OUTLETS]]
    left = len(post.further) - len(shown)
    if left:
        shown.append(html(words.say(words.AND_MORE, post.lang).format(n=left)))
    return fill(_outlets_text(post), n=len(post.further), names=join(", ", shown))


def _outlets_text(post: Post) -> str:
    return words.say_n(words.OUTLETS, len(post.further), post.lang)


def _wrap(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)
