"""How posts are laid out: what a template may say, and what becomes of blocks that are empty."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.demo.botapi.parse_html import parse_html
from bot.telegram.markup import Html, visible
from bot.telegram.render import compose, message
from bot.telegram.template import BLOCKS, DEFAULT, TemplateError, checked, laid_out
from tests.telegram.stories import item, story

POST = compose(story(item("India, Italy agree", "They will negotiate a roadmap.", found=[("roadmap", "term")])))


def shown(template: str) -> str:
    return visible(message(replace(POST, template=template)).text)


def test_the_default_shows_every_block_in_its_order() -> None:
    assert message(POST) == message(replace(POST, template=DEFAULT))
    assert shown("{headline}\n{tags}").splitlines() == ["India, Italy agree", "#Defence_Roadmap"]


def test_a_line_without_anything_to_say_is_left_out_and_own_words_stay() -> None:
    bare = replace(POST, further=(), reasons=())
    template = "<i>Seen:</i>\n{title}\nWhy: {why}{outlets}\n\n{byline}"
    text = message(replace(bare, template=template)).text
    assert visible(text).splitlines() == ["Seen:", "India, Italy agree", "", POST.byline]
    assert parse_html(text) is not None


def test_what_a_feed_says_is_never_taken_for_a_placeholder_or_for_markup() -> None:
    hostile = replace(POST, headline="{why} <b>{tags}", template="{title}|{headline}")
    assert visible(message(hostile).text) == "{why} <b>{tags}|{why} <b>{tags}"


def test_a_line_with_several_blocks_stands_when_one_of_them_does() -> None:
    blocks = dict.fromkeys(BLOCKS, Html("")) | {"byline": Html("The Wire")}
    assert laid_out("{tags} {byline}\n{why}\n{{}}", blocks) == " The Wire\n{}"


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{headlin}", "{headlin} is no block of a post; did you mean {headline}?"),
        ("{headline} {0}", "{0} is no block of a post; there are: {tags}"),
        ("{headline!r}", "{headline!r} is no block"),
        ("{headline:>9}", "{headline:>9} is no block"),
        ("{headline", "cannot be read"),
        ("{why}", "wanted {headline} or {title}"),
        ("{headline.__class__}", "{headline.__class__} is no block"),
    ],
)
def test_a_template_that_cannot_be_used_says_what_was_wanted(template: str, wanted: str) -> None:
    with pytest.raises(TemplateError) as refused:
        checked(template)
    assert wanted in str(refused.value)
