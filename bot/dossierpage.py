"""The page of a dossier: one HTML file that needs nothing else, for reading and printing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from bot.coverage import Coverage, length, name_of, percent
from bot.telegram.render import byline, reason, say_found
from bot.telegram.text import clean, safe_url
from matchers.plan import Commitment
from store.log import Recorded
from store.views.values import ItemView


@dataclass(frozen=True, slots=True)
class Content:
    """What the page tells. `items` are those that matched in the period, newest first; `posts` the address of each
    story's post; `rules` the activations of the rules that matched, with a line on each; `sealed` is the last
    position a seal covers and `root` that seal's."""

    commitment: Commitment
    since: datetime
    until: datetime
    made: datetime
    position: int
    events: int
    items: Sequence[ItemView]
    posts: Mapping[str, str]
    coverage: Coverage | None
    rules: Sequence[tuple[Recorded, str]]
    notes: Sequence[tuple[Recorded, str]]
    sealed: int
    root: str


def page(content: Content) -> str:
    """The whole file. Everything from outside is escaped, and nothing is loaded: it can be opened from anywhere."""
    one = content.commitment
    titles = "".join(f"<p lang='{escape(lang)}' class='title'>{_said(title)}</p>" for lang, title in one.title.items())
    return (
        _HEAD.format(title=escape(one.id))
        + f"<header><p class='kicker'>Dossier</p><h1>{escape(one.id)}</h1>{titles}"
        + f"<p>Clauses {_said(', '.join(one.clauses) or '–')}. Recorded from {_time(content.since)} to"
        f" {_time(content.until)}. Made {_time(content.made)} from {content.events} events; the log stood at position"
        f" {content.position}.</p></header>"
        + _section("Evidence", _evidence(content))
        + _section("What people noted", _table(("when", "position", "note"), _noted(content.notes)))
        + _section("How the period was watched", _watched(content.coverage))
        + _section("Rules in force", _table(("since", "position", "rules"), _noted(content.rules)))
        + _section("Trust", _trust(content))
        + "</main></body></html>"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>" if body else ""


def _evidence(content: Content) -> str:
    if not content.items:
        return "<p>No evidence seen in this period.</p>"
    count = f"<p>{len(content.items)} item{'s' if len(content.items) != 1 else ''}, the newest first.</p>"
    return count + "".join(_item(item, content) for item in content.items)


def _item(item: ItemView, content: Content) -> str:
    url = safe_url(item.url)
    title = _said(item.title) or escape(item.key)
    heading = f"<a href='{escape(url)}' rel='noreferrer noopener'>{title}</a>" if url else title
    matches = [match for match in item.matches if match.commitment == content.commitment.id]
    facts = [f"position {item.pos}, seen {_time(item.seen_at)}"]
    facts += [
        f"matched at {match.pos} (rules {escape(match.rules)}, score {match.score:.2f}): "
        + _said(say_found(reason(item, match)))
        for match in matches
    ]
    post = content.posts.get(item.story or "")
    if post:
        shown = escape(post)
        facts.append(f"posted: <a href='{shown}'>{shown}</a>" if post.startswith("https://") else f"posted: {shown}")
    lang = f" lang='{escape(item.lang)}'" if item.lang else ""
    summary = f"<p{lang}>{_said(item.summary)}</p>" if item.summary.strip() else ""
    return (
        f"<article><h3{lang}>{heading}</h3><p class='by'>{_said(byline(item, 'en'))}</p>{summary}"
        + "".join(f"<p class='fact'>{fact}</p>" for fact in facts)
        + "</article>"
    )


def _watched(coverage: Coverage | None) -> str:
    if coverage is None:
        return "<p>The feeds were not watched in this period.</p>"
    said = (
        f"<p>The {coverage.feeds} feeds that could bring something on it were watched for"
        f" {percent(coverage.share)} % of the time since {_time(coverage.since)}.</p>"
    )
    if not coverage.holes:
        return said
    rows = (
        (
            _time(hole.since),
            _time(hole.until),
            length(hole.length),
            _said(name_of(hole.feed) if hole.feed else "all feeds"),
        )
        for hole in sorted(coverage.holes, key=lambda hole: hole.since)
    )
    return said + "<p>In these times items may have been missed:</p>" + _table(("from", "to", "length", "feed"), rows)


def _trust(content: Content) -> str:
    sealed = (
        f"<p>Every event of this dossier up to position {content.sealed} lies under a seal of the log. The last root is"
        f" <code>{escape(content.root)}</code>; compare it with one that was published elsewhere.</p>"
        if content.sealed
        else "<p>No seal covers these events yet.</p>"
    )
    return (
        sealed
        + "<p>Check it without the log, without a network: <code>pactwatch verify DIR</code>. By hand: the leaf of"
        " an event is SHA-256 over 0x00 and its position, key, type, time, SHA-256 of its data, and its meta, as"
        " netstrings; the path in proofs.jsonl leads from there to the root in seals.jsonl (RFC 9162 §2.1.3).</p>"
        "<p>A proof says that an event stood in the log as it stands here. That nothing was left out can only be"
        " checked against the whole log.</p>"
    )


def _noted(rows: Iterable[tuple[Recorded, str]]) -> list[tuple[str, str, str]]:
    return [(_time(recorded.at), str(recorded.pos), _said(text)) for recorded, text in rows]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already; nothing where there is no row."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    heading = "".join(f"<th scope='col'>{name}</th>" for name in head)
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def _said(text: str) -> str:
    """Text from outside, safe in an element and in a quoted attribute."""
    return escape(clean(text))


def _time(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Dossier: {title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 0; }}
main {{ max-width: 46rem; margin: 0 auto; padding: 2rem 1rem; }}
h1 {{ margin: 0; }} h2 {{ margin: 2.5rem 0 .5rem; border-bottom: 1px solid; }} h3 {{ margin: 0; font-size: 1.05rem; }}
article {{ margin: 1.25rem 0; break-inside: avoid; }} article p {{ margin: .2rem 0; }}
.kicker, .by, .fact {{ font-size: .85rem; opacity: .75; }} .title {{ margin: .2rem 0; font-weight: 600; }}
table {{ border-collapse: collapse; width: 100%; font-size: .85rem; }}
th, td {{ text-align: left; padding: .2rem .5rem .2rem 0; border-bottom: 1px solid #8884; vertical-align: top; }}
code {{ overflow-wrap: anywhere; }}
@media print {{ body {{ font-size: 11pt; }} main {{ max-width: none; padding: 0; }}
 a[href^="http"]::after {{ content: " (" attr(href) ")"; font-size: .8em; overflow-wrap: anywhere; }} }}
</style></head><body><main>"""
