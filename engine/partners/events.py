"""The books between a program and its partners: events, each written once and never changed.

An effect has one event, whoever asks how often. The partner's row is locked while an event is written, so that caps
and money paid beforehand are counted exactly; it is the last row that a transaction locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.money import POINTS_MAXIMUM, exponent
from engine.partners.caps import Counting, read_counters, write_counters
from engine.partners.facts import Agreement
from engine.partners.kinds import LIMITED, POINTS_RULES, EventKind, micros_for
from engine.partners.money import checked_micros
from engine.partners.payloads import event_payload, leaf_hash
from engine.partners.prepaid import Prepaid, take_prepaid
from engine.partners.subjects import subject_of

REFERENCE_MAXIMUM = 200
EVENTS_MAXIMUM = 100
"""The most events of one call."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What happened. `effect` names the one thing that it is: a second event with it is not written.

    `points` are 0 or more, but for an adjustment, where they have a sign; `micros` are above zero where the partner
    owes the program (`engine.partners.kinds.micros_for` works them out for kinds with points). `reference` is what the
    partner knows it by: its order's number, a voucher's code, the reason of an adjustment. No time is worked out here:
    `occurred_at` decides the cycle and the periods of caps.
    """

    partner_id: int
    agreement_version: int
    kind: EventKind
    effect: str
    points: int
    micros: int
    currency: str
    occurred_at: datetime
    member_id: int | None = None
    offer_id: int | None = None
    offer_handle: str | None = None
    claim_id: int | None = None
    conversion_id: int | None = None
    reference: str | None = None
    corrects: int | None = None


_LOCK = text("""
    SELECT p.handle, p.prepaid_micros, g.code_key FROM partners p JOIN programs g USING (program_id)
    WHERE p.program_id = :program_id AND p.partner_id = :partner_id FOR UPDATE OF p
""")
# With an id for each that is not known.
_KNOWN = text("""
    SELECT g.effect, e.event_id, CASE WHEN e.event_id IS NULL THEN nextval('ledger_ids') END AS new_id
    FROM unnest(CAST(:effects AS text[])) g(effect)
    LEFT JOIN partner_events e ON e.program_id = :program_id AND e.partner_id = :partner_id AND e.effect = g.effect
""")
_INSERT = text("""
    INSERT INTO partner_events (program_id, event_id, partner_id, agreement_version, kind, effect, points, micros,
        prepaid_micros, currency, member_id, offer_id, claim_id, conversion_id, reference, corrects, occurred_at,
        actor, payload, leaf_hash)
    VALUES (:program_id, :event_id, :partner_id, :agreement_version, :kind, :effect, :points, :micros,
        :prepaid_micros, :currency, :member_id, :offer_id, :claim_id, :conversion_id, :reference, :corrects,
        :occurred_at, :actor, :payload, :leaf_hash)
