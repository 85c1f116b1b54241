"""Money between a program and a partner that somebody adds or takes off by hand: an event that says why."""

from __future__ import annotations

import hashlib

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adjustments import ACTOR_MAXIMUM, REASON_MAXIMUM, checked_text
from engine.database import transaction_time
from engine.idempotency import InputValue, begin, keyed_request, remember
from engine.money import MINOR_UNITS_MAXIMUM, POINTS_MAXIMUM
from engine.partners.agreements import agreement_at
from engine.partners.events import NewEvent, record_events
from engine.partners.money import MICROS_MAXIMUM, MICROS_PER_MINOR, micros_of_minor
from engine.partners.refusals import PartnerRefused

AMOUNT_MINOR_MAXIMUM = min(MINOR_UNITS_MAXIMUM, MICROS_MAXIMUM // MICROS_PER_MINOR)
_OBJECT = "partner_event"
_CORRECTED = text("""
    SELECT 1 FROM partner_events
    WHERE program_id = :program_id AND partner_id = :partner_id AND event_id = :event_id
""")
_PARTNER = text("SELECT 1 FROM partners WHERE program_id = :program_id AND partner_id = :partner_id")


async def adjust(
    connection: AsyncConnection, program_id: int, partner_id: int, *, amount_minor: int, reason: str, actor: str,
    idempotency_key: str, points: int = 0, corrects: int | None = None,
) -> int:  # fmt: skip
    """Add to what a partner owes (above 0) or take off it, in minor units of the agreement in force; the event's id.

    `points` are for the record; `corrects` names an event of the same partner. The partner reads the reason: it must
    not name a person. Once for each key of an actor. Raises PartnerRefused: INVALID, PARTNER_NOT_FOUND,
    EVENT_NOT_FOUND; IdempotencyKeyReused and IdempotencyKeyInvalid for the key.
    """
    because, who = _checked(amount_minor, points, reason, actor)
    scope = f"partner-adjust/{partner_id}/{who}"
    asked: dict[str, InputValue] = {"amount": amount_minor, "points": points, "reason": because, "corrects": corrects}
    request = keyed_request(program_id, scope, idempotency_key, asked)
    made = await begin(connection, request, _OBJECT)
    if made is not None:
        return made
    given = {"program_id": program_id, "partner_id": partner_id, "event_id": corrects}
    if (await connection.execute(_PARTNER, given)).one_or_none() is None:
        raise PartnerRefused("PARTNER_NOT_FOUND", None, "The program has no such partner.")
    if corrects is not None and (await connection.execute(_CORRECTED, given)).one_or_none() is None:
        raise PartnerRefused("EVENT_NOT_FOUND", "corrects", "The partner's books have no such event.")
    now = await transaction_time(connection)
    agreement = await agreement_at(connection, program_id, partner_id, now)
    if agreement is None:
        raise PartnerRefused("INVALID", None, "Nothing is agreed yet with this partner.")
    effect = f"adjusted/{hashlib.sha256(f'{who} {idempotency_key}'.encode()).hexdigest()}"
    event = NewEvent(
        partner_id, agreement.version, "adjusted", effect, points, micros_of_minor(amount_minor),
        agreement.definition.currency, now, reference=because, corrects=corrects,
    )  # fmt: skip
    (event_id,) = await record_events(connection, program_id, [event], agreement=agreement, actor=who)
    await remember(connection, request, _OBJECT, event_id)
    return event_id


def _checked(amount_minor: int, points: int, reason: str, actor: str) -> tuple[str, str]:
    if not 0 < abs(amount_minor) <= AMOUNT_MINOR_MAXIMUM:
        raise PartnerRefused("INVALID", "amount", "An amount is a whole number of minor units other than 0.")
    if abs(points) > POINTS_MAXIMUM:
        raise PartnerRefused("INVALID", "points", "No balance can be so large.")
    because = checked_text(reason, REASON_MAXIMUM)
    if because is None:
        raise PartnerRefused("INVALID", "reason", f"Say why, in 1 to {REASON_MAXIMUM} characters.")
    who = checked_text(actor, ACTOR_MAXIMUM)
    if who is None:
        raise PartnerRefused("INVALID", "actor", "It must be known who adjusts.")
    return because, who
