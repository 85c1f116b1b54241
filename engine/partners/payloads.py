"""An event as both sides keep it: canonical JSON, exactly the bytes that are hashed and signed."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson

from engine.partners.kinds import EventKind
from engine.settlement import merkle


def event_payload(
    *, event_id: int, kind: EventKind, partner: str, subject: str | None, offer: str | None, points: int, micros: int,
    currency: str, agreement: int, reference: str | None, corrects: int | None, occurred_at: datetime,
) -> str:  # fmt: skip
    """The one text of an event: keys sorted, no spaces, UTF-8.

    Ids and micros are text, since they can be larger than what every reader of JSON keeps exactly; times are UTC with
    six decimals.
    """
    document = {
        "agreement": agreement,
        "corrects": None if corrects is None else str(corrects),
        "currency": currency,
        "id": str(event_id),
        "kind": kind,
        "micros": str(micros),
        "occurred_at": instant_text(occurred_at),
        "offer": offer,
        "partner": partner,
        "points": points,
        "reference": reference,
        "subject": subject,
    }
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def instant_text(moment: datetime) -> str:
    """An instant as every signed text has it, e.g. `2026-11-01T04:00:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def leaf_hash(payload: str) -> bytes:
    """The hash of a payload as a leaf of a statement's tree."""
    return merkle.leaf_hash(payload.encode())
