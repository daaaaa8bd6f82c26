"""The page of a dossier: one HTML file that needs nothing else, for reading and printing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from bot.counted import counted
from bot.questions.coverage import Coverage, length, name_of, percent
from bot.questions.precision import Rate
from bot.telegram.catalogue import titled
from bot.telegram.render import byline, outlet_name, reason, say_found
from bot.telegram.text import clean, safe_url
from matchers.plan import Commitment
from store.events.plan import StatusSet
from store.log import Recorded
from store.views.values import ItemView


@dataclass(frozen=True, slots=True)
class Content:
    """What the page tells. `items` are those that matched in the period, newest first; `posts` the address of each
    story's post; `rules` the activations of the rules that matched, with a line on each; `notes` what people judged and
    what was corrected; `sealed` is the last position a seal covers and `root` that seal's. `plan` is the plan's title,
    `precision` of what people judged of its matches, `lineage` what it was called before, a line on each."""

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
    plan: str = ""
    status: StatusSet | None = None
    precision: Rate | None = None
    lineage: Sequence[str] = ()


def page(content: Content) -> str:
    """The whole file. Everything from outside is escaped, and nothing is loaded: it can be opened from anywhere."""
    one = content.commitment
    title = titled(one.title, "en")
    others = "".join(
        f"<p lang='{escape(lang)}' class='title'>{_said(said)}</p>" for lang, said in one.title.items() if said != title
    )
    return (
        _HEAD.format(title=_said(title))
        + f"<header><p class='kicker'>Dossier · {_said(content.plan or one.id)}</p><h1>{_said(title)}</h1>{others}"
        + f"<p class='by'>{escape(one.id)} · clauses {_said(', '.join(one.clauses) or '–')} · recorded from"
        f" {_time(content.since)} to {_time(content.until)}</p></header>"
        + _section("At a glance", _glance(content))
        + _section("Evidence", _evidence(content))
        + _section("What people judged, and corrections", _table(("when", "position", "note"), _noted(content.notes)))
        + _section("How the period was watched", _watched(content.coverage))
        + _section("Rules in force", _table(("since", "position", "rules"), _noted(content.rules)))
        + _section("Trust", _trust(content))
        + "</main></body></html>"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>" if body else ""


def _glance(content: Content) -> str:
    """The page in a few lines, for who reads no further."""
    rows = [("Evidence", _extent(content.items)), ("By month", _months(content.items))]
    if content.status is not None:
        said, cite = content.status, _link(content.status.cite, content.status.cite)
        by = f", says {_said(said.by)}" if said.by else ""
        rows.append(("Status", f"<strong>{escape(said.step)}</strong>{by}: {_said(said.note)} ({cite})"))
    if content.coverage is not None:
        holes = len(content.coverage.holes)
        gaps = f"; {counted(holes, 'gap')}, listed below" if holes else ""
        rows.append(("Watched", f"{percent(content.coverage.share)} % of the time{gaps}"))
    if content.precision is not None and content.precision.share is not None:
        rate = content.precision
        said_rate = f"{rate.right} of {rate.n} judged stories rightly shown (95 %: {rate.low:.2f} to {rate.high:.2f})"
        rows.append(("Precision", said_rate))
    rows += [("Lineage", _said(one)) for one in content.lineage]
    rows.append(
        ("Made", f"{_time(content.made)} from {counted(content.events, 'event')}; the log stood at {content.position}")
    )
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in rows if said) + "</dl>"


def _extent(items: Sequence[ItemView]) -> str:
    if not items:
        return "no evidence seen in this period"
    stories, outlets = len({item.story or item.key for item in items}), len({outlet_name(item) for item in items})
    langs = Counter(item.lang or "und" for item in items)
    spoken = ", ".join(f"{lang.upper()} {n}" for lang, n in langs.most_common())
    newest = max(item.published or item.seen_at for item in items)
    return (
        f"{counted(stories, 'story', 'stories')} in {counted(len(items), 'item')} of"
        f" {counted(outlets, 'outlet')} ({spoken}); the newest of {newest:%Y-%m-%d}"
    )


def _months(items: Sequence[ItemView]) -> str:
    """Items in each month that had some, as bars."""
    months = Counter(f"{item.published or item.seen_at:%Y-%m}" for item in items)
    most = max(months.values(), default=1)
    return "".join(
        f"<span class='month'><span>{month}</span><span class='bar' style='width:{round(12 * n / most, 1)}rem'></span>"
        f"<span>{n}</span></span>"
        for month, n in sorted(months.items())
    )


def _evidence(content: Content) -> str:
    if not content.items:
        return "<p>No evidence seen in this period.</p>"
    stories: dict[str, list[ItemView]] = {}
    for item in content.items:
        stories.setdefault(item.story or item.key, []).append(item)
    return "".join(_story(items, content) for items in stories.values())


def _story(items: Sequence[ItemView], content: Content) -> str:
    """Items that tell the same, the newest first: the first that was seen leads, the others follow in short."""
    lead = min(items, key=lambda item: item.pos)
    post = content.posts.get(lead.story or "")
    posted = f"<p class='fact'>Posted: {_link(post, post)}</p>" if post else ""
    others = "".join(f"<li>{_short(item, content)}</li>" for item in reversed(items) if item is not lead)
    count = len(items) - 1
    heading = f"<p class='also'>Also reported {counted(count, 'time')}:</p>"
    also = f"{heading}<ul>{others}</ul>" if others else ""
    lang = f" lang='{escape(lead.lang)}'" if lead.lang else ""
    summary = f"<p{lang}>{_said(lead.summary)}</p>" if lead.summary.strip() else ""
    return (
        f"<article><h3{lang}>{_link(lead.url, lead.title or lead.key)}</h3>"
        f"<p class='by'>{_said(byline(lead, 'en'))}</p>{summary}<p class='fact'>{_why(lead, content)}</p>{posted}{also}"
        "</article>"
    )


def _short(item: ItemView, content: Content) -> str:
    lang = f" lang='{escape(item.lang)}'" if item.lang else ""
    title = f"<span{lang}>{_link(item.url, item.title or item.key)}</span>"
    by, why = _said(byline(item, "en")), _why(item, content)
    return f"{title} <span class='by'>{by}</span><br><span class='fact'>{why}</span>"


def _why(item: ItemView, content: Content) -> str:
    """Why it is here, and where that stands in the log."""
    mine = [match for match in item.matches if match.commitment == content.commitment.id]
    facts = [
        f"{_said(say_found(reason(item, match)))} · event {match.pos}, rules {escape(match.rules)}" for match in mine
    ]
    return "; ".join([*facts, f"seen {_time(item.seen_at)}, event {item.pos}"])


def _link(url: str | None, text: str) -> str:
    address = safe_url(url)
    return f"<a href='{escape(address)}' rel='noreferrer noopener'>{_said(text)}</a>" if address else _said(text)


def _watched(coverage: Coverage | None) -> str:
    if coverage is None:
        return "<p>The feeds were not watched in this period.</p>"
    said = (
        f"<p>What could bring something on it ({counted(coverage.feeds, 'feed')}) was watched for"
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
:root {{ color-scheme: light dark; --line: #8885; --quiet: #6a6a6a; }}
@media (prefers-color-scheme: dark) {{ :root {{ --quiet: #a5a5a5; }} }}
body {{ font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans Devanagari", sans-serif; margin: 0; }}
main {{ max-width: 48rem; margin: 0 auto; padding: 2rem 1rem 4rem; }}
h1 {{ margin: .2rem 0; font-size: 2rem; line-height: 1.2; }}
h2 {{ margin: 2.2rem 0 .6rem; font-size: 1.15rem; border-bottom: 2px solid; padding-bottom: .2rem; }}
h3 {{ margin: 0; font-size: 1.05rem; line-height: 1.35; }}
a {{ color: LinkText; text-decoration-thickness: 1px; text-underline-offset: 2px; }}
article {{ margin: 1rem 0; padding-bottom: .8rem; border-bottom: 1px solid var(--line); break-inside: avoid; }}
article p {{ margin: .25rem 0; }} article ul {{ margin: .2rem 0 0; padding-left: 1.1rem; }} li {{ margin: .25rem 0; }}
.kicker, .by, .fact, .also {{ font-size: .85rem; color: var(--quiet); }}
.kicker {{ text-transform: uppercase; letter-spacing: .05em; margin: 0; }}
.title {{ margin: 0; font-weight: 600; color: var(--quiet); }}
dl {{ display: grid; grid-template-columns: 7rem 1fr; gap: .35rem 1rem; margin: 0; }}
dt {{ font-weight: 600; }} dd {{ margin: 0; overflow-wrap: anywhere; }}
.month {{ display: grid; grid-template-columns: 4.5rem 12rem auto; gap: .5rem; align-items: center; font-size: .9rem; }}
.bar {{ background: #2a6fb0; height: .7rem; border-radius: 2px; print-color-adjust: exact; }}
table {{ border-collapse: collapse; width: 100%; font-size: .85rem; }}
th, td {{ text-align: left; padding: .25rem .6rem .25rem 0; vertical-align: top;
 border-bottom: 1px solid var(--line); }}
code {{ overflow-wrap: anywhere; }}
@media print {{ body {{ font-size: 10.5pt; }} main {{ max-width: none; padding: 0; }} h2 {{ break-after: avoid; }}
 h3 a[href^="http"]::after {{ content: " (" attr(href) ")"; font-size: .75em; font-weight: 400;
 overflow-wrap: anywhere; }} }}
</style></head><body><main>"""