""")


async def record_events(
    connection: AsyncConnection, program_id: int, events: Sequence[NewEvent], *, agreement: Agreement,
    actor: str = "engine",
) -> tuple[int, ...]:  # fmt: skip
    """Write what happened under one version of an agreement; the ids of the events, in the order of what was given.

    A known effect changes nothing and gives the known id. Caps are counted and prepaid money is taken here, so that
    nobody else does either. Raises CapReached or PrepaidUsedUp before anything is written, whereupon the transaction
    can go on; ValueError for events that no caller may write; LookupError for a partner that does not exist.
    """
    if not events:
        return ()
    if len(events) > EVENTS_MAXIMUM:
        raise ValueError(f"{len(events)} events at once are too many")
    for event in events:
        _check(event, agreement)
    given = {"program_id": program_id, "partner_id": agreement.partner_id}
    partner = (await connection.execute(_LOCK, given)).one_or_none()
    if partner is None:
        raise LookupError(f"the program has no partner {agreement.partner_id}")
    # A statement of its own: it sees what was committed while the lock was waited for.
    effects = [event.effect for event in events]
    rows = (await connection.execute(_KNOWN, {**given, "effects": list(dict.fromkeys(effects))})).all()
    known = {row.effect: row.event_id for row in rows if row.event_id is not None}
    new = list({event.effect: event for event in events if event.effect not in known}.values())
    if new:
        counting = await _counted(connection, program_id, new, agreement)
        prepaid = Prepaid(partner.prepaid_micros)
        covered = [_covered(event, agreement, prepaid) for event in new]
        ids = sorted(row.new_id for row in rows if row.new_id is not None)
        written = [
            {**_row(event, event_id, partner), "program_id": program_id, "prepaid_micros": taken, "actor": actor}
            for event, event_id, taken in zip(new, ids, covered, strict=True)
        ]
        await connection.execute(_INSERT, written)
        await write_counters(connection, program_id, agreement.partner_id, counting)
        if prepaid.taken:
            await take_prepaid(connection, program_id, agreement.partner_id, prepaid.taken)
        known.update((event.effect, event_id) for event, event_id in zip(new, ids, strict=True))
    return tuple(known[effect] for effect in effects)


def _check(event: NewEvent, agreement: Agreement) -> None:
    if (event.partner_id, event.agreement_version) != (agreement.partner_id, agreement.version):
        raise ValueError("an event is written under the agreement that it names")
    exponent(event.currency)
    checked_micros(event.micros)
    if event.occurred_at.tzinfo is None or not event.effect:
        raise ValueError("an event has a moment with a zone, and an effect")
    if event.reference is not None and len(event.reference) > REFERENCE_MAXIMUM:
        raise ValueError(f"a reference has at most {REFERENCE_MAXIMUM} characters")
    if event.kind in POINTS_RULES:
        if event.micros != micros_for(event.kind, event.points, agreement.definition):
            raise ValueError(f"{event.points} points {event.kind} do not cost {event.micros} micros")
        if event.currency != agreement.definition.currency:
            raise ValueError("points are priced in the agreement's currency")
    elif event.kind == "adjusted":
        if abs(event.points) > POINTS_MAXIMUM:
            raise ValueError("these are no points")
    elif event.points:
        raise ValueError("a payment has no points")


async def _counted(
    connection: AsyncConnection, program_id: int, new: Sequence[NewEvent], agreement: Agreement
) -> Counting:
    """The counters with the events' points. Raises CapReached."""
    counting = Counting({})
    moments = [event.occurred_at for event in new if event.kind in POINTS_RULES]
    if moments and agreement.definition.caps:
        counting = await read_counters(connection, program_id, agreement.partner_id, agreement.definition, moments)
    for event in new:
        rule = POINTS_RULES.get(event.kind)
        if rule is not None:
            points, limited = rule.cap_sign * event.points, event.kind in LIMITED
            counting.count(agreement.definition, rule.cap, points, event.occurred_at, limited=limited)
    return counting


def _covered(event: NewEvent, agreement: Agreement, prepaid: Prepaid) -> int:
    """How much of an event money paid beforehand covers. Raises PrepaidUsedUp."""
    definition = agreement.definition
    if definition.billing != "prepaid" or event.currency != definition.currency:
        return 0
    return prepaid.cover(event.micros, limited=event.kind in LIMITED)


def _row(event: NewEvent, event_id: int, partner: Any) -> dict[str, object]:
    """A row of the table but for what only the caller knows."""
    member_id = event.member_id
    subject = None if member_id is None else subject_of(bytes(partner.code_key), event.partner_id, member_id)
    payload = event_payload(
        event_id=event_id, kind=event.kind, partner=partner.handle, subject=subject, offer=event.offer_handle,
        points=event.points, micros=event.micros, currency=event.currency, agreement=event.agreement_version,
        reference=event.reference, corrects=event.corrects, occurred_at=event.occurred_at,
    )  # fmt: skip
    return {
        "event_id": event_id, "partner_id": event.partner_id, "agreement_version": event.agreement_version,
        "kind": event.kind, "effect": event.effect, "points": event.points, "micros": event.micros,
        "currency": event.currency, "member_id": member_id, "offer_id": event.offer_id, "claim_id": event.claim_id,
        "conversion_id": event.conversion_id, "reference": event.reference, "corrects": event.corrects,
        "occurred_at": event.occurred_at, "payload": payload, "leaf_hash": leaf_hash(payload),
    }  # fmt: skip
