"""The fixed texts readers see, and how dates and counts are said.

Every text is a constant here and is spoken by `say(text, lang)`: when catalogues come, only `say` changes.
Titles of commitments and dates are already said in the reader's language.
"""

from __future__ import annotations

from datetime import date, datetime

LANGUAGES = ("en", "it", "hi")
SPOKEN = ("en",)  # the languages these texts exist in; titles and dates have all three

# A post
WHY = "Why: {reasons}"
OUTLETS_ONE = "+1 outlet: {names}"
OUTLETS_MANY = "+{n} outlets: {names}"
AND_MORE = "and {n} more"

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

# Answers
START = (
    "I watch the news for the <b>{plan}</b> and keep what is reported on each of its {n} commitments.\n\n"
    "Type a few words, or ask with /latest, /list or /commitment. /help has examples.\n\n"
    "{channel}I show reports, never a verdict."
)
START_CHANNEL = "New reports appear in {channel}. "
HELP = (
    "/latest – the newest reports\n"
    "/latest {example} – on one commitment\n"
    "/latest <i>any words</i> – with these words\n"
    "/list – all commitments\n"
    "/commitment {clause} – what was promised there\n"
    "/why – why a report was shown: reply to it with /why, or send /why and its address\n\n"
    "Here you can also just type words, in English, Italian or Hindi."
)
LIST = "<b>{plan}</b>\n{n} commitments. Choose a pillar:"
LIST_FLAT = "<b>{plan}</b>\n{n} commitments. Choose one:"
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
REPORTS_NONE = "No report yet."
REPORTS_ONE = "1 report, of {day}:"
REPORTS_MANY = "{n} reports, the newest of {day}:"
WHY_ASK = "Reply to a report with /why, or send its address: /why https://…"
WHY_UNKNOWN = "I have not seen this page in any feed I watch."
WHY_NO_MATCH = "I have seen it, but neither its title nor its summary fits a commitment."
WHY_MATCH = "<b>{title}</b>\nFound: {found}"
WHY_RULES = "Rules version {rules}."
LOOKED_ALL = "Last look: {when}. All {n} feeds answer."
LOOKED_FAILING_ONE = "Last look: {when}. 1 of {n} feeds does not answer: {names}."
LOOKED_FAILING = "Last look: {when}. {k} of {n} feeds do not answer: {names}."
LOOKED_NEVER = "I have not looked yet; ask again in a minute."

# Short notices
STALE = "This button is out of date. Send /latest or /list."
GONE = "I no longer have this report."
TOO_FAST = "One moment please: ask again in {seconds} s."
UNKNOWN_COMMAND = "I do not know this command. /help shows what I can do."
TROUBLE = "Something went wrong here. Please try again in a minute."

COMMANDS = (
    ("latest", "Newest reports, or on a subject"),
    ("list", "All commitments, by pillar"),
    ("commitment", "One commitment and its reports"),
    ("why", "Why a report was shown"),
    ("help", "What I can do"),
)


def say(text: str, lang: str) -> str:
    """A fixed text in the reader's language."""
    return text


def spoken(lang: str) -> str:
    """The language `say` answers in, for dates within its sentences."""
    return lang if lang in SPOKEN else "en"


def language(code: str | None) -> str:
    """The language to answer in, from Telegram's `language_code` (an IETF tag such as `it` or `hi-IN`)."""
    primary = (code or "").replace("_", "-").split("-")[0].lower()
    return primary if primary in LANGUAGES else "en"


def day(when: date, lang: str) -> str:
    """A date as readers of the language write it: 21 May 2026, 21 maggio 2026, 21 मई 2026."""
    return f"{when.day} {_MONTHS[language(lang)][when.month - 1]} {when.year}"


def moment(when: datetime, lang: str) -> str:
    """A date with its time, which is always UTC: a message does not know where its reader is."""
    return f"{day(when, lang)}, {when:%H:%M} UTC"


_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"),
    "it": ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"),
    "hi": ("जन॰", "फ़र॰", "मार्च", "अप्रैल", "मई", "जून", "जुल॰", "अग॰", "सित॰", "अक्तू॰", "नव॰", "दिस॰"),
}
