"""The fixed texts readers see, in English; how they, dates and numbers are said in each language.

Every text is a constant here; `say` and `say_n` give it in another language from the catalogues in `locale/`
(gettext; `make texts` compiles them). A test fails when a text lacks a translation. A text keeps its placeholders and
tags in every language. A text in italics or bold is HTML; values are escaped where they are put in.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

LANGUAGES = ("en", "it", "hi")
LOCALE = Path(__file__).with_name("locale")


class Plural(NamedTuple):
    """A text that depends on a number."""

    one: str
    many: str


# A post
WHY = "Why: {reasons}"
OUTLETS = Plural("+{n} outlet: {names}", "+{n} outlets: {names}")
AND_MORE = "and {n} more"
TRANSLATED = "<i>{title}</i> (machine translation)"

# Buttons
OPEN = "Open"
WHY_BUTTON = "Why?"
OLDER = "Older ›"
NEWEST = "‹ Newest"
ALL_PILLARS = "‹ All pillars"
ALL_REPORTS = "All reports ›"
ABOUT = "What was promised"
LATEST_BUTTON = "Latest reports"
LIST_BUTTON = "All commitments"

TIMELINE_BUTTON = "Timeline"
VOTED = {
    "right": "Noted: it belongs here. Press 👎 if you change your mind.",
    "wrong": "Noted: it does not belong here. Press 👍 if you change your mind.",
}

# Answers
START = (
    "I watch the news for the <b>{plan}</b> and keep what is reported on each of its {n} commitments.\n\n"
    "Type a few words, or ask with /latest, /list or /commitment. /help has examples.\n\n"
    "{channel}I show reports, never a verdict."
)
START_CHANNEL = "New reports appear in {channel}. "
HELP = (
    "<b>Ask</b>\n"
    "/latest – the newest reports; /latest 7d – of seven days\n"
    "/latest {example} – on one commitment\n"
    "/latest <i>any words</i> – with these words\n"
    "/list – all commitments\n"
    "/commitment {clause} – what was promised there\n"
    "/why – why a report was shown: reply to it with /why, or send /why and its address\n\n"
    "<b>Look further</b>\n"
    "/search <i>any words</i> – in all I have seen, also what fits no commitment\n"
    "/timeline {example} – reports over time, as a picture\n"
    "/silence – where nothing was seen for long\n"
    "/status – how commitments stand, as people judge\n"
    "/asof 2026-03-01 {example} – what was known on that day\n"
    "/export {example} – the evidence as a file\n\n"
    "<b>For you</b>\n"
    "/digest – the last day or week, now\n"
    "/follow – be told of a commitment, a pillar or any words; /mine shows what you follow\n"
    "/settings – language, hours, digests\n\n"
    "Here you can also just type words, in English, Italian or Hindi."
)
LIST = Plural("<b>{plan}</b>\n{n} commitment.", "<b>{plan}</b>\n{n} commitments. Choose a pillar:")
LIST_FLAT = Plural("<b>{plan}</b>\n{n} commitment:", "<b>{plan}</b>\n{n} commitments. Choose one:")
PILLAR = "<b>{no}. {title}</b>\nChoose a commitment:"
CHOOSE = "<b>{asked}</b> is in several commitments. Choose one:"
LATEST = "<b>Latest reports</b>"
FOUND = "Reports with <b>{words}</b>"
NONE_YET = "Nothing was reported yet."
NO_OLDER = "There is nothing older."
NOT_FOUND = "No report has the words <b>{words}</b>."
NO_SUCH = "No commitment is called <b>{words}</b>."
NEAREST = "Do you mean one of these commitments?"
TRY_LIST = "/list shows all commitments."
CLAUSES_IN = "What the plan says (only {language}):"
SPOKEN = {"en": "in English", "it": "in Italian", "hi": "in Hindi"}
REPORTS_NONE = "No report yet."
REPORTS = Plural("{n} report, of {day}:", "{n} reports, the newest of {day}:")
WHY_ASK = "Reply to a report with /why, or send its address: /why https://…"
WHY_UNKNOWN = "I have not seen this page in any feed I watch."
WHY_NO_MATCH = "I have seen it, but neither its title nor its summary fits a commitment."
WHY_MATCH = "<b>{title}</b>\nFound: {found}"
WHY_RULES = "Rules version {rules}."
LOOKED_ALL = "Last look: {when}. All {n} feeds answer."
LOOKED_FAILING = Plural(
    "Last look: {when}. {k} of {n} feeds does not answer: {names}.",
    "Last look: {when}. {k} of {n} feeds do not answer: {names}.",
)
LOOKED_NEVER = "I have not looked yet; ask again in a minute."
VIEWS_COMING = "I am reading my records anew and have come to {done}%; until then an answer may lack reports."

# Coverage
COVERAGE = "Coverage {period}: {percent}%{holes}."
COVERAGE_NEVER = "Coverage: the feeds were not watched in this time."
COVERAGE_DAYS = Plural("of the last {n} day", "of the last {n} days")
COVERAGE_SINCE = "since {when}"
COVERAGE_HOLE = ", one gap of {length} ({name})"
COVERAGE_HOLES = ", {n} gaps, the longest of {length} ({name})"
COVERAGE_ITSELF = "pactwatch was not running"
COVERAGE_STALE = "Silent for longer than usual: {names}."
LENGTH_MINUTES = "{n} min"
LENGTH_HOURS = "{n} h"
LENGTH_DAYS = "{n} days"

# Findings
SEEN = "All I have seen with <b>{words}</b>, whether or not it fits a commitment"
SEEN_ASK = "What are you looking for? /search hydrogen finds every item with that word, /search hydrog* any ending."
NOT_SEEN = "I have seen nothing with the words <b>{words}</b>."
FITS_NONE = "fits no commitment"
SINCE = "{heading} · since {day}"
NONE_SINCE = "Nothing was reported since {day}."
PAST = "<b>What was known on {day}</b>"
PAST_ASK = "What was known when? Send a date and, if you like, a commitment: /asof 2026-03-01 {example}"
PAST_NONE = "Nothing had been reported by then."
PAST_TOO_EARLY = "On {day} I was not watching yet."
SILENCE = (
    "<b>For how long nothing was seen</b>\nNothing seen is not the same as nothing done: what counts are the days on"
    " which I watched."
)
SILENCE_DAYS = Plural("• {title}: {n} day, watched on {watched}", "• {title}: {n} days, watched on {watched}")
SILENCE_NEVER = Plural(
    "• {title}: nothing yet, in {n} day, watched on {watched}",
    "• {title}: nothing yet, in {n} days, watched on {watched}",
)
SILENCE_BEYOND = "– <b>unusually long</b>"
SILENCE_NONE = "No commitment was silent for a whole day that I watched."
SILENCE_UNKNOWN = "• {title}: I have not looked yet"
STATUS = "<b>Where the commitments stand</b>\nThis is what people judged, each time with a source. I never judge."
STATUS_OF = "<b>{title}</b>\nWhat people judged, each time with a source. I never judge."
STATUS_NONE = "Nobody has judged yet."
STEPS = {
    "no-evidence": "no evidence",
    "not-started": "not started",
    "limited": "limited progress",
    "substantial": "substantial progress",
    "complete": "complete",
}
MONTHS = "<b>{title}</b>\nReports month by month"
CHART_MONTHS = "Reports per month, by date of publication."
CHART_WEEK = "Reports from {first} to {last}"
CHART_DAYS = "Reports per day (UTC), by date of publication."
CHART_GAPS = "Hatched: not watched, or not all of the time."
WEEK = "<b>The last seven days</b>\nFor one commitment: /timeline {example}"
DIGEST_ASKED = {"day": "<b>The last 24 hours</b>", "week": "<b>The last seven days</b>"}
DIGEST_FOLLOWED = {
    "day": "<b>What you follow · the last 24 hours</b>",
    "week": "<b>What you follow · the last seven days</b>",
}
DIGEST_ASK = "Of which time? /digest – the last 24 hours, /digest 7d – the last seven days."
DIGEST_NOTHING = "Nothing was reported."
DOSSIER_ASK = "Of which commitment do you want the dossier? For example: /export {example}"
DOSSIER = (
    "<b>{title}</b>\nThe dossier, {size} kB. Unpack it and open index.html; <code>pactwatch verify</code> checks that"
    " nothing in it was changed."
)
DOSSIER_BUSY = "I am making another dossier just now. Ask again in a minute."
DOSSIER_TOO_LARGE = "This dossier has {size} MB, more than I may send. The operators can make it for you."
DAY_BUTTON = "24 hours"
WEEK_BUTTON = "7 days"
SILENCE_BUTTON = "Silence"
STATUS_BUTTON = "Status"
DOSSIER_BUTTON = "Dossier"

# A reader's own choices
OWN_NAMES = {"en": "English", "it": "Italiano", "hi": "हिन्दी"}
ENGLISH_NAMES = {"en": "English", "it": "Italian", "hi": "Hindi"}
WEEKDAYS = {
    "monday": "Monday",
    "tuesday": "Tuesday",
    "wednesday": "Wednesday",
    "thursday": "Thursday",
    "friday": "Friday",
    "saturday": "Saturday",
    "sunday": "Sunday",
}
PACES = {"now": "at once", "daily": "daily", "weekly": "weekly"}
LANG_ASK = "In which language shall I answer?"
LANG_SET = "I answer in English from now on."
FOLLOW_ASK = (
    "What do you want to follow? Choose a pillar, or send a commitment or any words:\n"
    "/follow {example}\n/follow <i>any words</i>"
)
FOLLOW = "Follow"
FOLLOWING = "You follow <b>{what}</b>. I tell you here: {pace}."
FOLLOW_TOO_MANY = "You follow {n} subjects already. Stop one first: /mine"
UNFOLLOW = "Stop"
UNFOLLOWED = "You no longer follow <b>{what}</b>."
NOT_FOLLOWED = "You do not follow <b>{what}</b>. /mine shows what you follow."
MINE = Plural("You follow {n} subject. Tap it to change it:", "You follow {n} subjects. Tap one to change it:")
MINE_NONE = "You follow nothing yet. /follow shows what there is."
MINE_BUTTON = "What I follow"
SETTINGS = (
    "Language: {language}\nDigests: at {time}, {zone}; weekly ones on {weekday}\nQuiet hours: {quiet}\n"
    "Subjects you follow: {n}\n\n"
    "/lang – another language\n"
    "/settings 08:30 – when digests come\n"
    "/settings Friday – the day of weekly ones\n"
    "/settings Rome – your time zone, by its city\n"
    "/quiet 22-7 – no messages in these hours; /quiet off ends it\n"
    "/forget – delete all that I keep of you"
)
SETTINGS_WRONG = (
    "I do not understand <b>{said}</b>. Send a time (/settings 08:30), a day (/settings Friday) or a"
    " city (/settings Rome)."
)
QUIET_ASK = "Which hours shall be quiet? Send for example /quiet 22-7, or /quiet off."
FORGOTTEN = "Done. I have deleted all that I kept of you."
NOTHING_KEPT = "I keep nothing of you."
PRIVATE_ONLY = "Please ask me this in private: t.me/{bot}"
DIGESTS_YOURS = {"daily": "<b>Your day in reports · {day}</b>", "weekly": "<b>Your week in reports · {day}</b>"}
DIGEST_MORE = Plural("and {n} more: /latest", "and {n} more: /latest")

# Digests of a channel
DIGESTS = {
    "daily": "<b>{of}</b>\nThe day in reports · {day}",
    "weekly": "<b>{of}</b>\nThe week in reports · {day}",
    "three-hourly": "<b>{of}</b>\nReports up to {time} · {day}",
    "held": "<b>{of}</b>\nReports from the quiet hours · {day}",
}
INDEX = "<b>{plan}</b>\nWhat was promised, and what was last reported of it. This list keeps itself current."
INDEX_SEEN = Plural("{n} report, of {day}", "{n} reports, the newest of {day}")
INDEX_NONE = "no report yet"
INDEX_MORE = Plural("… and {n} commitment more", "… and {n} commitments more")
ROOT_POST = (
    "<b>The log's root of {day}</b>\n<code>{root}</code>\n"
    "It seals events {start} to {end}, and through the roots before it all events from the first on. "
    "To check: <code>pactwatch verify --root {root}</code>"
)
DIGEST_SILENT = "<b>No evidence seen for long</b>"
DIGEST_SILENT_MORE = Plural("and {n} more commitment", "and {n} more commitments")

# Short notices
STALE = "This button is out of date. Send /latest or /list."
GONE = "I no longer have this report."
TOO_FAST = "One moment please: ask again in {seconds} s."
UNKNOWN_COMMAND = "I do not know this command. /help shows what I can do."
TROUBLE = "Something went wrong here. Please try again in a minute."

# Command menus: everywhere, and in private
COMMANDS = (
    ("latest", "Newest reports, or on a subject"),
    ("search", "Search everything seen"),
    ("list", "All commitments, by pillar"),
    ("commitment", "One commitment and its reports"),
    ("timeline", "Reports over time, as a picture"),
    ("silence", "Where nothing was seen for long"),
    ("status", "How commitments stand, as people judge"),
    ("asof", "What was known on a day"),
    ("why", "Why a report was shown"),
    ("help", "What I can do"),
)
OWN_COMMANDS = (
    ("digest", "The last day or week, now"),
    ("follow", "Be told of a subject"),
    ("mine", "What I follow"),
    ("export", "A commitment’s dossier, as a file"),
    ("settings", "Language, hours, digests"),
)


def say(text: str, lang: str) -> str:
    """A fixed text in the reader's language."""
    return _CATALOGUES[lang].gettext(text) if lang in _CATALOGUES else text


