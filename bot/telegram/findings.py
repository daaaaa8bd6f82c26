"""How findings are worded: what was seen at all, what was known then, silence, status, and the captions of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.questions.silence import Silence
from bot.questions.status import Judgement
from bot.telegram import words
from bot.telegram.actions import MakeDossier, ShowCommitment, ShowPast, ShowSeen
from bot.telegram.answers import PAGE, Reader, choices, head, signed
from bot.telegram.catalogue import Catalogue, titled
from bot.telegram.keyboards import Button, Keyboard, button, rows
from bot.telegram.markup import Html, bold, fill, html, join, link
from bot.telegram.message import Message
from bot.telegram.text import clean, cut, host_of, safe_url
from bot.telegram.words import say, say_n
from matchers.plan import Commitment
from store.views.values import ItemView

MAX_SILENT = 12
MAX_STATUS = 12
NOTE_UNITS = 300


def seen(catalogue: Catalogue, asked: ShowSeen, items: Sequence[ItemView], reader: Reader) -> Message:
    """A page of all items with these words, newest first; `items` may hold one more than a page."""
    lang, shown = reader.lang, items[:PAGE]
    if not shown:
        return signed(fill(say(words.NO_OLDER if asked.before else words.NOT_SEEN, lang), words=asked.words), reader)
    blocks = [fill(say(words.SEEN, lang), words=asked.words), *(_item(catalogue, one, lang) for one in shown)]
    return signed(
        join("\n\n", blocks),
        reader,
        _pager(
            button(say(words.NEWEST, lang), ShowSeen(asked.words)) if asked.before else None,
            button(say(words.OLDER, lang), ShowSeen(asked.words, shown[-1].pos)) if len(items) > PAGE else None,
        ),
    )


def past(
    catalogue: Catalogue,
    asked: ShowPast,
    day: date,
    items: Sequence[ItemView],
    judged: Judgement | None,
    reader: Reader,
) -> Message:
    """What was known on that day; `judged` is the status that stood then. `items` may hold one more than a page."""
    lang, shown = reader.lang, items[:PAGE]
    blocks = [fill(say(words.PAST, lang), day=words.day(day, lang))]
    if asked.commitment:
        blocks[0] = join("\n", [blocks[0], bold(catalogue.title(asked.commitment, lang))])
    if judged:
        blocks.append(_judged(judged, lang))
    blocks += [_item(catalogue, one, lang, told=asked.commitment) for one in shown]
    if not shown:
        blocks.append(fill(say(words.NO_OLDER if asked.before else words.PAST_NONE, lang)))
    first = ShowPast(asked.until, asked.commitment)
    older = ShowPast(asked.until, asked.commitment, shown[-1].pos) if len(items) > PAGE else None
    return signed(
        join("\n\n", blocks),
        reader,
        _pager(
            button(say(words.NEWEST, lang), first) if asked.before else None,
            button(say(words.OLDER, lang), older) if older else None,
        ),
    )


def silences(catalogue: Catalogue, found: Sequence[Silence], reader: Reader) -> Message:
    """For how long nothing was seen: the longest first. Of several, those that were silent for a day at least."""
    lang = reader.lang
    long = [one for one in found if len(found) == 1 or (one.watched_days or 0) >= 1]
    ordered = sorted(long, key=lambda one: (-(one.watched_days or -1), one.commitment))
    lines = [_silence(catalogue, one, lang) for one in ordered[:MAX_SILENT]]
    if len(ordered) > MAX_SILENT:
        lines.append(html(say(words.AND_MORE, lang).format(n=len(ordered) - MAX_SILENT)))
    said = join("\n", lines) if lines else fill(say(words.SILENCE_NONE, lang))
    text = join("\n\n", [fill(say(words.SILENCE, lang)), said])
    listed = [catalogue.commitments[one.commitment] for one in ordered[:3] if len(found) > 1]
    return signed(text, reader, rows(*choices(listed, lang)))


def statuses(catalogue: Catalogue, found: Sequence[Judgement], reader: Reader, *, of: Commitment | None) -> Message:
    """What people judged: what stands for every commitment, or how it came to stand for one (newest first)."""
    lang = reader.lang
    if of is not None:
        heading = fill(say(words.STATUS_OF, lang), title=titled(of.title, lang))
        nothing = fill(say(words.STATUS_NONE, lang))
    else:
        heading, nothing = fill(say(words.STATUS, lang)), fill(say(words.STATUS_NONE, lang))
    lines = [
        _judged(one, lang) if of else Html(f"• {html(catalogue.title(one[1].commitment, lang))}\n{_judged(one, lang)}")
        for one in found[:MAX_STATUS]
    ]
    about = (button(say(words.ABOUT, lang), ShowCommitment(of.id)),) if of else ()
    return signed(join("\n\n", [heading, *(lines or [nothing])]), reader, rows(about))


def months(
    catalogue: Catalogue, entry: Commitment, counts: Sequence[tuple[date, int]], reader: Reader, picture: bytes | None
) -> Message:
    """The picture of a commitment's months with its caption; the numbers in words where there is none."""
    lang = reader.lang
    text = fill(say(words.MONTHS, lang), title=titled(entry.title, lang))
    if picture is None:
        lines = [f"{words.month(month, lang)}: {words.number(n, lang)}" for month, n in reversed(counts) if n]
        text = join("\n\n", [text, join("\n", lines) if lines else fill(say(words.NONE_YET, lang))])
    buttons = (
        button(say(words.ABOUT, lang), ShowCommitment(entry.id)),
        button(say(words.DOSSIER_BUTTON, lang), MakeDossier(entry.id)),
    )
    page = signed(text, reader, rows(buttons))
    return Message(page.text, page.keyboard, picture=picture or b"")


def week(text: Html, reader: Reader, picture: bytes | None) -> Message:
    """The picture of the week with its caption."""
    page = signed(text, reader)
    return Message(page.text, page.keyboard, picture=picture or b"")


def _item(catalogue: Catalogue, item: ItemView, lang: str, *, told: str | None = None) -> Html:
    about = [catalogue.title(match.commitment, lang) for match in item.matches if match.commitment != told]
    said = join(" · ", about[:3]) if about else fill(say(words.FITS_NONE, lang)) if not item.matches else Html("")
    return join("\n", [head(item, lang), *([Html(f"<i>{said}</i>")] if said else [])])


def _silence(catalogue: Catalogue, one: Silence, lang: str) -> Html:
    title = catalogue.title(one.commitment, lang)
    if one.days is None:
        return fill(say(words.SILENCE_UNKNOWN, lang), title=title)
    template = say_n(words.SILENCE_DAYS if one.last else words.SILENCE_NEVER, one.days, lang)
    watched = words.number(round(one.watched_days or 0), lang)
    line = fill(template, title=title, n=words.number(one.days, lang), watched=watched)
    return Html(f"{line} {fill(say(words.SILENCE_BEYOND, lang))}") if one.is_beyond else line


def _judged(judgement: Judgement, lang: str) -> Html:
    recorded, fact = judgement
    step = say(words.STEPS[fact.step], lang) if fact.step in words.STEPS else fact.step
    source = link(host_of(fact.cite) or fact.cite, safe_url(fact.cite))
    line = fill("<b>{step}</b>, {day} · {source}", step=step, day=words.day(recorded.at, lang), source=source)
    return join("\n", [line, cut(clean(fact.note), NOTE_UNITS)]) if fact.note else line


def _pager(newest: Button | None, older: Button | None) -> Keyboard:
    return rows((newest, older))
