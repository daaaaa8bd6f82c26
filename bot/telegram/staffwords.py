"""The fixed texts that only reviewers and operators see, in English, as `words` has those for readers; `say` of that
module gives them in another language."""

from __future__ import annotations

from bot.telegram.words import Plural

# To the reviewers
REVIEW_CARD = "<b>For review</b>, until {until} · <code>{ref}</code>"
REVIEW_SILENCE = {
    "approve": "If nobody answers, it is posted then.",
    "reject": "If nobody answers, it is not posted.",
}
REVIEW_ENDED = {"approve": "✅ <b>Approved</b>", "reject": "❌ <b>Rejected</b>"}
REVIEW_UNANSWERED = {
    "approve": "✅ <b>Approved, because nobody answered in time</b>",
    "reject": "❌ <b>Rejected, because nobody answered in time</b>",
}
REVIEW_DONE = {"approve": "Approved: it will be posted.", "reject": "Rejected: it will not be posted."}
REVIEW_ALREADY = {
    "approve": "This was decided before: approved.",
    "reject": "This was decided before: rejected.",
}
REVIEW_APPROVE = "✅ Approve"
REVIEW_REJECT = "❌ Reject"
REVIEW_WRONG = "Wrong commitment"
REVIEW_CONFIRM = "✅ Post with these"
REVIEW_BACK = "‹ Back"
REVIEW_CHOOSE = "<b>Which commitments does it belong to?</b>"
REVIEW_CHOOSE_ONE = "Tick at least one commitment, or go back."
REVIEW_GONE = "This story does not wait for review."
REVIEW_NONE = "Nothing waits for review."
REVIEW_LIST = Plural("{n} story waits for review:", "{n} stories wait for review:")
REVIEW_ASK = "Send /approve or /reject with the letters and digits that stand with the story; /review shows what waits."
REVIEW_NOT_YOURS = "Only reviewers may decide this."

# To the operators
NOTICE_REFUSED = (
    "⚠️ The channel refuses me: {reason}\nMake me an administrator that may post there. Nothing is lost meanwhile."
)
NOTICE_UNPINNED = (
    "⚠️ I cannot pin the list of commitments in <b>{channel}</b>: {reason}\nAllow me to pin messages there;"
    " I try again every ten minutes."
)
NOTICE_MOVED = "The group {channel} has become a supergroup: posts go to {chat} from now on. Nothing needs to be done."
NOTICE_LOST = "⚠️ Telegram refused a post for good: {reason}\nStory {story}"
NOTICE_PLAIN = "⚠️ Telegram could not read a post of mine; it went out as plain text: {reason}\nStory {story}"
NOTICE_FAILING = "⚠️ <b>{feed}</b> has been failing since {when}: {reason}"
NOTICE_GONE = "⚠️ <b>{feed}</b> will hardly come back: {reason}"
NOTICE_STALE = "<b>{feed}</b> has had nothing new since {when}. Its longest usual pause is {hours} h."
NOTICE_DOWN = "I am running again. Nobody watched from {since} to {until}."
NOTICE_PAUSED = "An operator has paused publishing in <b>{channel}</b>. /resume channel lets it go on."
NOTICE_RESUMED = "An operator lets publishing in <b>{channel}</b> go on."
NOTICE_MORE = Plural("and {n} more notice", "and {n} more notices")

FEEDS = Plural("<b>{n} feed</b>: {counts}", "<b>{n} feeds</b>: {counts}")
FEED_STATES = {
    "ok": "in order",
    "new": "not asked yet",
    "failing": "failing",
    "gone": "gone",
    "stale": "silent",
    "paused": "paused",
}
FEED = (
    "<b>{feed}</b>: {state}\n{url}\nAsked every {every}, next: {due}\nNewest item: {newest}\nItems: {items}\n"
    "Watched in the last seven days: {watched}"
)
FEED_SINCE = "• <b>{feed}</b>: {state} since {when} – {reason}"
NO_FEED = "No feed is called <b>{feed}</b>. /feeds shows all."
FEED_PAUSED = "<b>{feed}</b> is asked no more until you resume it."
FEED_RESUMED = "<b>{feed}</b> is asked again."
CHANNEL_PAUSED = "Nothing is posted in <b>{channel}</b> until you resume it. What comes meanwhile waits."
CHANNEL_RESUMED = "<b>{channel}</b> now gets what was waiting."
HELD = (
    "/pause channel – post nothing for now\n/pause <i>feed</i> – ask a feed no more\n/resume lets it go on.\n\n"
    "Held up now: {held}"
)
EDIT_REFUSED = "I could not change the configuration: {reason}"
SETSTATUS_ASK = (
    "Send commitment, step, source and why:\n/setstatus {example} limited https://… <i>why</i>\nSteps: {steps}"
)
STATUS_STANDS = "This judgement stands already."
WHATIF_ASK = (
    "/whatif {example} <i>term</i> – what would change if this term alone made a report count\n"
    "/whatif {example} -<i>term</i> – and if no rule had it"
)
WHATIF_WITH = "<b>{title}</b>\nWith the term <b>{term}</b>, in the last 90 days: {gained} gained, {lost} lost."
WHATIF_WITHOUT = "<b>{title}</b>\nWithout the term <b>{term}</b>, in the last 90 days: {gained} gained, {lost} lost."
WHATIF_END = "Nothing was changed. To put it into force, edit the configuration: <code>pactwatch rules activate</code>"
WHATIF_NONE = "No rule of this commitment has the term <b>{term}</b>."
WHATIF_BUSY = "Another term is being tried just now. Ask again in a minute."
WHATIF_FAILED = "It could not be tried: {reason}"
AUDIT = (
    "<b>Audit of {week}</b>\n"
    "{matched} items matched, {near} nearly did. {drawn} of these were drawn, {judged} are judged."
)
AUDIT_WHICH = "<b>Audits of {week}</b>\nOf which plan? The number says how many items are left to judge."
AUDIT_UNKNOWN = "How much is missed is not known until some are judged."
AUDIT_RECALL = "Of what belonged and was near, {share} was found ({low} to {high}); about {missed} missed."
AUDIT_ASK = "Did this belong to the plan?"
AUDIT_GONE = "Its text was taken out of the log."
AUDIT_NONE = "There is nothing to judge."
AUDIT_DONE = "All of them are judged. Thank you."
AUDIT_FAILED = "The sample could not be drawn: {reason}"
AUDIT_MISSED = "Yes"
AUDIT_RIGHT = "No"
NEXT = "Next ›"
PAUSE_BUTTON = "Pause"
RESUME_BUTTON = "Resume"
FEEDS_BUTTON = "All feeds"

# Command menus
REVIEWER_COMMANDS: tuple[tuple[str, str], ...] = (
    ("review", "What waits for review"),
    ("approve", "Let a story be posted"),
    ("reject", "Keep a story back for good"),
)
OPERATOR_COMMANDS: tuple[tuple[str, str], ...] = (
    ("feeds", "How the feeds fare"),
    ("pause", "Hold up a feed or the channel"),
    ("resume", "Let it go on"),
    ("setstatus", "Judge a commitment, with a source"),
    ("whatif", "Try a term before it counts"),
    ("audit", "Judge what nearly matched"),
)
