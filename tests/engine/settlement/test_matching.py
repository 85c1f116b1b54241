"""Our lines against the rows of a partner's file: what agrees, what differs, and what rounding may take."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from engine.settlement.matching import GroupKey, Matching, OurRow, TheirRow, difference_of, match
from engine.settlement.suspense_store import NewRow, OpenRow
from engine.settlement.timing import carried_over

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)


def ours(event_id: int, reference: str | None, micros: int, *, kind: str = "issued", points: int = 10) -> OurRow:
    return OurRow(event_id, reference, kind, "USD", points, micros)


def theirs(number: int, reference: str, micros: int | None, *, kind: str = "", points: int | None = None) -> TheirRow:
    return TheirRow(number, reference, kind, "USD", points, micros)


def differing(mine: list[OurRow], others: list[TheirRow], tolerance: int = 0) -> list[tuple[str, str, str]]:
    found = match(mine, others, {"USD": tolerance})
    rows = [difference_of(key, group) for key, group in found.differing.items()]
    return [(row.problem, row.kind, row.reference) for row in rows]


def test_rows_agree_by_the_partners_reference_or_by_our_event() -> None:
    mine = [ours(1, "A", 10_000_000), ours(2, None, 5_000_000), ours(3, "B", 7_000_000)]
    found = match(mine, [theirs(2, "A", 10_000_000), theirs(3, "2", 5_000_000), theirs(4, "3", 7_000_000)], {})
    assert (found.matched, found.differing) == (3, {})


def test_a_number_that_is_a_reference_of_ours_is_never_taken_for_the_id_of_another_event() -> None:
    mine = [ours(85, "A", 10_000_000), ours(90, "85", 5_000_000), ours(91, "91", 7_000_000)]
    others = [theirs(2, "85", 5_000_000), theirs(3, "A", 10_000_000), theirs(4, "91", 7_000_000)]
    assert differing(mine, others) == []
    # Of an event without a row by its reference the id will do, unless it is somebody's reference.
    assert differing(mine, [theirs(2, "85", 5_000_000), theirs(4, "91", 7_000_000)]) == [("only_ours", "issued", "A")]


def test_what_only_one_side_has_and_what_differs_is_told_apart() -> None:
    mine = [ours(1, "A", 10_000_000), ours(2, "B", 5_000_000)]
    others = [theirs(2, "A", 11_000_000), theirs(3, "C", 5_000_000)]
    assert differing(mine, others) == [
        ("different", "", "A"), ("only_ours", "issued", "B"), ("only_theirs", "", "C")
    ]  # fmt: skip


def test_a_reference_is_compared_by_kind_where_the_file_names_kinds_else_as_a_whole() -> None:
    mine = [ours(1, "A", 10_000_000), ours(2, "A", -4_000_000, kind="clawed_back", points=4)]
    assert differing(mine, [theirs(2, "A", 6_000_000, points=6)]) == []
    assert differing(mine, [theirs(2, "A", 10_000_000, kind="issued", points=10)]) == [
        ("only_ours", "clawed_back", "A")
    ]
    by_kind = [
        theirs(2, "A", 10_000_000, kind="issued", points=10), theirs(3, "A", -4_000_000, kind="clawed_back", points=4)
    ]  # fmt: skip
    assert differing(mine, by_kind) == []


def test_points_have_to_agree_exactly_and_amounts_within_what_was_agreed() -> None:
    mine = [ours(1, "A", 10_000_000)]
    assert differing(mine, [theirs(2, "A", 12_000_000, points=10)], tolerance=2) == []
    assert differing(mine, [theirs(2, "A", 12_000_001, points=10)], tolerance=2) == [("different", "", "A")]
    assert differing(mine, [theirs(2, "A", 10_000_000, points=11)], tolerance=2) == [("different", "", "A")]
    assert differing(mine, [theirs(2, "A", None, points=10)]) == []


def test_a_file_of_whole_cents_agrees_with_parts_of_cents_but_not_with_another_cent() -> None:
    parts = [ours(1, "A", 12_500_000)]
    assert differing(parts, [theirs(2, "A", 12_000_000)]) == differing(parts, [theirs(2, "A", 13_000_000)]) == []
    assert differing(parts, [theirs(2, "A", 14_000_000)]) == [("different", "", "A")]
    assert differing(parts, [theirs(2, "A", 12_400_000)]) == [("different", "", "A")]
    assert differing([ours(1, "A", 12_000_000)], [theirs(2, "A", 13_000_000)]) == [("different", "", "A")]


def test_a_row_that_stands_twice_in_the_file_differs_and_is_named() -> None:
    found = match([ours(1, "A", 10_000_000)], [theirs(2, "A", 10_000_000), theirs(9, "A", 10_000_000)], {})
    ((key, group),) = found.differing.items()
    assert difference_of(key, group) == NewRow(
        "different", "A", "", 1, {"events": ["1"], "currency": "USD", "points": "10", "micros": "10000000"},
        {"rows": [2, 9], "currency": "USD", "micros": "20000000"}, "USD",
    )  # fmt: skip


EVENTS = st.lists(
    st.builds(
        OurRow, st.integers(100, 140), st.sampled_from([None, "A", "B", "C"]), st.sampled_from(["issued", "payment"]),
        st.sampled_from(["USD", "JPY"]), st.integers(0, 99), st.integers(-(10**9), 10**9),
    ),
    unique_by=lambda row: row.event_id, max_size=20,
)  # fmt: skip


@given(EVENTS, st.booleans(), st.integers())
def test_a_file_made_from_our_lines_agrees_in_any_order_and_one_change_is_found(
    events: list[OurRow], by_event: bool, seed: int
) -> None:
    rows = [
        TheirRow(
            number, str(one.event_id) if by_event or one.reference is None else one.reference, one.kind, one.currency,
            one.points, one.micros,
        )
        for number, one in enumerate(random.Random(seed).sample(events, len(events)), 2)
    ]  # fmt: skip
    assert match(events, rows, {}) == Matching(len(rows), match(events, rows, {}).agreeing, {})
    if rows:
        wrong = rows[0]
        altered = TheirRow(
            wrong.number, wrong.reference, wrong.kind, wrong.currency, wrong.points, (wrong.micros or 0) + 30_000_000
        )
        found = match(events, [altered, *rows[1:]], {}).differing
        assert list(found) == [GroupKey(wrong.reference, wrong.kind, wrong.currency)]


def test_what_the_other_side_books_in_its_next_statement_explains_an_open_row_once() -> None:
    # In January they had "A" and we did not; we had "B" and they did not.
    january = [
        OpenRow(1, 7, 5, "only_theirs", "", "A", "USD", {}, {"currency": "USD", "micros": "13000000"}, NOON),
        OpenRow(2, 7, 5, "only_theirs", "", "A", "USD", {}, {"currency": "USD", "micros": "13000000"}, NOON),
        OpenRow(3, 7, 5, "only_ours", "issued", "B", "USD", {"currency": "USD", "micros": "5000000"}, {}, NOON),
    ]
    february = match([ours(20, "A", 12_600_000)], [theirs(2, "B", 5_000_000, kind="issued")], {})
    assert len(february.differing) == 2
    carried = carried_over(february, january, {})
    assert carried.settled == (1, 3)
    assert carried.explained == frozenset(february.differing)


def test_a_row_that_says_something_else_explains_nothing() -> None:
    january = [
        OpenRow(1, 7, 5, "only_theirs", "", "A", "USD", {}, {"currency": "USD", "micros": "14000000"}, NOON),
        OpenRow(2, 7, 5, "only_theirs", "payment", "C", "USD", {}, {"currency": "USD", "micros": "1000000"}, NOON),
    ]
    february = match([ours(20, "A", 12_600_000), ours(21, "C", 1_000_000)], [], {"USD": 1})
    assert carried_over(february, january, {"USD": 1}).settled == ()
