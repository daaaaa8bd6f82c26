"""What the bot answers: values of the views in, a message out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from bot.telegram import words
from bot.telegram.actions import (
    Action,
    AddFollow,
    ShowCommitment,
    ShowFound,
    ShowLatest,
    ShowMonths,
    ShowPillar,
    ShowPillars,
    ShowSilence,
    ShowStatus,
)
from bot.telegram.catalogue import Catalogue, names_of, titled
from bot.telegram.keyboards import Button, Keyboard, button, rows
from bot.telegram.markup import Html, bold, fill, join, link, quotation
from bot.telegram.message import Message
from bot.telegram.render import byline, further, lead_of, outlet_name, reason, say_found
from bot.telegram.text import clean, cut, safe_url
from bot.telegram.words import say, say_n
from matchers.plan import Commitment, Pillar
from store.views.values import CommitmentCount, ItemView, StoryView

PAGE = 5
HEADLINE_UNITS = 200
MAX_CLAUSES = 3
ALERT_UNITS = 200  # https://core.telegram.org/bots/api#answercallbackquery


@dataclass(frozen=True, slots=True)
class Looked:
    """When feeds were last asked, how many there are, and which do not answer; and how far the views have come, 0 to 1,
    while they are being made anew."""

    at: datetime | None
    feeds: int
    failing: tuple[str, ...] = ()
    coming: float | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom an answer is: their language, when we last looked, and how well what they ask of was watched."""

    lang: str
    looked: Looked
    watched: str = ""
    person: int = 0  # their id in Telegram, which is that of their private chat


def start(catalogue: Catalogue, reader: Reader, *, channel: str | None) -> Message:
    """The first words of the bot. `channel` is the public name of the channel, as `@name`."""
    lang = reader.lang
    where = fill(say(words.START_CHANNEL, lang), channel=Html(channel)) if channel else Html("")
    text = fill(
        say(words.START, lang),
        plan=names_of(catalogue.plans, lang),
        n=len(catalogue.commitments),
        channel=where,
    )
    return signed(text, reader, rows(_menu(lang)))


def help_(catalogue: Catalogue, reader: Reader) -> Message:
    """What can be asked, with examples of this plan."""
    example = next(iter(catalogue.commitments.values()), None)
    text = fill(
        say(words.HELP, reader.lang),
        example=example.id if example else "",
        clause=next((clause for entry in catalogue.commitments.values() for clause in entry.clauses), ""),
    )
    return Message(text, rows(_menu(reader.lang)))


def pillars(catalogue: Catalogue, reader: Reader) -> Message:
    """The pillars to choose from; the commitments themselves where the plan has no pillars."""
    lang = reader.lang
    shown = [entry for entry in catalogue.pillars if catalogue.of_pillar(entry.id)]
    ask = say_n(words.LIST if shown else words.LIST_FLAT, len(catalogue.commitments), lang)
    text = fill(ask, plan=names_of(catalogue.plans, lang), n=len(catalogue.commitments))
    buttons = [(button(f"{entry.id}. {titled(entry.title, lang)}", ShowPillar(entry.id)),) for entry in shown]
    return signed(text, reader, rows(*(buttons or choices(tuple(catalogue.commitments.values()), lang))))


def pillar(catalogue: Catalogue, chosen: Pillar, reader: Reader) -> Message:
    """The commitments of a pillar to choose from."""
    text = fill(say(words.PILLAR, reader.lang), no=chosen.id, title=titled(chosen.title, reader.lang))
    back = (button(say(words.ALL_PILLARS, reader.lang), ShowPillars()),)
    return signed(text, reader, rows(*choices(catalogue.of_pillar(chosen.id), reader.lang), back))


def choose(
    entries: Sequence[Commitment], asked: str, reader: Reader, to: Callable[[str], Action] = ShowCommitment
) -> Message:
    """Several commitments that were named at once, to choose from."""
    text = fill(say(words.CHOOSE, reader.lang), asked=cut(clean(asked), 60))
    return signed(text, reader, rows(*choices(entries, reader.lang, to)))


def commitment(
    catalogue: Catalogue,
    entry: Commitment,
    reader: Reader,
    *,
    count: CommitmentCount | None,
    stories: Sequence[StoryView],
) -> Message:
    """What was promised, how much was reported on it, and the newest reports; `stories` newest first."""
    lang = reader.lang
    shown = stories[:3]
    blocks = [
        join("\n", [bold(titled(entry.title, lang)), *_where(catalogue, entry, lang)]),
        *_clauses(catalogue, entry, lang),
        _count(count, lang),
        *(_line(catalogue, story, lang, told=entry.id) for story in shown),
    ]
    more = button(say(words.ALL_REPORTS, lang), ShowLatest(entry.id)) if len(stories) > len(shown) else None
    home = catalogue.pillar(entry.pillar or "")
    back = button(f"‹ {titled(home.title, lang)}", ShowPillar(home.id)) if home else None
    follow = button(say(words.FOLLOW, lang), AddFollow("commitment", entry.id))
    further = (
        button(say(words.TIMELINE_BUTTON, lang), ShowMonths(entry.id)),
        button(say(words.SILENCE_BUTTON, lang), ShowSilence(entry.id)),
        button(say(words.STATUS_BUTTON, lang), ShowStatus(entry.id)),
    )
    return signed(join("\n\n", blocks), reader, rows((more,), further, (follow, back)))


