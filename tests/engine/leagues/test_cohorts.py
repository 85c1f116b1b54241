"""Cohorts of leagues: sizes, who sits with whom, and that only the seed and the members decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.leagues.cohorts import Candidate, Newcomer, Seat, form_cohorts, season_seed, seat_newcomers
from tests.support.tiers import local

SEED = season_seed(b"a key", 7, "2026-03-02")
MONDAY = local("2026-03-02 00:00")


def sizes(seats: tuple[Seat, ...]) -> list[int]:
    cohorts = [(one.league, one.cohort) for one in seats]
    return [cohorts.count(cohort) for cohort in sorted(set(cohorts))]


def alike(members: int) -> list[Candidate]:
    return [Candidate(number, 0, 50) for number in range(1, members + 1)]


def test_given_so_many_members_when_cohorts_are_formed_then_they_have_twenty_to_thirty() -> None:
    assert sizes(form_cohorts(SEED, alike(20), 30)) == [20]
    assert sizes(form_cohorts(SEED, alike(30), 30)) == [30]
    assert sizes(form_cohorts(SEED, alike(61), 30)) == [21, 20, 20]
    assert sizes(form_cohorts(SEED, alike(100), 30)) == [25, 25, 25, 25]
    assert sizes(form_cohorts(SEED, alike(40), 30)) == [20, 20]


def test_given_a_number_that_cannot_be_shared_out_then_no_cohort_is_too_large() -> None:
    assert sizes(form_cohorts(SEED, alike(31), 30)) == [16, 15]
    assert sizes(form_cohorts(SEED, alike(3), 30)) == [3]
    assert form_cohorts(SEED, [], 30) == ()


def test_given_different_scores_when_cohorts_are_formed_then_those_alike_sit_together() -> None:
    members = [Candidate(number, 0, number * 10) for number in range(1, 41)]
    seats = form_cohorts(SEED, members, 30)
    assert {one.member_id for one in seats if one.cohort == 0} == set(range(21, 41))
    assert {one.member_id for one in seats if one.cohort == 1} == set(range(1, 21))


def test_given_two_leagues_then_nobody_plays_with_another_one() -> None:
    seats = form_cohorts(SEED, [Candidate(1, 0, 5), Candidate(2, 1, 5), Candidate(3, 1, 9)], 30)
    assert seats == (Seat(1, 0, 0), Seat(3, 1, 0), Seat(2, 1, 0))


def test_given_another_seed_when_all_are_alike_then_others_sit_together() -> None:
    other = season_seed(b"another key", 7, "2026-03-02")
    assert form_cohorts(SEED, alike(60), 30) != form_cohorts(other, alike(60), 30)


def test_given_newcomers_when_a_week_runs_then_they_fill_cohorts_of_their_own_by_their_first_scores() -> None:
    newcomers = [Newcomer(number, 0, MONDAY + timedelta(minutes=100 - number)) for number in range(1, 36)]
    seats = seat_newcomers(SEED, newcomers, {0: 2}, 30)
    assert seats[0] == Seat(35, 0, 2)
    assert sizes(seats) == [30, 5]
    assert {one.member_id for one in seats if one.cohort == 3} == {1, 2, 3, 4, 5}


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=200),
    st.integers(2, 40), st.randoms(use_true_random=False),
)  # fmt: skip
def test_any_order_of_members_forms_the_same_cohorts_of_even_sizes(
    members: list[tuple[int, int]], maximum: int, random: Any
) -> None:
    candidates = [Candidate(number, league, basis) for number, (league, basis) in enumerate(members, 1)]
    seats = form_cohorts(SEED, candidates, maximum)
    assert seats == form_cohorts(SEED, random.sample(candidates, len(candidates)), maximum)
    assert sorted(one.member_id for one in seats) == sorted(one.member_id for one in candidates)
    for league in {one.league for one in candidates}:
        held = sizes(tuple(one for one in seats if one.league == league))
        count = sum(one.league == league for one in candidates)
        assert max(held) <= maximum
        assert max(held) - min(held) <= 1
        for minimum in range(1, maximum + 1):
            if any(count // cohorts >= minimum and -(-count // cohorts) <= maximum for cohorts in range(1, count + 1)):
                assert min(held) >= minimum


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), max_size=60),
    st.integers(2, 7), st.randoms(use_true_random=False),
)  # fmt: skip
def test_any_order_of_arrival_seats_newcomers_the_same(
    arrivals: list[tuple[int, int]], maximum: int, random: Any
) -> None:
    newcomers = [
        Newcomer(number, league, MONDAY + timedelta(hours=hour)) for number, (league, hour) in enumerate(arrivals, 1)
    ]
    seats = seat_newcomers(SEED, newcomers, {0: 1}, maximum)
    assert seats == seat_newcomers(SEED, random.sample(newcomers, len(newcomers)), {0: 1}, maximum)
    entered = {one.member_id: one.entered_at for one in newcomers}
    for league in (0, 1):
        here = [one for one in seats if one.league == league]
        assert [entered[one.member_id] for one in here] == sorted(entered[one.member_id] for one in here)
        assert [one.cohort for one in here] == [1 - league + turn // maximum for turn in range(len(here))]
