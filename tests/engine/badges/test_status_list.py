"""Lists of revoked credentials, read by a library that is not ours."""

from __future__ import annotations

import pytest
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from engine.badges.status_list import LIST_BITS, encoded_list, place_of


def test_another_reader_finds_the_bits_that_were_set() -> None:
    revoked = [0, 7, 8, 4_242, LIST_BITS - 1]
    decoded = decode_encoded_list(encoded_list(revoked))
    assert (sorted(set_indices(decoded)), len(decoded)) == (revoked, 16_384)


def test_the_same_bits_are_the_same_bytes_in_any_order() -> None:
    assert encoded_list([3, 1, 2]) == encoded_list([2, 3, 1, 1])


def test_each_list_holds_as_many_as_the_specification_asks_for() -> None:
    assert (place_of(131_071), place_of(131_072)) == ((0, 131_071), (1, 0))
    with pytest.raises(ValueError, match="no list has a place 131072"):
        encoded_list([LIST_BITS])