def latest(
    catalogue: Catalogue, asked: ShowLatest | ShowFound, stories: Sequence[StoryView], reader: Reader
) -> Message:
    """A page of reports, newest first. `stories` may hold one more than a page: then there is an older page."""
    lang = reader.lang
    shown = stories[:PAGE]
    lines = [_line(catalogue, story, lang, told=_told(asked)) for story in shown]
    text = join("\n\n", [_heading(catalogue, asked, lang), *lines] if lines else [_nothing(catalogue, asked, lang)])
    return signed(text, reader, _pager(asked, shown, older=len(stories) > PAGE, lang=lang))


def nearest(asked: str, entries: Sequence[Commitment], reader: Reader) -> Message:
    """Words that no report has: the commitments that sound most like them, as buttons."""
    return _missed(words.NOT_FOUND, asked, entries, reader)


def unknown(
    asked: str, entries: Sequence[Commitment], reader: Reader, to: Callable[[str], Action] = ShowCommitment
) -> Message:
    """A name that no commitment has: those that sound most like it, as buttons."""
    return _missed(words.NO_SUCH, asked, entries, reader, to)


def why(catalogue: Catalogue, item: ItemView, reader: Reader) -> Message:
    """Why an item was shown: the words that were found, for each commitment; or that nothing fits."""
    lang = reader.lang
    blocks = [head(item, lang)]
    for match in item.matches:
        title = catalogue.title(match.commitment, lang)
        blocks.append(fill(say(words.WHY_MATCH, lang), title=title, found=say_found(reason(item, match)) or "–"))
    if item.matches:
        blocks.append(fill(say(words.WHY_RULES, lang), rules=item.matches[0].rules))
    else:
        blocks.append(fill(say(words.WHY_NO_MATCH, lang)))
    about = [catalogue.commitments[m.commitment] for m in item.matches if m.commitment in catalogue.commitments]
    return signed(join("\n\n", blocks), reader, rows(*choices(about, lang)))


def why_alert(catalogue: Catalogue, story: StoryView, lang: str) -> str:
    """The reason in the few words that fit into the window of a button press; plain text."""
    item = lead_of(story)
    found = [(catalogue.title(match.commitment, lang), say_found(reason(item, match))) for match in item.matches]
    return cut("\n".join(f"{title}: {words_found}" for title, words_found in found), ALERT_UNITS)


def timeline_alert(catalogue: Catalogue, commitment: str, months: Sequence[tuple[str, int]], lang: str) -> str:
    """How much was reported on a commitment in each of its newest months, for the window of a button; plain text."""
    lines = [f"{words.month(date.fromisoformat(f'{name}-01'), lang)}: {words.number(n, lang)}" for name, n in months]
    return cut("\n".join([cut(catalogue.title(commitment, lang), 80), *lines]), ALERT_UNITS)


def note(text: str, reader: Reader, **values: str | int) -> Message:
    """One of our own texts as an answer of its own: it tells of no reports, so it does not say how fresh they are."""
    return Message(fill(say(text, reader.lang), **values))


def finding(text: str, reader: Reader, **values: str | int) -> Message:
    """One of our own texts about what was, or was not, seen."""
    return signed(fill(say(text, reader.lang), **values), reader)


def looked_line(looked: Looked, lang: str) -> Html:
    """When we last looked, and which feeds did not answer then."""
    if looked.at is None:
        return fill(say(words.LOOKED_NEVER, lang))
    failing = looked.failing
    template = say_n(words.LOOKED_FAILING, len(failing), lang) if failing else say(words.LOOKED_ALL, lang)
    called = list(dict.fromkeys(failing))
    names = ", ".join(called[:3]) + ("…" if len(called) > 3 else "")
    when = words.moment(looked.at, lang)
    return fill(template, when=when, n=looked.feeds, k=len(failing), names=names)


def signed(text: Html, reader: Reader, keyboard: Keyboard = ()) -> Message:
    """The answer with its last lines: how fresh it is, and what it may lack."""
    fresh = looked_line(reader.looked, reader.lang)
    if reader.looked.coming is not None:
        lacking = fill(say(words.VIEWS_COMING, reader.lang), done=int(reader.looked.coming * 100))
        fresh = fill("{fresh}\n{lacking}", fresh=fresh, lacking=lacking)
    if reader.watched:
        fresh = fill("{fresh}\n{watched}", fresh=fresh, watched=reader.watched)
    return Message(Html(f"{text}\n\n<i>{fresh}</i>"), keyboard)