def say_n(text: Plural, n: int, lang: str) -> str:
    """A fixed text in the reader's language and the form for this number; the number is still to be put in."""
    catalogue = _CATALOGUES.get(lang)
    return catalogue.ngettext(*text, n) if catalogue else text[n != 1]


def number(n: int, lang: str) -> str:
    """A whole number grouped as readers of the language write it: 1,234,567; 1.234.567; 12,34,567."""
    if lang == "it":
        return f"{n:,}".replace(",", ".")
    if lang != "hi" or n < 100_000:
        return f"{n:,}"
    head, tail = divmod(n, 1000)
    return f"{_paired(head)},{tail:03}"


def decimal(value: float, places: int, lang: str) -> str:
    """A small number with so many decimal places: 99.5, 99,5."""
    text = f"{value:.{places}f}"
    return text.replace(".", ",") if lang == "it" else text


def commands(lang: str, table: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """A command menu in the language."""
    return tuple((name, say(text, lang)) for name, text in table)


def language(code: str | None) -> str:
    """The language to answer in, from Telegram's `language_code` (an IETF tag such as `it` or `hi-IN`)."""
    primary = (code or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else "en"


def day(when: date, lang: str) -> str:
    """A date as readers of the language write it: 21 May 2026, 21 maggio 2026, 21 मई 2026."""
    return f"{when.day} {_MONTHS[language(lang)][when.month - 1]} {when.year}"


def month(when: date, lang: str) -> str:
    """A month of a year: May 2026, mag 2026, मई 2026."""
    return f"{_MONTHS[language(lang)][when.month - 1]} {when.year}"


def month_name(when: date, lang: str) -> str:
    """A month without its year: May, mag, मई."""
    return _MONTHS[language(lang)][when.month - 1]


def weekday(when: date, lang: str) -> str:
    """A day of the week: Mon, lun, सोम."""
    return _WEEKDAYS[language(lang)][when.weekday()]


def moment(when: datetime, lang: str) -> str:
    """A date with its time, which is always UTC: a message does not know where its reader is."""
    return f"{day(when, lang)}, {when:%H:%M} UTC"


_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"),
    "it": ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"),
    "hi": ("जन॰", "फ़र॰", "मार्च", "अप्रैल", "मई", "जून", "जुल॰", "अग॰", "सित॰", "अक्टू॰", "नव॰", "दिस॰"),
}


_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "it": ("lun", "mar", "mer", "gio", "ven", "sab", "dom"),
    "hi": ("सोम", "मंगल", "बुध", "गुरु", "शुक्र", "शनि", "रवि"),
}


def _paired(n: int) -> str:
    """Digits in pairs, as lakh and crore count them."""
    head, tail = divmod(n, 100)
    return f"{_paired(head)},{tail:02}" if head else str(tail)


def _catalogue(lang: str) -> gettext.NullTranslations:
    with (LOCALE / f"{lang}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


# Read when the program starts: nothing may read a file while it answers.
_CATALOGUES = {lang: _catalogue(lang) for lang in LANGUAGES if lang != "en"}
