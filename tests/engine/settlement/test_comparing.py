"""Two sides of a statement against each other: the difference that was made is the difference that is found."""

from __future__ import annotations

import random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.settlement.comparing import Difference, Leaf, Problem, compare, in_order
from engine.settlement.merkle import leaf_hash, root_of

ROWS = st.lists(st.integers(1, 10**12), unique=True, min_size=1, max_size=60)


def leaf(event: int, says: str = "") -> Leaf:
    return Leaf(str(event), leaf_hash(f"{event}{says}".encode()))


def shuffled(leaves: list[Leaf], seed: int) -> list[Leaf]:
    return random.Random(seed).sample(leaves, len(leaves))


@given(ROWS, st.data())
def test_one_altered_missing_or_added_row_is_exactly_what_is_found(events: list[int], data: st.DataObject) -> None:
    here = [leaf(event) for event in sorted(events)]
    place = data.draw(st.integers(0, len(here) - 1))
    made: Problem = data.draw(st.sampled_from(get_args(Problem)))
    event = here[place].event
    others = [one for one in here if one.event != event]
    there = [*others, leaf(int(event), "!")] if made == "altered" else others
    seed = data.draw(st.integers())
    if made == "missing_here":
        assert compare(shuffled(others, seed), here) == (Difference("missing_here", event, None),)
    else:
        assert compare(here, shuffled(there, seed)) == (Difference(made, event, place),)
    assert root_of(one.hash for one in in_order(there)) != root_of(one.hash for one in here)


@given(ROWS, st.integers())
def test_the_same_rows_in_any_order_agree_and_have_one_root(events: list[int], seed: int) -> None:
    here = [leaf(event) for event in events]
    there = shuffled(here, seed)
    assert compare(here, there) == ()
    assert root_of(one.hash for one in in_order(here)) == root_of(one.hash for one in in_order(there))


def test_every_difference_is_told_in_the_order_of_the_statement() -> None:
    here = [leaf(2), leaf(10), leaf(11), leaf(100)]
    there = [leaf(1), leaf(2), leaf(10, "!"), leaf(100), leaf(101)]
    assert compare(here, there) == (
        Difference("missing_here", "1", None), Difference("altered", "10", 1), Difference("missing_there", "11", 2),
        Difference("missing_here", "101", None),
    )  # fmt: skip
    assert compare(here, there, most=2) == compare(here, there)[:2]


@pytest.mark.parametrize("there", [[leaf(1), leaf(1)], [leaf(1), leaf(1, "!")]])
def test_a_row_that_stands_twice_on_one_side_differs(there: list[Leaf]) -> None:
    assert compare([leaf(1)], there) == (Difference("altered", "1", 0),)


def test_a_list_with_nonsense_in_it_can_be_compared() -> None:
    nonsense = Leaf("²", leaf_hash(b"?"))
    assert compare([leaf(1)], [nonsense, leaf(1)]) == (Difference("missing_here", "²", None),)
