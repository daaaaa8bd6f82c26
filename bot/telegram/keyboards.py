"""The buttons below a message."""

from __future__ import annotations

from dataclasses import dataclass

from bot.telegram import words
from bot.telegram.actions import Action, ShowTimeline, ShowWhy, Vote
from bot.telegram.callbacks import data


@dataclass(frozen=True, slots=True)
class Button:
    """A button: it opens an address or, with `data`, calls back."""

    label: str
    url: str | None = None
    data: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


def button(label: str, wanted: Action) -> Button | None:
    text = data(wanted)
    return Button(label, data=text) if text else None


def rows(*candidates: tuple[Button | None, ...]) -> Keyboard:
    """The rows without what could not be made."""
    made = (tuple(entry for entry in row if entry is not None) for row in candidates)
    return tuple(row for row in made if row)


def post(story: str, url: str | None, lang: str) -> Keyboard:
    """The buttons below a post."""
    opening = Button(words.say(words.OPEN, lang), url=url) if url else None
    return rows(
        (opening, button(words.say(words.WHY_BUTTON, lang), ShowWhy(story))),
        (
            button("👍", Vote(story, "right")),
            button("👎", Vote(story, "wrong")),
            button(words.say(words.TIMELINE_BUTTON, lang), ShowTimeline(story)),
        ),
    )
