"""Promotion and demotion of a cohort: ties at the line, small cohorts, who scored nothing, who is held back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.leagues.placing import Placing, Played, place_cohort
from tests.support.tiers import local

MONDAY = local("2026-03-02 00:00")


def played(*scores: int, minutes: int = 1) -> list[Played]:
    """Members 1, 2, … with these scores, reached one after the other."""
    return [
        Played(number, score, MONDAY + timedelta(minutes=minutes * number) if score else None)
        for number, score in enumerate(scores, 1)
    ]


def outcomes(placings: tuple[Placing, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in placings:
        found.setdefault(one.outcome, []).append(one.member_id)
    return found


def test_given_a_full_cohort_when_it_closes_then_the_first_rise_and_the_last_fall() -> None:
    placings = place_cohort(2, 1, 5, played(50, 40, 30, 20, 10))
    assert placings[0] == Placing(1, 50, 1, "promoted")
    assert outcomes(placings) == {"promoted": [1, 2], "stayed": [3, 4], "demoted": [5]}


def test_given_equal_scores_then_whoever_was_first_is_before() -> None:
    late_first = [Played(1, 40, MONDAY + timedelta(hours=2)), Played(2, 40, MONDAY + timedelta(hours=1))]
    assert [one.member_id for one in place_cohort(0, 0, 2, late_first)] == [2, 1]
    together = [Played(2, 40, MONDAY), Played(1, 40, MONDAY)]
    assert [one.member_id for one in place_cohort(0, 0, 2, together)] == [1, 2]


def test_given_ties_at_the_line_then_all_of_them_rise_but_at_most_three_more() -> None:
    assert outcomes(place_cohort(2, 0, 5, played(50, 40, 40, 40, 30)))["promoted"] == [1, 2, 3, 4]
    assert outcomes(place_cohort(1, 0, 5, played(40, 40, 40, 40, 40, 40)))["promoted"] == [1, 2, 3, 4]


def test_given_the_score_of_one_who_stays_then_nobody_falls() -> None:
    assert outcomes(place_cohort(0, 2, 5, played(50, 40, 30, 30, 30))) == {"stayed": [1, 2, 3, 4, 5]}
    assert outcomes(place_cohort(0, 2, 5, played(50, 40, 30, 30, 20))) == {"stayed": [1, 2, 3, 4], "demoted": [5]}


def test_given_members_who_scored_nothing_then_they_are_unranked_and_take_no_place() -> None:
    placings = place_cohort(1, 1, 3, played(50, 40, 30, 0, 0))
    assert outcomes(placings) == {"promoted": [1], "stayed": [2], "demoted": [3], "unranked": [4, 5]}
    assert [one.rank for one in placings] == [1, 2, 3, None, None]


def test_given_few_who_scored_then_as_small_a_share_of_them_rises_and_falls() -> None:
    assert outcomes(place_cohort(7, 5, 20, played(*range(50, 40, -1)))) == {
        "promoted": [1, 2, 3], "stayed": [4, 5, 6, 7, 8], "demoted": [9, 10],
    }  # fmt: skip
    assert outcomes(place_cohort(7, 5, 20, played(50))) == {"stayed": [1]}


def test_given_an_entry_in_quarantine_or_withdrawn_then_the_others_close_ranks() -> None:
    members = played(50, 40, 30, 20)
    members[0] = members[0]._replace(state="held")
    members[2] = members[2]._replace(state="withdrawn")
    placings = place_cohort(1, 1, 2, members)
    assert placings == (
        Placing(2, 40, 1, "promoted"), Placing(4, 20, 2, "demoted"),
        Placing(1, 50, None, "unranked"), Placing(3, 30, None, "withdrawn"),
    )  # fmt: skip


@given(
    st.lists(st.integers(0, 6), max_size=30), st.integers(0, 10), st.integers(0, 10), st.randoms(use_true_random=False)
)
def test_any_cohort_agrees_with_counting_one_by_one(scores: list[int], promote: int, demote: int, random: Any) -> None:
    members = played(*scores)
    placings = place_cohort(promote, demote, 20, members)
    assert placings == place_cohort(promote, demote, 20, random.sample(members, len(members)))
    ranked = [one for one in placings if one.rank is not None]
    assert [one.rank for one in ranked] == list(range(1, len(ranked) + 1))
    assert len(ranked) == sum(score > 0 for score in scores)
    for one in ranked:
        better = sum(other.score > one.score or (other.score == one.score and other.member_id < one.member_id)
                     for other in members)  # fmt: skip
        assert one.rank == better + 1
    rising = [one for one in ranked if one.outcome == "promoted"]
    falling = [one for one in ranked if one.outcome == "demoted"]
    line = promote if len(ranked) >= 20 else promote * len(ranked) // 20
    assert min(line, len(ranked)) <= len(rising) <= line + 3
    assert not rising or all(one.score == ranked[line - 1].score for one in rising[line:])
    staying = [one.score for one in ranked if one.outcome == "stayed"]
    assert len(falling) <= demote
    assert not staying or all(one.score < min(staying) for one in falling)
