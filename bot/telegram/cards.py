"""What reviewers see: a story that waits for them, the commitments they may choose, and what was decided. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from bot.channels.holding import Decision
from bot.telegram import render, staffwords, words
from bot.telegram.actions import ReviewStep
from bot.telegram.answers import Reader, signed
from bot.telegram.catalogue import Catalogue
from bot.telegram.keyboards import Keyboard, button, rows
from bot.telegram.markup import Html, fill, join
from bot.telegram.message import Message
from bot.telegram.render import lead_of
from bot.telegram.text import clean, cut
from bot.telegram.words import say, say_n
from store.views.values import Review, StoryView

MOST_CHOICES = 80  # a keyboard takes 100 buttons
MOST_LISTED = 10
LABEL_UNITS = 48
CHOSEN, OPEN = "☑ ", "☐ "

Waiting = tuple[Review, StoryView]


def card(
    story: StoryView, review: Review, catalogue: Catalogue, lang: str, *, silence: Decision | None = None
) -> Message:
    """The story as it would be posted, with what reviewers may press; or with what was decided of it."""
    post = _post(story, catalogue, lang)
    if review.decision is not None:
        ended = staffwords.REVIEW_ENDED if review.by else staffwords.REVIEW_UNANSWERED
        return Message(join("\n\n", [fill(say(ended[review.decision], lang)), post]))
    return Message(join("\n\n", [_heading(review, lang, silence), post]), _decisions(review, lang))


def choice(story: StoryView, review: Review, catalogue: Catalogue, lang: str, chosen: Collection[str]) -> Message:
    """The same with a button for each commitment; those in `chosen`, by their keys, are ticked."""
    post = _post(story, catalogue, lang)
    names = list(dict.fromkeys([*story.commitments, *catalogue.commitments]))[:MOST_CHOICES]
    ticks = [
        (
            button(
                (CHOSEN if key(name) in chosen else OPEN) + cut(catalogue.title(name, lang), LABEL_UNITS),
                ReviewStep(review.ref, "toggle", key(name)),
            ),
        )
        for name in names
    ]
    last = (
        button(say(staffwords.REVIEW_BACK, lang), ReviewStep(review.ref, "open")),
        button(say(staffwords.REVIEW_CONFIRM, lang), ReviewStep(review.ref, "confirm")),
    )
    return Message(join("\n\n", [fill(say(staffwords.REVIEW_CHOOSE, lang)), post]), rows(*ticks, last))


def listed(waiting: Sequence[Waiting], reader: Reader) -> Message:
    """What waits, what ends first at the top; a button for each opens it."""
    lang = reader.lang
    if not waiting:
        return signed(fill(say(staffwords.REVIEW_NONE, lang)), reader)
    heading = fill(say_n(staffwords.REVIEW_LIST, len(waiting), lang), n=words.number(len(waiting), lang))
    lines = [_line(number, one, lang) for number, one in enumerate(waiting[:MOST_LISTED], 1)]
    opening = tuple(
        button(str(number), ReviewStep(review.ref, "open"))
        for number, (review, _) in enumerate(waiting[:MOST_LISTED], 1)
    )
    return signed(join("\n\n", [heading, *lines]), reader, rows(opening[:5], opening[5:]))


def key(commitment: str) -> str:
    """A commitment's name on a button."""
    return hashlib.sha256(commitment.encode()).hexdigest()[:8]


def _post(story: StoryView, catalogue: Catalogue, lang: str) -> Html:
    titles = catalogue.titles(story.commitments, lang)
    return render.message(render.compose(story, lang=lang, prefixes=catalogue.prefixes, titles=titles)).text


def _heading(review: Review, lang: str, silence: Decision | None) -> Html:
    heading = fill(say(staffwords.REVIEW_CARD, lang), until=words.moment(review.until, lang), ref=review.ref)
    return join("\n", [heading, fill(say(staffwords.REVIEW_SILENCE[silence], lang))]) if silence else heading


def _decisions(review: Review, lang: str) -> Keyboard:
    return rows(
        (
            button(say(staffwords.REVIEW_APPROVE, lang), ReviewStep(review.ref, "approve")),
            button(say(staffwords.REVIEW_REJECT, lang), ReviewStep(review.ref, "reject")),
        ),
        (button(say(staffwords.REVIEW_WRONG, lang), ReviewStep(review.ref, "wrong")),),
    )


def _line(number: int, waiting: Waiting, lang: str) -> Html:
    review, story = waiting
    title = cut(clean(lead_of(story).title), 140) if story.items else review.story
    when = words.moment(review.until, lang)
    names = ", ".join(story.commitments)
    return fill(
        "{number}. <b>{title}</b>\n{names} · {when}\n<code>{ref}</code>",
        number=number, title=title, names=names, when=when, ref=review.ref,
    )  # fmt: skip
