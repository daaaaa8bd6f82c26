"""What a reader may choose: language, what they follow and how often, their hours; and to be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Literal
from zoneinfo import available_timezones

import msgspec

from bot.channels import following
from bot.channels.ledger import Call
from bot.telegram import moments, words
from bot.telegram.actions import AddFollow, ChooseLanguage, EndFollow, Preference, SetPace, ShowFollow, ShowFollows
from bot.telegram.answers import Reader, note
from bot.telegram.catalogue import Catalogue, titled
from bot.telegram.keyboards import Button, button, rows
from bot.telegram.markup import fill
from bot.telegram.message import Message
from bot.telegram.text import clean, cut, fold
from bot.telegram.words import say, say_n
from store.log import Store
from store.readers import Follow, Pace, ReaderRow, Settings

MAX_WORDS_UNITS = 60
PACES: tuple[Pace, ...] = ("now", "daily", "weekly")
Kind = Literal["commitment", "pillar", "words"]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where readers' choices are made and kept; `changed` is rung when one was. `new_id` gives random names."""

    store: Store
    call: Call
    catalogue: Catalogue
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    changed: Callable[[], None]

    async def find(self, person: int, *, writes: bool) -> ReaderRow | None:
        """What is kept of a person. One who writes to us in private is no longer paused."""
        row = await self.call(self.store.readers.find, person)
        if row is not None and row.paused and writes:
            await self.call(self.store.readers.resume, row.id)
            self.changed()
        return row

    async def settings_of(self, person: int) -> Settings:
        """What a person chose; the defaults, where nothing is kept of them."""
        row = await self.call(self.store.readers.find, person)
        return row.settings if row else Settings()

    async def press(self, wanted: Preference, reader: Reader) -> Message | None:
        """What a button of these pages does; None where what it speaks of is gone."""
        match wanted:
            case ChooseLanguage(lang):
                return await self.lang(lang, reader)
            case ShowFollows():
                return await self.mine("", reader)
            case AddFollow(kind, what):
                return await self._add(kind, what, reader) if self._exists(kind, what) else None
            case ShowFollow(key):
                one = following.followed(await self._settings(reader), key)
                return self._shown(one, reader) if one else None
            case SetPace(key, pace):
                return await self._set_pace(key, pace, reader)
            case EndFollow(key):
                return await self._end(key, reader)

    async def lang(self, text: str, reader: Reader) -> Message:
        """`/lang it`: from now on in that language; without one, the choice."""
        wanted = _LANGUAGES.get(fold(text))
        if wanted is None:
            choice = tuple(button(name, ChooseLanguage(code)) for code, name in words.OWN_NAMES.items())
            return replace(note(words.LANG_ASK, reader), keyboard=rows(choice))
        await self._keep(reader, lang=wanted)
        return note(words.LANG_SET, replace(reader, lang=wanted))

    async def follow(self, text: str, reader: Reader) -> Message:
        """`/follow …`: a commitment, a pillar or any words; without them, what there is."""
        asked = cut(clean(text), MAX_WORDS_UNITS)
        named, pillar = self.catalogue.find(asked), self.catalogue.pillar(asked)
        if not asked:
            return self._offer(reader)
        if len(named) > 1:
            choice = [(button(titled(e.title, reader.lang), AddFollow("commitment", e.id)),) for e in named]
            return replace(note(words.CHOOSE, reader, asked=asked), keyboard=rows(*choice))
        if named:
            return await self._add("commitment", named[0].id, reader)
        return await self._add("pillar", pillar.id, reader) if pillar else await self._add("words", asked, reader)

    async def unfollow(self, text: str, reader: Reader) -> Message:
        """`/unfollow …`: stop it; without a name, the list to choose from."""
        asked = cut(clean(text), MAX_WORDS_UNITS)
        if not asked:
            return await self.mine("", reader)
        named, pillar = self.catalogue.find(asked), self.catalogue.pillar(asked)
        wanted = {("commitment", entry.id) for entry in named} | {("words", asked)}
        if pillar:
            wanted.add(("pillar", pillar.id))
        for one in (await self._settings(reader)).follows:
            if (one.kind, one.what) in wanted:
                return await self._end(following.key_of(one.kind, one.what), reader) or note(words.STALE, reader)
        return note(words.NOT_FOLLOWED, reader, what=asked)

    async def mine(self, _text: str, reader: Reader) -> Message:
        """`/mine`: what the reader follows, each to be changed by its button."""
        follows = (await self._settings(reader)).follows
        if not follows:
            return note(words.MINE_NONE, reader)
        text = fill(say_n(words.MINE, len(follows), reader.lang), n=len(follows))
        listed = [(self._button(one, reader),) for one in follows]
        return Message(text, rows(*listed))

    async def settings(self, text: str, reader: Reader) -> Message:
        """`/settings`: what is set; `/settings 08:30`: when digests come; `/settings Friday`: the day of weekly ones;
        `/settings Europe/Rome`: the time zone; or several of these at once."""
        changes = await self.call(_wishes, text)
        if changes is None:
            return note(words.SETTINGS_WRONG, reader, said=cut(clean(text), MAX_WORDS_UNITS))
        if changes:
            await self._keep(reader, **changes)
        return await self._chosen(reader)

    async def quiet(self, text: str, reader: Reader) -> Message:
        """`/quiet 22-7`: no messages in these hours; `/quiet off`."""
        hours = moments.split_hours(text)
        if hours is None and not moments.is_off(text):
            return note(words.QUIET_ASK, reader)
        await self._keep(reader, quiet=hours)
        return await self._chosen(reader)

    async def forget(self, _text: str, reader: Reader) -> Message:
        """`/forget`: everything kept of the reader is deleted."""
        had = await self.call(self.store.readers.forget, reader.person)
        return note(words.FORGOTTEN if had else words.NOTHING_KEPT, reader)

    # --- pages --------------------------------------------------------------------------------------------

    def _offer(self, reader: Reader) -> Message:
        example = next(iter(self.catalogue.commitments), "")
        pillars = [
            (button(f"{one.id}. {titled(one.title, reader.lang)}", AddFollow("pillar", one.id)),)
            for one in self.catalogue.pillars
            if self.catalogue.of_pillar(one.id)
        ]
        return replace(note(words.FOLLOW_ASK, reader, example=example), keyboard=rows(*pillars))

    def _shown(self, one: Follow, reader: Reader) -> Message:
        key = following.key_of(one.kind, one.what)
        text = fill(
            say(words.FOLLOWING, reader.lang),
            what=self._title(one, reader),
            pace=say(words.PACES[one.pace], reader.lang),
        )
        paces = tuple(button(_marked(pace, one, reader), SetPace(key, pace)) for pace in PACES)
        back = button(say(words.MINE_BUTTON, reader.lang), ShowFollows())
        return Message(text, rows(paces, (button(say(words.UNFOLLOW, reader.lang), EndFollow(key)), back)))

    async def _chosen(self, reader: Reader) -> Message:
        chosen = await self._settings(reader)
        hours = "–".join(_hour(minute) for minute in chosen.quiet) if chosen.quiet else "–"
        text = fill(
            say(words.SETTINGS, reader.lang),
            language=words.OWN_NAMES[reader.lang],
            time=_hour(chosen.digest_at),
            weekday=say(tuple(words.WEEKDAYS.values())[chosen.digest_weekday], reader.lang),
            zone=chosen.zone,
            quiet=hours,
            n=len(chosen.follows),
        )
        return Message(text, rows((button(say(words.MINE_BUTTON, reader.lang), ShowFollows()),)))

    def _title(self, one: Follow, reader: Reader) -> str:
        pillar = self.catalogue.pillar(one.what) if one.kind == "pillar" else None
        if pillar:
            return f"{pillar.id}. {titled(pillar.title, reader.lang)}"
        return self.catalogue.title(one.what, reader.lang) if one.kind == "commitment" else f"“{one.what}”"

    def _button(self, one: Follow, reader: Reader) -> Button | None:
        pace = say(words.PACES[one.pace], reader.lang)
        return button(f"{cut(self._title(one, reader), 45)} · {pace}", ShowFollow(following.key_of(one.kind, one.what)))

    # --- changes ------------------------------------------------------------------------------------------

    async def _add(self, kind: Kind, what: str, reader: Reader) -> Message:
        chosen = await self._settings(reader)
        known = following.followed(chosen, following.key_of(kind, what))
        if known:
            return self._shown(known, reader)
        if len(chosen.follows) >= following.MAX_FOLLOWS:
            return note(words.FOLLOW_TOO_MANY, reader, n=len(chosen.follows))
        one = await self._made(kind, what, "now")
        await self._keep(reader, follows=(*chosen.follows, one))
        return self._shown(one, reader)

    async def _set_pace(self, key: str, pace: Pace, reader: Reader) -> Message | None:
        chosen = await self._settings(reader)
        old = following.followed(chosen, key)
        if old is None:
            return None
        new = await self._made(old.kind, old.what, pace) if old.pace != pace else old
        await self._keep(reader, follows=tuple(new if one == old else one for one in chosen.follows))
        return self._shown(new, reader)

    async def _end(self, key: str, reader: Reader) -> Message | None:
        chosen = await self._settings(reader)
        old = following.followed(chosen, key)
        if old is None:
            return None
        await self._keep(reader, follows=tuple(one for one in chosen.follows if one != old))
        ended = note(words.UNFOLLOWED, reader, what=self._title(old, reader))
        return replace(ended, keyboard=rows((button(say(words.MINE_BUTTON, reader.lang), ShowFollows()),)))

    async def _made(self, kind: Kind, what: str, pace: Pace) -> Follow:
        return Follow(kind, what, pace, await self.call(self.store.head), self.now())

    def _exists(self, kind: Kind, what: str) -> bool:
        return what in self.catalogue.commitments if kind == "commitment" else self.catalogue.pillar(what) is not None

    async def _settings(self, reader: Reader) -> Settings:
        row = await self.call(self.store.readers.find, reader.person)
        return row.settings if row else at_first(reader.lang)

    async def _keep(self, reader: Reader, **changes: Any) -> None:
        chosen = msgspec.structs.replace(await self._settings(reader), **changes)
        await self.call(self.store.readers.keep, reader.person, chosen, new_id=self.new_id())
        self.changed()


