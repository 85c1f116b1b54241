"""Members' numbers at partners: not to be mistaken, not to be compared, and followed through mergers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from engine.database import tenant_transaction
from engine.partners.numbers import ALPHABET, check_character, grouped, member_number, member_of_number, read_number
from tests.support.partners import Partnering

BODY = st.text(alphabet=ALPHABET, min_size=15, max_size=15)


@given(BODY, st.integers(0, 15), st.integers(1, 31))
def test_one_mistaken_character_is_noticed(body: str, place: int, by: int) -> None:
    number = body + check_character(body)
    mistaken = ALPHABET[(ALPHABET.index(number[place]) + by) % 32]
    assert read_number(number) == number
    assert read_number(number[:place] + mistaken + number[place + 1 :]) is None


@given(BODY, st.integers(0, 14), st.integers(0, 14))
def test_any_two_swapped_characters_are_noticed(body: str, one: int, other: int) -> None:
    number = list(body + check_character(body))
    swapped = number.copy()
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert (read_number("".join(swapped)) is None) == (swapped != number)


def test_a_number_is_read_in_whatever_way_it_is_written() -> None:
    body = "0123456789ABCDE"
    number = body + check_character(body)
    assert grouped(number) == f"0123-4567-89AB-CDE{number[-1]}"
    for written in (grouped(number), number.lower(), f" O{number[1:]} ", f"0L{number[2:]}", f"0i{number[2:]}"):
        assert read_number(written) == number
    for written in ("", "0" * 15, number + "0", "０" + number[1:], "U" + number[1:], "-" * 1_000, number + "\x00"):
        assert read_number(written) is None


@pytest.mark.anyio
async def test_a_member_has_one_number_at_each_partner_and_keeps_it_when_merged(partnering: Partnering) -> None:
    # Given two members, two partners, and the first member's number at each
    program = partnering.program_id
    one, other = [(await partnering.meet(handle)).partner_id for handle in ("harbor-coffee", "tea-house")]
    add = "INSERT INTO members (program_id, joined_at) VALUES (:program, now()) RETURNING member_id"
    ((ada,),) = await partnering.rows(add, program=program)
    ((bob,),) = await partnering.rows(add, program=program)
    async with tenant_transaction(partnering.engine, program) as connection:
        number = await member_number(connection, program, one, ada)
        assert await member_number(connection, program, one, ada) == number
        assert len(number) == 19
        elsewhere = await member_number(connection, program, other, ada)
        assert elsewhere != number
        # Then it leads to the member at that partner, and nowhere else
        assert await member_of_number(connection, program, one, number.lower()) == ada
        assert await member_of_number(connection, program, other, number) is None
        assert await member_of_number(connection, program + 1, one, number) is None
        of_bob = await member_number(connection, program, one, bob)
        # When the two become one, both numbers lead to who is left, and only that one's is shown
        merge = text("UPDATE members SET merged_into = :bob WHERE program_id = :program AND member_id = :ada")
        await connection.execute(merge, {"bob": bob, "ada": ada, "program": program})
        assert [await member_of_number(connection, program, one, given) for given in (number, of_bob)] == [bob, bob]
        assert await member_number(connection, program, one, ada) == of_bob
        # When they leave, no number leads anywhere
        await connection.execute(
            text("UPDATE members SET closed_at = now() WHERE program_id = :program AND member_id = :bob"),
            {"bob": bob, "program": program},
        )
        assert await member_of_number(connection, program, one, number) is None
        with pytest.raises(LookupError):
            await member_number(connection, program, one, 10**12)
