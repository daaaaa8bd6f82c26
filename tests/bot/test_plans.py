"""Several plans and several channels in one configuration."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels.audience import Audience
from bot.channels.holding import Habits, Reviewing
from bot.channels.rhythm import Hours, Rhythm
from bot.channels.wishes import audience_of, habits_of
from bot.config import ConfigError, Loaded, load
from bot.settings import ChannelSettings

PLANS = Path(__file__).parents[2] / "docs" / "plans"


def plan(name: str, *commitments: str, side: str = "town", **more: Any) -> dict[str, Any]:
    """A whole configuration of a plan with one pillar, IV."""
    return {
        "plan": {
            "id": name,
            "title": {"en": name.title()},
            "languages": ["en"],
            "pillars": [{"id": "IV", "title": {"en": "Building"}}],
            "sides": {side: {"strong": [side]}},
        },
        "commitments": [
            {"id": one, "pillar": "IV", "title": {"en": one}, "rules": [{"id": "words", "any": [one]}]}
            for one in commitments
        ],
        "feeds": [{"id": "times", "url": "https://times.example/", "context": [side]}],
        **more,
    }


def loaded(folder: Path, main: dict[str, Any], **others: dict[str, Any]) -> Loaded:
    for name, document in others.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({**main, "plans": [f"{name}.yaml" for name in others]}), encoding="utf-8")
    return load(path, {})


def problems(folder: Path, main: dict[str, Any], **others: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        loaded(folder, main, **others)
    return [problem.removeprefix(f"{folder}/") for problem in refused.value.problems]


def test_plans_are_watched_together_and_share_their_feeds(tmp_path: Path) -> None:
    both = loaded(tmp_path, plan("town", "bridge"), county=plan("county", "canal", side="county"))
    assert [rules.plan.id for rules in both.rules] == ["town", "county"]
    assert [one.id for one in both.commitments] == ["bridge", "canal"]
    assert [both.plan_of(name) for name in ("bridge", "canal")] == ["town", "county"]
    assert [(feed.id, feed.context) for feed in both.config.feeds] == [("times", ("town", "county"))]


def test_the_pillars_of_a_further_plan_bear_its_name(tmp_path: Path) -> None:
    both = loaded(tmp_path, plan("town", "bridge"), county=plan("county", "canal", side="county"))
    assert [pillar.id for each in both.plans for pillar in each.plan.pillars] == ["IV", "county-IV"]
    assert [one.pillar for one in both.commitments] == ["IV", "county-IV"]
    assert [rules.commitments[0].pillar for rules in both.rules] == ["IV", "IV"]


def test_what_clashes_between_plans_is_named_with_its_file_and_line(tmp_path: Path) -> None:
    county = plan("county", "bridge", side="county")
    county["feeds"] = [{"id": "times", "url": "https://other.example/"}]
    found = problems(tmp_path, plan("town", "bridge"), county=county)
    assert found == [
        "county.yaml:2: commitments[0].id: 'bridge': already a commitment of town; rename one, for readers call it by"
        " this name",
        "county.yaml:11: feeds[0].id: 'times': already the id of https://times.example/; rename this feed or give it"
        " that address",
    ]


def test_every_file_is_checked_and_a_missing_one_named(tmp_path: Path) -> None:
    broken = plan("county", "canal", side="county", typo=1)
    assert "typo" in problems(tmp_path, plan("town", "bridge"), county=broken)[0]
    main = {**plan("town", "bridge"), "plans": ["none.yaml"]}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(main), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"none\.yaml: no such file; `plans:` of .*config\.yaml names it"):
        load(tmp_path / "config.yaml", {})


def test_a_feed_may_lend_a_side_of_any_plan_the_main_file_watches(tmp_path: Path) -> None:
    main = plan("town", "bridge")
    main["feeds"][0]["context"] = ["county"]
    assert loaded(tmp_path, main, county=plan("county", "canal", side="county")).config.feeds[0].context == ("county",)
    assert "'county': no side of the plan" in problems(tmp_path, main)[0]


def test_the_plans_in_the_documentation_are_watched_beside_the_default_one(tmp_path: Path) -> None:
    default = yaml.safe_load((PLANS.parents[1] / "config.yaml").read_text(encoding="utf-8"))
    names = [str(path) for path in sorted(PLANS.glob("*.yaml"))]
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({**default, "plans": names}, allow_unicode=True), encoding="utf-8")
    assert len(load(path, {}).plans) == 1 + len(names)


# --- channels ---------------------------------------------------------------------------------------------


def test_a_channel_that_says_no_more_is_as_telegram_says(tmp_path: Path) -> None:
    telegram = {"channel": "@all", "language": "it", "log_chat": -5, "channels": [{"chat": -7, "language": "hi"}]}
    served = loaded(tmp_path, plan("town", "bridge", telegram=telegram)).config.telegram.served()
    assert [(one.chat, one.language, one.log_chat, one.max_age_days) for one in served] == [
        ("@all", "it", -5, 7),
        (-7, "hi", -5, 7),
    ]


def test_an_audience_of_nobody_we_know_is_a_mistake(tmp_path: Path) -> None:
    telegram = {"channel": -7, "channels": [{"chat": -7, "commitments": ["brigde"], "plans": ["moon"]}]}
    found = problems(tmp_path, plan("town", "bridge", telegram=telegram))
    assert [problem.partition("telegram.")[2] for problem in found] == [
        "channels[0].chat: -7: served already; a chat has one entry",
        "channels[0].plans[0]: 'moon': no such plan; there are: town",
        "channels[0].commitments[0]: 'brigde': no such commitment; did you mean 'bridge'?",
    ]


def test_a_channels_habits_are_read_whatever_way_a_time_is_written(tmp_path: Path) -> None:
    entry = {
        "chat": -7,
        "digest": {"every": "weekly", "at": "08:30", "weekday": "friday", "zone": "Europe/Rome", "only": True},
        "quiet": {"from": 1320, "to": 7, "zone": "Asia/Kolkata"},  # YAML reads 22:00 as a number of minutes
        "review": {"when": "low", "below": 0.5, "chat": -8, "hours": 2, "silence": "reject"},
    }
    telegram = {"reviewers": [43], "channels": [entry]}
    (channel,) = loaded(tmp_path, plan("town", "bridge", telegram=telegram)).config.telegram.served()
    assert habits_of(channel) == Habits(
        digest=Rhythm("weekly", 510, "Europe/Rome", weekday=4),
        only_digests=True,
        quiet=Hours(1320, 420, "Asia/Kolkata"),
        review=Reviewing(0.5, timedelta(hours=2), "reject"),
    )


def test_a_channels_habits_that_cannot_be_are_mistakes(tmp_path: Path) -> None:
    channels = [
        {"chat": -7, "review": {"when": "all", "chat": -7}, "quiet": {"from": "07:00", "to": 7}},
        {"chat": -8, "review": {"when": "off", "chat": -9}, "translate": True},
    ]
    found = problems(tmp_path, plan("town", "bridge", telegram={"channels": channels}))
    assert [problem.partition("telegram.")[2] for problem in found] == [
        "channels[0].quiet: begins when it ends; leave it out, or name two different times",
        "channels[0].review: nobody may review; name people in telegram.reviewers or telegram.admins",
        "channels[0].review.chat: is the channel itself; reviewers need a chat of their own",
        "channels[1].translate: nobody translates; name a program in telegram.translate.command",
    ]


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ({"digest": {"every": "daily", "weekday": "friday"}}, "a daily digest has no weekday; leave it out, or weekly"),
        ({"digest": {"every": "weekly", "weekday": "Fri"}}, "wanted: 'monday', 'tuesday', 'wednesday'"),
        ({"digest": {"every": "hourly"}}, "wanted: 'daily', 'three-hourly' or 'weekly'"),
        ({"digest": {"at": "25:00"}}, "wanted a time of day such as 08:00"),
        ({"digest": {"zone": "Rome"}}, "wanted a time zone's name such as Europe/Rome or Asia/Kolkata"),
        ({"quiet": {"from": "22:00"}}, "missing; this key is needed here"),
        ({"quiet": {"form": "22:00", "to": "7:00"}}, "unknown key; did you mean 'from'?"),
    ],
)
def test_a_channels_habits_say_what_they_want(tmp_path: Path, entry: dict[str, Any], wanted: str) -> None:
    telegram = {"channels": [{"chat": -7, **entry}]}
    assert any(wanted in problem for problem in problems(tmp_path, plan("town", "bridge", telegram=telegram)))


def test_a_translator_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    telegram = {"translate": {"command": ["/nowhere/translate"]}}
    (problem,) = problems(tmp_path, plan("town", "bridge", telegram=telegram))
    assert "telegram.translate.command: '/nowhere/translate': no such program" in problem


@pytest.mark.parametrize(
    ("settings", "audience"),
    [
        ({}, Audience()),
        ({"items": ["it"]}, Audience(None, frozenset({"it"}))),
        ({"plans": ["county"]}, Audience(frozenset({"canal"}))),
        ({"pillars": ["IV"]}, Audience(frozenset({"bridge", "school"}))),
        ({"pillars": ["IV"], "commitments": ["bridge", "canal"]}, Audience(frozenset({"bridge"}))),
    ],
)
def test_an_audience_is_what_all_its_restrictions_leave(
    tmp_path: Path, settings: dict[str, Any], audience: Audience
) -> None:
    both = loaded(tmp_path, plan("town", "bridge", "school"), county=plan("county", "canal", side="county"))
    assert audience_of(ChannelSettings(chat=1, **settings), both.plans) == audience


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{headlin}", "{headlin} is no block of a post; did you mean {headline}?"),
        ("<i>{headline}", "Telegram cannot read a post laid out so: can't parse entities"),
        ("{headline}\n" + "{excerpt}{outlets}\n" * 12, "too long for Telegram"),
    ],
)
def test_a_template_is_tried_before_anything_starts(tmp_path: Path, template: str, wanted: str) -> None:
    telegram = {"channels": [{"chat": -7, "template": template}]}
    (problem,) = problems(tmp_path, plan("town", "bridge", telegram=telegram))
    assert "telegram.channels[0].template" in problem
    assert wanted in problem
