"""Why a transaction was posted: the derivation that it recorded, worked out again from the record alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.event_awards import fields_of_json
from engine.events import MemberEvent
from engine.known_orders import KnownOrder, OrderKey
from engine.order_facts import read_order
from engine.program import Definition
from engine.publishing import versions
from engine.rules.facts import DecidedFrom
from engine.rules.looking import FactsLook, OrderLook
from engine.rules.nearest import missed
from engine.rules.re_evaluating import re_evaluate
from engine.rules.records import derivation_from, fill_in
from engine.rules.verdicts import Look

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TransactionExplanation:
    """A transaction and, where a rule gave or took its points, everything that led to them.

    `posted` is what it did to the award: `due` by the derivation, less what was `before`. `points`, what the member saw
    of it, differs where points had expired before they were taken back, or the program bore them.
    """

    transaction_id: int
    kind: str
    points: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    version: int | None
    detail: Mapping[str, str]
    shop_id: int | None = None
    source: str | None = None
    source_id: str | None = None
    rule: str | None = None
    revision: int | None = None
    before: int | None = None
    due: int | None = None
    posted: int | None = None
    derivation: Json | None = None
    missed: tuple[Json, ...] = ()

    @property
    def order_id(self) -> int | None:
        """The order that it was posted for, None when it was for something else."""
        return int(self.source_id) if self.source == "order" and self.source_id is not None else None


_READ = text("""
    SELECT t.transaction_id, t.kind, t.points, t.occurred_at, t.recorded_at, t.actor, t.program_version, t.detail,
        a.shop_id, a.source, a.source_id, a.rule, k.revision, earlier.detail ->> 'derivation' AS earlier
    FROM transactions t
    LEFT JOIN awards a ON a.program_id = t.program_id AND a.award_id = t.award_id
    LEFT JOIN effect_keys k ON k.program_id = t.program_id AND k.shop_id = a.shop_id AND k.source = a.source
        AND k.source_id = a.source_id AND k.rule = a.rule AND k.transaction_id = t.transaction_id
    LEFT JOIN effect_keys b ON b.program_id = t.program_id AND b.shop_id = a.shop_id AND b.source = a.source
        AND b.source_id = a.source_id AND b.rule = a.rule AND b.revision = k.revision - 1
    LEFT JOIN transactions earlier ON earlier.program_id = t.program_id AND earlier.transaction_id = b.transaction_id
    WHERE t.program_id = :program_id AND t.transaction_id = :transaction_id
""")
_EVENT = text("""
    SELECT occurred_at, fields, decided_from FROM member_events
    WHERE program_id = :program_id AND shop_id = :shop_id AND source = :source AND source_id = :source_id
""")


async def explain(connection: AsyncConnection, program_id: int, transaction_id: int) -> TransactionExplanation | None:
    """Explain a transaction, or None when there is none of that number."""
    found = await connection.execute(_READ, {"program_id": program_id, "transaction_id": transaction_id})
    row = found.one_or_none()
    if row is None:
        return None
    detail = {name: value for name, value in row.detail.items() if name != "derivation"}
    plain = TransactionExplanation(
        row.transaction_id, row.kind, row.points, row.occurred_at, row.recorded_at, row.actor, row.program_version,
        detail, row.shop_id, row.source, row.source_id, row.rule,
    )  # fmt: skip
    record = row.detail.get("derivation")
    definition = await _definition(connection, program_id, row.program_version)
    derivation = derivation_from(record, definition) if record is not None and definition is not None else None
    if derivation is None or definition is None or row.revision is None:
        return plain
    look = await _look(connection, program_id, row, definition)
    derivation = fill_in(derivation, look) if look is not None else derivation
    earlier = derivation_from(row.earlier, definition) if row.earlier is not None else None
    before, due = re_evaluate(earlier) if earlier is not None else 0, re_evaluate(derivation)
    return _with(plain, row.revision, before, due, derivation)


def _with(
    plain: TransactionExplanation, revision: int, before: int, due: int, derivation: Json
) -> TransactionExplanation:
    return replace(
        plain, revision=revision, before=before, due=due, posted=due - before, derivation=derivation,
        missed=tuple(missed(derivation)),
    )  # fmt: skip


async def _definition(connection: AsyncConnection, program_id: int, version: int | None) -> Definition | None:
    for published in await versions(connection, program_id):
        if published.version == version:
            return published.definition
    return None


async def _look(connection: AsyncConnection, program_id: int, row: Any, definition: Definition) -> Look | None:
    """A look at what is still known of the people behind an award; None where that is erased."""
    if row.source == "order":
        known = await read_order(connection, OrderKey(program_id, row.shop_id, int(row.source_id)))
        return _order_look(known, definition) if known is not None else None
    if row.source is None or not row.source.startswith("event:"):
        return None
    name = row.source.removeprefix("event:")
    given = {"program_id": program_id, "shop_id": row.shop_id, "source": name, "source_id": row.source_id}
    event = (await connection.execute(_EVENT, given)).one_or_none()
    if event is None or event.decided_from is None:
        return None
    happened = MemberEvent(0, name, row.source_id, event.occurred_at, fields_of_json(event.fields))
    return FactsLook(DecidedFrom.from_json(event.decided_from), definition.zone, happened)


def _order_look(known: KnownOrder, definition: Definition) -> Look | None:
    if known.snapshot is None or known.decided_from is None:
        return None
    return OrderLook(known.snapshot, "presentment", 0, {}, FactsLook(known.decided_from, definition.zone))
