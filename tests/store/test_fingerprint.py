"""The version of the views: it changes with what makes the rows, and with nothing else."""

from __future__ import annotations

import pytest

from store.views.fingerprint import fingerprint
from store.views.runner import version

VIEW = '''"""A view."""
from lib.codec import stamp
from lib import stories
from os import path

SCHEMA = ("CREATE TABLE items (item TEXT)",)

def fold(db, recorded: Recorded, fact: ItemSeen) -> None:
    """Fold it."""
    # Times are texts.
    db.execute("INSERT INTO items VALUES (?)", (stamp(fact.at), _short(fact.title)))
    stories.refresh(db)

def _short(text):
    return text[:10]

class Seen(Base):
    title: str

def latest(db):
    return db.execute("SELECT * FROM items")

FOLDS = {Seen: fold}
'''
CODEC = """
def stamp(when):
    return _text(when)

def _text(when):
    return f"{when:%Y}"

def other():
    return 1
"""
STORIES = "def refresh(db):\n    db.execute('DELETE')\n"


def digest(view: str = VIEW, codec: str = CODEC, stories: str = STORIES) -> str:
    texts = {"lib.view": view, "lib.codec": codec, "lib.stories": stories}
    return fingerprint([("lib.view", "SCHEMA"), ("lib.view", "FOLDS")], texts.get)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# Times are texts.", "# Times are kept as texts, which compare as they do."),
        ('"""Fold it."""', '"""Fold a sighting into the view."""'),
        ('    """Fold it."""\n', ""),
        ("fact: ItemSeen) -> None", "fact: Any) -> bool"),
        (
            'SCHEMA = ("CREATE TABLE items (item TEXT)",)',
            'SCHEMA = (\n    "CREATE TABLE "\n    "items (item TEXT)",\n)',
        ),
        ('"SELECT * FROM items"', '"SELECT item FROM items"'),
        ("def latest(db):", "def newest(db):"),
    ],
)
def test_words_layout_and_questions_do_not_count(old: str, new: str) -> None:
    assert old in VIEW
    assert digest(VIEW.replace(old, new)) == digest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("item TEXT)", "item TEXT NOT NULL)"),
        ("INSERT INTO", "INSERT OR IGNORE INTO"),
        ("text[:10]", "text[:11]"),
        ("title: str", "title: str | None"),
        ("Seen(Base)", "Seen(Other)"),
        ("FOLDS = {Seen: fold}", "FOLDS = {}"),
        ("    stories.refresh(db)\n", ""),
    ],
)
def test_what_makes_the_rows_counts(old: str, new: str) -> None:
    assert old in VIEW
    assert digest(VIEW.replace(old, new)) != digest()


def test_what_is_called_in_other_modules_counts_and_the_rest_of_them_does_not() -> None:
    assert digest(codec=CODEC.replace("%Y", "%Y-%m")) != digest()
    assert digest(stories=STORIES.replace("DELETE", "UPDATE")) != digest()
    assert digest(codec=CODEC.replace("return 1", "return 2")) == digest()


def test_modules_that_are_beside_are_not_followed_into() -> None:
    texts = {"lib.view": VIEW, "lib.codec": CODEC, "lib.stories": STORIES}
    changed = texts | {"lib.codec": CODEC.replace("%Y", "%m")}
    first, second = (fingerprint([("lib.view", "FOLDS")], each.get, beside=["lib.codec"]) for each in (texts, changed))
    assert first == second


def test_definitions_that_name_each_other_end() -> None:
    both = "def a():\n    return b()\n\ndef b():\n    return a()\n"
    assert fingerprint([("lib.x", "a")], {"lib.x": both}.get)


def test_the_views_have_a_version() -> None:
    assert len(version()) == 16