def at_first(lang: str) -> Settings:
    """The settings of somebody who chose nothing yet: on the clock of where their language is spoken, if that is one
    zone; `/settings` shows it, and changes it."""
    return Settings(lang=lang, zone=_HOMES.get(lang, "UTC"))


def _marked(pace: Pace, one: Follow, reader: Reader) -> str:
    label = say(words.PACES[pace], reader.lang)
    return f"✓ {label}" if pace == one.pace else label


def _hour(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _wishes(text: str) -> dict[str, Any] | None:
    """What `08:30 Friday Rome` asks for, in whatever order; None where something of it is not understood."""
    changes: dict[str, Any] = {}
    left: list[str] = []
    for word in text.split():
        minute, weekday = moments.minute_of(word), moments.weekday_of(word)
        if minute is not None:
            changes["digest_at"] = minute
        elif weekday is not None:
            changes["digest_weekday"] = weekday
        else:
            left.append(word)
    if left:
        changes["zone"] = _zone(" ".join(left))
    return None if changes.get("zone", "") is None else changes


def _zone(text: str) -> str | None:
    """The time zone a person names: `Europe/Rome`, `rome`, `Roma`, `दिल्ली`, `utc`."""
    return _zones().get(text.casefold().replace(" ", "_")) or _CITIES.get(fold(text))


@cache
def _zones() -> dict[str, str]:
    """Zones by their whole name, and by that of the city alone. Reads files."""
    zones = sorted(available_timezones())
    cities = {name.rpartition("/")[2].casefold(): name for name in zones if "/" in name and not name.startswith("Etc/")}
    return {**cities, **{name.casefold(): name for name in zones}}


# The database of time zones names one city of each, in English; where Italian and Hindi are spoken, others are said.
_CITIES = {
    fold(name): zone
    for zone, names in {
        "Asia/Kolkata": "India/Delhi/New Delhi/Mumbai/Bengaluru/Bangalore/Chennai/Hyderabad/Pune/IST"
        "/भारत/दिल्ली/नई दिल्ली/मुंबई/मुम्बई/कोलकाता/चेन्नई/बेंगलुरु/हैदराबाद/पुणे/लखनऊ/पटना/जयपुर/भोपाल",
        "Europe/Rome": "Italy/Italia/Roma/Milan/Milano/Torino/Napoli/इटली/रोम/मिलान",
        "Europe/London": "Londra/लंदन",
        "Europe/Paris": "Parigi/पेरिस",
        "Europe/Berlin": "Berlino/बर्लिन",
        "Europe/Zurich": "Zurigo/Lugano/Svizzera",
        "America/New_York": "न्यूयॉर्क",
        "Asia/Dubai": "दुबई",
        "Asia/Kathmandu": "काठमांडू",
    }.items()
    for name in names.split("/")
}
_HOMES = {"it": "Europe/Rome", "hi": "Asia/Kolkata"}
_LANGUAGES = {
    fold(name): code for code, own in words.OWN_NAMES.items() for name in (code, own, words.ENGLISH_NAMES[code])
}
