"""Money that a partner paid beforehand: under a prepaid agreement events are covered by it as long as it lasts.

Something new is refused where it does not cover it whole. What has to go through takes what is there; the rest is due
by the statement. Events that the program owes for put their amount in.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.partners.limits import PrepaidUsedUp
from engine.partners.money import micros_of_minor

PREPAID_MICROS_MAXIMUM = 4 * 10**18
"""The most that a partner has paid beforehand, in micros: what would exceed it is due by the statement instead."""

_MOVE = text("""
    UPDATE partners SET prepaid_micros = prepaid_micros + :micros
    WHERE program_id = :program_id AND partner_id = :partner_id
    AND prepaid_micros + :micros BETWEEN 0 AND :most RETURNING prepaid_micros
""")


@dataclass(slots=True)
class Prepaid:
    """What is left while events are covered by it; `taken` is what they took in all, below zero where they put in."""

    micros_left: int
    taken: int = 0

    def cover(self, micros: int, *, limited: bool) -> int:
        """How much of an event is covered, signed like its micros. Raises PrepaidUsedUp for something new."""
        if limited and micros > self.micros_left:
            raise PrepaidUsedUp(micros, self.micros_left)
        covered = (
            min(micros, self.micros_left) if micros > 0 else max(micros, self.micros_left - PREPAID_MICROS_MAXIMUM)
        )
        self.micros_left -= covered
        self.taken += covered
        return covered


async def move_prepaid(connection: AsyncConnection, program_id: int, partner_id: int, amount_minor: int) -> bool:
    """Put money in (above zero) or give it back, in minor units; False where there is not so much, or too much.

    The caller records the payment in the same transaction: the audit compares the two. Raises MoneyError.
    """
    return await _move(connection, program_id, partner_id, micros_of_minor(amount_minor))


async def take_prepaid(connection: AsyncConnection, program_id: int, partner_id: int, micros: int) -> None:
    """Write what events took. The caller holds the partner's lock and covered them by what is there."""
    moved = await _move(connection, program_id, partner_id, -micros)
    assert moved, "it was covered under the partner's lock"


async def _move(connection: AsyncConnection, program_id: int, partner_id: int, micros: int) -> bool:
    given = {"program_id": program_id, "partner_id": partner_id, "micros": micros, "most": PREPAID_MICROS_MAXIMUM}
    return (await connection.execute(_MOVE, given)).one_or_none() is not None
