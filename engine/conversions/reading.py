"""Purchases at partners as the staff, the partner and the member read them.

A partner is shown a view without the member: `subject`, the same as in its signed events, stands in their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.appeals import Appeal
from engine.conversions.store import ChangeKind, Conversion, ConversionState
from engine.partners.subjects import subject_of

CHANGES_MAXIMUM = 500


@dataclass(frozen=True, slots=True)
class ConversionView:
    """A conversion with how its partner and offer are called, and its newest appeal."""

    conversion: Conversion
    partner_handle: str
    partner_name: str
    offer_handle: str
    offer_title: str
    subject: str
    """The member as the partner's books know them."""
    payment_currency: str
    """What payments and rates are in: the agreement's currency."""
    appeal: Appeal | None


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a conversion, by whom, and how it stood afterwards."""

    change_id: int
    kind: ChangeKind
    state: ConversionState
    reason: str | None
    actor: str
    changed_at: datetime


_CONVERSION = tuple(Conversion.__dataclass_fields__)
_APPEAL = tuple(Appeal.__dataclass_fields__)
_SELECT = f"""
    SELECT {", ".join(f"c.{name}" for name in _CONVERSION)}, p.handle, p.name, o.handle AS offer_handle,
        v.definition ->> 'title' AS offer_title, a.definition ->> 'currency' AS payment_currency, g.code_key,
        {", ".join(f"l.{name} AS appeal_{name}" for name in _APPEAL)}
    FROM conversions c
    JOIN programs g ON g.program_id = c.program_id
    JOIN partners p ON p.program_id = c.program_id AND p.partner_id = c.partner_id
    JOIN offers o ON o.program_id = c.program_id AND o.offer_id = c.offer_id
    JOIN offer_versions v ON v.program_id = c.program_id AND v.offer_id = c.offer_id AND v.version = c.offer_version
    JOIN agreement_versions a ON a.program_id = c.program_id AND a.partner_id = c.partner_id
        AND a.version = c.agreement_version
    LEFT JOIN LATERAL (
        SELECT * FROM conversion_appeals l WHERE l.program_id = c.program_id AND l.conversion_id = c.conversion_id
        ORDER BY l.appeal_id DESC LIMIT 1
    ) l ON true
    WHERE c.program_id = :program_id"""
# Each state of each partner by an index: however rare one is, no others are read.
_NEWEST = """SELECT newest.conversion_id FROM partners p, unnest(CAST(:states AS text[])) AS wanted (state), LATERAL (
        SELECT n.conversion_id FROM conversions n WHERE n.program_id = :program_id AND n.partner_id = p.partner_id
        AND n.state = wanted.state AND n.conversion_id < :beyond ORDER BY n.conversion_id DESC LIMIT :first) newest
    WHERE p.program_id = :program_id"""
_ID_MAXIMUM = 2**63 - 1
_FILTERS = {
    "partner_id": "AND c.partner_id = :partner_id",
    "offer_id": "AND c.offer_id = :offer_id",
    "claim_id": "AND c.claim_id = :claim_id",
    "conversion_id": "AND c.conversion_id = :conversion_id",
    "before": "AND c.conversion_id < :before",
    "states": "AND c.state = ANY(:states)",
    "newest": f"AND c.conversion_id = ANY (ARRAY({_NEWEST}))",
    "newest_there": f"AND c.conversion_id = ANY (ARRAY({_NEWEST} AND p.partner_id = :partner_id))",
    "appealed": """AND (c.conversion_id = ANY (ARRAY(SELECT conversion_id FROM conversion_appeals
        WHERE program_id = :program_id AND decision IS NULL))) = :appealed""",
    "member_id": """AND c.member_id = ANY (ARRAY(SELECT member_id FROM members
        WHERE program_id = :program_id AND (member_id = :member_id OR merged_into = :member_id)))""",
}
_CHANGES = text("""
    SELECT change_id, kind, state, reason, actor, changed_at FROM conversion_changes
    WHERE program_id = :program_id AND conversion_id = :conversion_id ORDER BY change_id LIMIT :most
""")


async def conversions_of(
    connection: AsyncConnection, program_id: int, first: int, before: int | None = None, *,
    partner_id: int | None = None, offer_id: int | None = None, claim_id: int | None = None,
    states: Sequence[ConversionState] = (), appealed: bool | None = None,
) -> list[ConversionView]:  # fmt: skip
    """A program's conversions, newest first, from the one after `before` on; `appealed`: with an open appeal."""
    wanted = {
        "partner_id": partner_id, "offer_id": offer_id, "claim_id": claim_id, "before": before,
        "states": list(states) or None, "appealed": appealed,
    }  # fmt: skip
    if states and not (offer_id or claim_id or appealed is not None):
        wanted["newest" if partner_id is None else "newest_there"] = True
    return await _read(connection, program_id, first, wanted)


async def purchases_of_member(
    connection: AsyncConnection, program_id: int, member_id: int, first: int, before: int | None = None
) -> list[ConversionView]:
    """A member's purchases at partners with those of who was merged into them, newest first."""
    return await _read(connection, program_id, first, {"member_id": member_id, "before": before})


async def conversion_view(
    connection: AsyncConnection, program_id: int, conversion_id: int, partner_id: int | None = None
) -> ConversionView | None:
    """One conversion; None where there is none, or it is of another partner than the one who asks."""
    found = await _read(connection, program_id, 1, {"conversion_id": conversion_id, "partner_id": partner_id})
    return next(iter(found), None)


async def changes_of(connection: AsyncConnection, program_id: int, conversion_id: int) -> list[Change]:
    """What happened to a conversion, the oldest first."""
    given = {"program_id": program_id, "conversion_id": conversion_id, "most": CHANGES_MAXIMUM}
    return [Change(*row) for row in await connection.execute(_CHANGES, given)]


async def _read(
    connection: AsyncConnection, program_id: int, first: int, wanted: dict[str, Any]
) -> list[ConversionView]:
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = " ".join(_FILTERS[name] for name in given)
    statement = text(f"{_SELECT} {conditions} ORDER BY c.conversion_id DESC LIMIT :first")
    bounds = {"program_id": program_id, "first": first, "beyond": given.get("before", _ID_MAXIMUM)}
    rows = await connection.execute(statement, {**given, **bounds})
    return [_view(row) for row in rows]


def _view(row: Any) -> ConversionView:
    conversion = Conversion(*row[: len(_CONVERSION)])
    appeal = Appeal(*row[-len(_APPEAL) :]) if row.appeal_appeal_id is not None else None
    subject = subject_of(bytes(row.code_key), conversion.partner_id, conversion.member_id)
    return ConversionView(
        conversion, row.handle, row.name, row.offer_handle, row.offer_title, subject, row.payment_currency, appeal
    )
