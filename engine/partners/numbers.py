"""Members' numbers at a partner: what a member says or shows there, so that what they bought is reported for them.

A number is made for one member and one partner, by chance: two partners cannot find out that theirs are of the same
person. It can be read out and typed in: no letter that looks like a digit, and a last character that tells when one
was mistaken or two were swapped.
"""

from __future__ import annotations

import secrets

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32."""
NUMBER_LENGTH = 16
_GROUP = 4
_TRIES = 3
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_VALUES = {character: value for value, character in enumerate(ALPHABET)}

_ROOT = text("""
    SELECT CASE WHEN merged_into IS NULL THEN member_id ELSE merged_into END
    FROM members WHERE program_id = :program_id AND member_id = :member_id
""")
_FIND = text("""
    SELECT number FROM partner_members
    WHERE program_id = :program_id AND partner_id = :partner_id AND member_id = :member_id
""")
_ADD = text("""
    INSERT INTO partner_members (program_id, partner_id, number, member_id)
    VALUES (:program_id, :partner_id, :number, :member_id) ON CONFLICT DO NOTHING
""")
_OWNER = text("""
    SELECT r.member_id FROM partner_members n
    JOIN members m ON m.program_id = n.program_id AND m.member_id = n.member_id
    JOIN members r ON r.program_id = m.program_id
        AND r.member_id = CASE WHEN m.merged_into IS NULL THEN m.member_id ELSE m.merged_into END
    WHERE n.program_id = :program_id AND n.partner_id = :partner_id AND n.number = :number AND r.closed_at IS NULL
""")


async def member_number(connection: AsyncConnection, program_id: int, partner_id: int, member_id: int) -> str:
    """A member's number at a partner, made when it is first asked for: 16 characters in groups of four.

    Members that were merged have the one of the member they became. Raises LookupError for a member that is none.
    """
    given = {"program_id": program_id, "partner_id": partner_id, "member_id": member_id}
    root = (await connection.execute(_ROOT, given)).scalar_one_or_none()
    if root is None:
        raise LookupError(f"the program has no member {member_id}")
    given["member_id"] = root
    for _ in range(_TRIES):
        known = (await connection.execute(_FIND, given)).scalar_one_or_none()
        if known is not None:
            return grouped(known)
        await connection.execute(_ADD, {**given, "number": new_number()})
    return grouped((await connection.execute(_FIND, given)).scalar_one())


async def member_of_number(connection: AsyncConnection, program_id: int, partner_id: int, number: str) -> int | None:
    """Whose number it is at a partner, in whatever way it is written; merged members are the one they became.

    None for a number that is mistyped, of another partner, or of a member who left.
    """
    plain = read_number(number)
    if plain is None:
        return None
    given = {"program_id": program_id, "partner_id": partner_id, "number": plain}
    owner: int | None = (await connection.execute(_OWNER, given)).scalar_one_or_none()
    return owner


def new_number() -> str:
    """A number of nobody yet: 75 bits of chance and the character that checks them."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH - 1))
    return body + check_character(body)


def read_number(written: str) -> str | None:
    """The 16 characters that somebody wrote, or None where they cannot be a number."""
    if len(written) > 4 * NUMBER_LENGTH or not written.isascii():
        return None
    plain = written.upper().translate(_LOOK_ALIKE)
    if len(plain) != NUMBER_LENGTH or any(character not in _VALUES for character in plain):
        return None
    return plain if check_character(plain[:-1]) == plain[-1] else None


def check_character(body: str) -> str:
    """What the other characters add up to in the field of 32 elements, each times another power of two.

    Any one mistaken character and any two swapped ones give another sum.
    """
    total, weight = 0, 1
    for character in body:
        weight = _times(weight, 2)
        total ^= _times(weight, _VALUES[character])
    return ALPHABET[total]


def grouped(number: str) -> str:
    """A number as it is shown."""
    return "-".join(number[start : start + _GROUP] for start in range(0, NUMBER_LENGTH, _GROUP))


def _times(one: int, other: int) -> int:
    """The product in GF(32), modulo x⁵ + x² + 1."""
    product = 0
    while other:
        if other & 1:
            product ^= one
        one <<= 1
        if one & 32:
            one ^= 0b100101
        other >>= 1
    return product
