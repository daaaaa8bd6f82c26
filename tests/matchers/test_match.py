"""From an item to its commitments, ranked, with evidence that stands where it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from feeds.item import Item
from matchers.match import Match, judge, match
from matchers.text import fold
from tests.matchers.plans import BASE, compiled, found, item, rules_of


def test_evidence_names_rule_field_offsets_term_and_role() -> None:
    rules = rules_of("any: [search and rescue]")
    title, summary = "India–Italy drill", "A Search-and-Rescue exercise off Goa."
    assert match(rules, item(title, summary)) == (
        Match(
            commitment="c",
            rule="r0",
            score=match(rules, item(title, summary))[0].score,
            evidence=match(rules, item(title, summary))[0].evidence,
        ),
    )
    evidence = match(rules, item(title, summary))[0].evidence
    assert [(one.role, one.field, one.term) for one in evidence] == [
        ("term", "summary", "search and rescue"),
        ("india", "title", "india"),
        ("italy", "title", "italy"),
    ]
    assert summary[evidence[0].start : evidence[0].end] == "Search-and-Rescue"


@pytest.mark.parametrize(
    ("term", "text", "slice_"),
    [
        ("città", "In citta\u0300 dell'India e in Italia", "citta\u0300"),
        ("जरूरत", "भारत और इटली की ज़रूरत", "ज़रूरत"),
        ("isro", "I.S.R.O. joins Italy in India", "I.S.R.O"),
        ("cooperation", "Italy: co\u00adoperation with India", "co\u00adoperation"),
        ("日伊", "The 日伊協力 of Italy and India", "日伊"),
        ("port*", "Italian portualità for India", "portualità"),
        ("10000", "Italy takes 10,000 from India", "10,000"),
    ],
)
def test_offsets_are_those_of_the_original_text(term: str, text: str, slice_: str) -> None:
    (matched,) = match(rules_of(f"any: ['{term}']"), item(text))
    first = matched.evidence[0]
    assert text[first.start : first.end] == slice_


words = st.sampled_from(
    [
        "India",
        "Italy",
        "भारत",
        "इटली",
        "ports",
        "PORTS",
        "Pòrts",
        "green",
        "hydrogen",
        "हिन्द",
        "日",
        "伊",
        "=",
        "-",
        "’s",
        "e\u0301",
        "ज़",
    ]
)
texts = st.lists(words, max_size=20).map(" ".join) | st.text(max_size=60)


@given(texts, texts)
def test_what_the_evidence_points_at_is_the_term(title: str, summary: str) -> None:
    rules = rules_of("any: [ports, green hydrogen, हिंद, 日伊, ज]", "any: [ital*], needs: []")
    for matched in match(rules, item(title, summary)):
        for one in matched.evidence:
            there = fold((title if one.field == "title" else summary)[one.start : one.end])
            assert there.startswith(fold(one.term.rstrip("*")))


@given(st.text(), st.text(), st.sampled_from([(), ("india",), ("india", "italy")]))
def test_no_item_breaks_it(title: str, summary: str, context: tuple[str, ...]) -> None:
    rules = rules_of(
        "any: [a, e, =I]", "any: [i], near: 3, with: [[o]]", plan="{masks: [a b], languages: [en]}", base=_SMALL
    )
    assert isinstance(match(rules, item(title, summary), context=context), tuple)


_SMALL = "{id: p, title: {en: P}, languages: [en], sides: {india: {strong: [a]}, italy: {strong: [e]}}}"


WORDS = st.lists(
    st.sampled_from(["India", "Italy", "इटली", "Roma", "Goa", "port", "ships", "crew", "il", "la", "FRANCE"]),
    max_size=8,
)


@given(WORDS.map(" ".join), WORDS.map(" ".join), st.sampled_from([(), ("italy",), ("india", "italy")]))
def test_what_is_asked_first_keeps_no_match_out(title: str, summary: str, context: tuple[str, ...]) -> None:
    rules = rules_of(
        "any: [port]",
        "any: [ships], with: [crew], strength: weak",
        "any: [crew], needs: []",
        "any: [port], needs: [italy], lent: false",
        plan="{others: [france]}",
    )
    asked = item(title, summary)
    kept = [(one.rule.rule.id, one.score) for one in judge(rules, asked, context=context).kept]
    assert [(one.rule, one.score) for one in match(rules, asked, context=context)] == kept


@pytest.mark.parametrize(
    ("title", "summary", "matches"),
    [
        ("Italy, India and cyber law", "", True),
        ("Italy and India on cyber", "", False),
        ("Italy and India on cyber", "Law", False),
        ("Italy and India", "On cyber", False),
    ],
)
def test_a_star_alone_is_a_word_of_the_same_field(title: str, summary: str, matches: bool) -> None:
    assert bool(match(rules_of("any: ['cyber-*']"), item(title, summary))) is matches


def test_an_item_without_title_or_text_matches_nothing() -> None:
    assert match(rules_of("any: [ports]"), Item()) == ()


def test_a_feed_lends_a_side_that_only_supports() -> None:
    rules = rules_of("any: [nurses]", "any: [hospital], strength: weak")
    assert match(rules, item("Nurses from Italy"), context=("india",))
    assert not match(rules, item("Hospital in Italy"), context=("india",))
    assert not match(rules, item("Nurses wanted"), context=("india", "italy"))


def test_a_language_lends_a_side_too() -> None:
    plan = "{sides: {india: {strong: [india, भारत], languages: [hi]}, italy: {strong: [italy, इटली]}}}"
    rules = rules_of("any: [नर्सों, nurses]", plan=plan)
    assert found(rules, "इटली में नर्सों की भर्ती होगी") == ["c"]
    assert found(rules, "Italy is to hire the nurses") == []


def test_terms_of_a_language_wait_for_items_of_it() -> None:
    rules = rules_of("any: {it: [porti], en: [ports]}")
    assert found(rules, "I porti dell'India e dell'Italia sono in festa") == ["c"]
    assert found(rules, "The porti of Italy and India are in the news") == []


def test_latin_words_in_a_hindi_item_are_english() -> None:
    assert found(rules_of("any: {en: [ports], it: [porti]}"), "India Italy ports: भारत और इटली के बीच समझौता हुआ") == [
        "c"
    ]


def test_a_name_in_exact_case_is_found_in_a_shouted_headline() -> None:
    rules = rules_of("any: [talks]", plan="{sides: {italy: {strong: ['=Meloni', '=ASI']}}}")
    assert found(rules, "MELONI IN TALKS") == ["c"]
    assert found(rules, "meloni talks") == []
    assert found(rules, "Asi talks") == []


def test_a_mask_hides_what_it_touches_and_nothing_else() -> None:
    rules = rules_of("any: [exercise, indian ocean rim]", plan="{masks: [indian ocean]}")
    assert found(rules, "Italian exercise in the Indian Ocean") == []
    assert found(rules, "Italian exercise in the Indian Ocean with Indian ships") == ["c"]
    assert found(rules, "India and Italy at Indian Ocean Rim talks") == ["c"]


@pytest.mark.parametrize(
    ("summary", "counts"),
    [
        ("They spoke of trade, energy, culture and science.", False),
        ("They spoke of trade, energy and culture.", True),
        ("They spoke of trade, culture, science and of a joint plan for energy.", True),
        ("They agreed on energy. Culture, science, sport, art and food came later.", True),
        ("व्यापार, रक्षा, energy और संस्कृति पर चर्चा।", False),
        ("Commercio, difesa, energy e cultura.", False),
    ],
)
def test_one_of_a_list_of_four_is_no_topic(summary: str, counts: bool) -> None:
    assert bool(found(rules_of("any: [energy]"), "India, Italy meet", summary)) == counts


def test_near_counts_the_words_between_and_stays_in_its_field() -> None:
    rules = rules_of("any: [ports], with: [[deal]], near: 2")
    assert found(rules, "India, Italy: ports and shipping deal") == ["c"]
    assert found(rules, "India, Italy: deal on their ports") == ["c"]
    assert found(rules, "India, Italy: ports and much more shipping deal") == []
    assert found(rules, "India, Italy and ports", "Deal signed.") == []


def test_ordered_near_wants_each_after_the_one_before() -> None:
    rules = rules_of("any: [joint], with: [[naval], [drill]], near: 1, ordered: true")
    assert found(rules, "India, Italy: joint naval drill") == ["c"]
    assert found(rules, "India, Italy: drill, naval, joint") == []
    assert found(rules, "India, Italy: joint, joint big naval sea drill") == ["c"]


def test_a_person_shows_a_side_while_in_office() -> None:
    plan = "{people: [{name: A, side: italy, words: [draghi], valid_from: '2021-02-13', valid_to: '2022-10-22'}]}"
    rules = rules_of("any: [talks]", plan=plan)
    assert found(rules, "Draghi in talks with India", day="2022-10-22") == ["c"]
    assert found(rules, "Draghi in talks with India", day="2022-10-23") == []
    assert found(rules, "Draghi in talks with India") == ["c"]


def test_a_person_may_have_held_two_offices() -> None:
    office = "{{name: A, side: italy, words: [draghi], valid_from: '{0}-01-01', valid_to: '{0}-12-31'}}"
    rules = rules_of("any: [talks]", plan=f"{{people: [{office.format(2011)}, {office.format(2021)}]}}")
    assert [found(rules, "Draghi in talks with India", day=f"{year}-06-01") for year in (2011, 2015, 2021)] == [
        ["c"],
        [],
        ["c"],
    ]


def test_the_best_are_kept_and_ranked() -> None:
    ones = [
        f"- {{id: {name}, title: {{en: X}}, rules: [{{id: r, any: [{name}]}}]}}" for name in ("aa", "bb", "cc", "dd")
    ]
    rules = compiled("commitments:\n" + "\n".join(ones))
    assert found(rules, "India and Italy on dd and cc", "Then aa was named. It was bb at last.") == ["dd", "cc", "aa"]
    scores = [one.score for one in match(rules, item("India and Italy on dd and cc", "Then aa was named."))]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_cost_does_not_grow_with_what_is_repeated() -> None:
    rules = rules_of("any: [ports], with: [[deal]], near: 5", "query: 'ONEAR/3(ports, deal, ships)'")
    assert found(rules, "India Italy", "ports " * 3000 + "deal " * 3000) == ["c"]


HOSTED = BASE.replace("hi: [इटली, इतालवी]}, ", "hi: [इटली, इतालवी]}, hosts: [.it, example.org], ")


@pytest.mark.parametrize(
    ("link", "source", "expected"),
    [
        ("https://www.giornale.it/a/1", None, ["c"]),
        ("http://example.org:8080/x", None, ["c"]),
        ("https://news.example.org/x", None, ["c"]),
        ("https://reader@giornale.it", None, ["c"]),
        ("https://news.google.com/articles/1", "giornale.it", ["c"]),
        ("https://news.google.com/articles/1", "Giornale", []),
        ("https://notexample.org/x", None, []),
        ("https://example.org.evil.com/giornale.it", None, []),
        ("giornale.it", None, []),
        (None, None, []),
    ],
)
def test_the_host_of_an_item_lends_a_side(link: str | None, source: str | None, expected: list[str]) -> None:
    rules = rules_of("any: [satellite]", base=HOSTED)
    told = structs.replace(item("India launches satellite"), link=link, source=source)
    assert [one.commitment for one in match(rules, told)] == expected
    only = rules_of("any: [satellite], lent: [india]", base=HOSTED)
    assert match(only, told) == ()


def test_several_third_parties_in_a_title_are_too_many_also_beside_both_sides() -> None:
    rules = rules_of("any: [satellite]", plan="{others: [france, germany, south africa, africa]}")
    assert found(rules, "India, Italy, France plan satellite") == ["c"]
    assert found(rules, "India, Italy and South Africa plan satellite") == ["c"]
    assert found(rules, "France, Germany, India and Italy plan satellite") == []


def test_several_third_parties_are_too_many_wherever_they_stand() -> None:
    rules = rules_of("any: [satellite]", plan="{others: [france, germany]}")
    assert match(rules, item("India and Italy plan satellite", "France looks on. France again.")) != ()
    assert match(rules, item("India and Italy plan satellite", "Others look on. France does, and Germany.")) == ()


def test_a_side_shown_further_down_than_the_first_sentence_is_named_in_passing() -> None:
    rules = rules_of("any: [satellite]")
    assert match(rules, item("India launches satellite", "It was built in Italy. It is small.")) != ()
    assert match(rules, item("India launches satellite", "It is small. It was built in Italy.")) == ()
