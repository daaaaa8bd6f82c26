"""WebSub: what hubs are asked, and what is believed of them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.outcome import Answer, Validators
from feeds.pace import pace_of, with_hub
from feeds.parse import Hints
from feeds.state import Pace
from feeds.websub import Confirmed, Denied, is_signed, request, subscription, verified

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
KEY = "a key of more than sixteen letters"
WANTED = subscription(
    "times", "https://hub.example/", "https://times.example/feed", public_url="https://us.example/hook/", key=KEY
)


def test_a_subscription_made_again_is_the_same_and_no_other_feeds() -> None:
    again = subscription("times", WANTED.hub, WANTED.topic, public_url="https://us.example/hook", key=KEY)
    other = subscription("post", WANTED.hub, WANTED.topic, public_url="https://us.example/hook", key=KEY)
    assert again == WANTED
    assert WANTED.callback.startswith("https://us.example/hook/times/")
    assert {WANTED.secret, WANTED.callback}.isdisjoint({other.secret, other.callback})
    assert WANTED.secret not in WANTED.callback


def test_the_hub_is_asked_by_a_form() -> None:
    form = {name: values[0] for name, values in parse_qs(request(WANTED).decode()).items()}
    assert form == {
        "hub.mode": "subscribe",
        "hub.topic": WANTED.topic,
        "hub.callback": WANTED.callback,
        "hub.secret": WANTED.secret,
        "hub.lease_seconds": "864000",
    }


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ({"hub.mode": "subscribe", "hub.challenge": "x", "hub.lease_seconds": "60"}, Confirmed("x", MINUTE)),
        ({"hub.mode": "subscribe", "hub.challenge": "x"}, Confirmed("x", 10 * DAY)),
        ({"hub.mode": "subscribe", "hub.challenge": "x", "hub.lease_seconds": "9" * 9}, Confirmed("x", 90 * DAY)),
        ({"hub.mode": "denied", "hub.reason": "full"}, Denied("full")),
        ({"hub.mode": "subscribe", "hub.topic": "https://other.example/", "hub.challenge": "x"}, None),
        ({"hub.mode": "unsubscribe", "hub.challenge": "x"}, None),
        ({"hub.mode": "subscribe"}, None),
    ],
)  # fmt: skip
def test_a_hub_is_told_whether_we_meant_it(query: dict[str, str], answer: Confirmed | Denied | None) -> None:
    assert verified(WANTED, {"hub.topic": WANTED.topic, **query}) == answer


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_news_is_believed_when_it_is_signed(method: str) -> None:
    signature = hmac.new(b"secret", b"<rss/>", method).hexdigest()
    assert is_signed(b"<rss/>", f"{method}={signature}", secret="secret")
    assert not is_signed(b"<rss></rss>", f"{method}={signature}", secret="secret")
    assert not is_signed(b"<rss/>", f"{method}={signature}", secret="other")


@given(st.binary(max_size=50), st.text(max_size=100))
def test_no_header_is_a_signature_by_chance(body: bytes, header: str) -> None:
    assert not is_signed(body, header, secret=hashlib.sha256(body).hexdigest())


def test_headers_name_the_hub_before_the_body_does() -> None:
    said = pace_of(Hints(hub="https://body.example/", self_link="https://times.example/feed"))
    headers = Answer("u", 200, Validators(), hub="https://head.example/", topic="https://times.example/f")
    assert (said.hub, said.topic) == ("https://body.example/", "https://times.example/feed")
    assert with_hub(said, headers).hub == "https://head.example/"
    assert with_hub(said, Answer("u", 200, Validators())) == said


def test_a_hub_without_a_name_for_the_feed_is_of_no_use() -> None:
    assert pace_of(Hints(hub="https://hub.example/")) == Pace()