def _missed(
    text: str,
    asked: str,
    entries: Sequence[Commitment],
    reader: Reader,
    to: Callable[[str], Action] = ShowCommitment,
) -> Message:
    lang = reader.lang
    ask = say(words.NEAREST if entries else words.TRY_LIST, lang)
    said = fill(say(text, lang) + "\n" + ask, words=cut(clean(asked), 100))
    return signed(said, reader, rows(*choices(entries, lang, to), () if entries else _menu(lang)))


def _line(catalogue: Catalogue, story: StoryView, lang: str, *, told: str | None = None) -> Html:
    """A story in a list: headline, who and when, and the commitments but the one (`told`) the list is of."""
    item = lead_of(story, told)
    also = len(further(story, item))
    about = [catalogue.title(name, lang) for name in story.commitments if name != told]
    lines = [head(item, lang) if not also else Html(f"{head(item, lang)} · +{also}")]
    if about:
        lines.append(Html(f"<i>{join(' · ', about[:3])}</i>"))
    return join("\n", lines)


def head(item: ItemView, lang: str) -> Html:
    """Headline, and who and when below it."""
    headline = link(cut(clean(item.title), HEADLINE_UNITS) or outlet_name(item), safe_url(item.url))
    return join("\n", [bold(headline), byline(item, lang)])


def _told(asked: ShowLatest | ShowFound) -> str | None:
    return asked.commitment if isinstance(asked, ShowLatest) else None


def _heading(catalogue: Catalogue, asked: ShowLatest | ShowFound, lang: str) -> Html:
    match asked:
        case ShowFound(wanted):
            heading = fill(say(words.FOUND, lang), words=wanted)
        case ShowLatest(str(name)):
            heading = bold(catalogue.title(name, lang))
        case _:
            heading = fill(say(words.LATEST, lang))
    return fill(say(words.SINCE, lang), heading=heading, day=_day(asked.since, lang)) if asked.since else heading


def _day(seconds: int, lang: str) -> str:
    return words.day(datetime.fromtimestamp(seconds, UTC), lang)


def _nothing(catalogue: Catalogue, asked: ShowLatest | ShowFound, lang: str) -> Html:
    if asked.before:
        return fill(say(words.NO_OLDER, lang))
    nothing = fill(say(words.NONE_YET, lang))
    if asked.since:
        nothing = fill(say(words.NONE_SINCE, lang), day=_day(asked.since, lang))
    about = bold(catalogue.title(asked.commitment, lang)) if isinstance(asked, ShowLatest) and asked.commitment else ""
    return join("\n", [about, nothing] if about else [nothing])


def _pager(asked: ShowLatest | ShowFound, shown: Sequence[StoryView], *, older: bool, lang: str) -> Keyboard:
    newest = button(say(words.NEWEST, lang), replace(asked, before=None)) if asked.before else None
    next_page = button(say(words.OLDER, lang), replace(asked, before=shown[-1].pos)) if older and shown else None
    told = _told(asked)
    about = button(say(words.ABOUT, lang), ShowCommitment(told)) if told else None
    return rows((newest, next_page), (about,))


def choices(
    entries: Sequence[Commitment], lang: str, to: Callable[[str], Action] = ShowCommitment
) -> tuple[tuple[Button | None, ...], ...]:
    """Commitments as buttons, one below the other; a press asks for what `to` makes of the id."""
    return tuple((button(cut(titled(entry.title, lang), 60), to(entry.id)),) for entry in entries)


def _menu(lang: str) -> tuple[Button | None, ...]:
    return (button(say(words.LATEST_BUTTON, lang), ShowLatest()), button(say(words.LIST_BUTTON, lang), ShowPillars()))


def _where(catalogue: Catalogue, entry: Commitment, lang: str) -> list[Html]:
    home = catalogue.pillar(entry.pillar or "")
    if home is None:
        return []
    return [fill("{no}. {pillar}", no=home.id, pillar=titled(home.title, lang))]


def _clauses(catalogue: Catalogue, entry: Commitment, lang: str) -> list[Html]:
    """What the plan says, clause by clause: in the reader's language, else as it was written down, which is said."""
    plan = catalogue.plan(entry.id)
    texts = {clause.id: clause for chapter in plan.pillars for clause in chapter.clauses}
    meant = [texts[name] for name in entry.clauses if name in texts][:MAX_CLAUSES]
    said = [f"{one.id}: {cut(clean(one.translations.get(lang, one.text)), 400)}" for one in meant]
    if not said:
        return []
    written = plan.languages[0]
    if written == lang or all(lang in one.translations for one in meant):
        return [quotation("\n".join(said))]
    spoken = say(words.SPOKEN[written], lang) if written in words.SPOKEN else written
    heading = fill(say(words.CLAUSES_IN, lang), language=spoken)
    return [join("\n", [Html(f"<i>{heading}</i>"), quotation("\n".join(said))])]


def _count(count: CommitmentCount | None, lang: str) -> Html:
    if count is None or count.newest is None:
        return fill(say(words.REPORTS_NONE, lang))
    template = say_n(words.REPORTS, count.items, lang)
    return fill(template, n=words.number(count.items, lang), day=words.day(count.newest, lang))
