"""The facts that memberships follow from, each kept once under its source.

`detail` by kind (times are ISO 8601 with a zone, amounts minor units):

| kind | detail |
|-|-|
| purchased | steps [[at, units, taken_minor, value_minor], …], paid_minor, refunded_minor, currency: see `purchases` |
| granted | days |
| contract_opened | contract_id, trial_ends_at or period_ends_at where a term came with it, origin_order_id |
| period_paid | contract_id, cycle, starts_at, ends_at, amount_minor, currency, order_id |
| payment_failed | contract_id, cycle, attempt, failure_class |
| period_skipped | contract_id, cycle, ends_at |
| paused | until, or null |
| resumed, cancel_scheduled, cancel_withdrawn | contract_id, where there is one |
| canceled | gives_up: names of the purchases and grants that were known; refund_due_minor, currency |
| contract_ended | contract_id, reason |
| plan_changed | contract_id, to_plan_id, to_plan_version, period_ends_at, amount_minor, currency |

`canceled` ends the membership at once; `contract_ended` when what was paid for is over. A `plan_changed` belongs to the
plan that is left, and happens when the new plan begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.ledger import MemberKey

FactKind = Literal[
    "purchased", "granted", "contract_opened", "period_paid", "payment_failed", "period_skipped", "paused", "resumed",
    "cancel_scheduled", "cancel_withdrawn", "canceled", "contract_ended", "plan_changed",
]  # fmt: skip
MEMBER_SCOPE = 0
"""`shop_id` of facts that belong to no shop: grants, wishes."""


@dataclass(frozen=True, slots=True)
class MembershipFact:
    """Something that happened to a member's membership of a plan, told once under (shop_id, source, source_id)."""

    owner: MemberKey
    plan_id: int
    plan_version: int
    kind: FactKind
    shop_id: int
    source: str
    source_id: str
    occurred_at: datetime
    actor: str
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def contract_id(self) -> int | None:
        """The contract that it is about, None where it is about none."""
        found: int | None = self.detail.get("contract_id")
        return found


_COLUMNS = {
    "program_id": "bigint", "member_id": "bigint", "plan_id": "bigint", "plan_version": "integer", "kind": "text",
    "shop_id": "bigint", "source": "text", "source_id": "text", "occurred_at": "timestamptz", "actor": "text",
    "detail": "jsonb",
}  # fmt: skip
_INSERT = f"""INSERT INTO membership_facts (fact_id, {", ".join(_COLUMNS)})
    SELECT nextval('ledger_ids'), {", ".join(_COLUMNS)} FROM given ORDER BY program_id, shop_id, source, source_id
    ON CONFLICT (program_id, shop_id, source, source_id)"""
_RECORD = BulkStatement(_COLUMNS, f"{_INSERT} DO NOTHING RETURNING program_id, member_id")
_REPLACE = BulkStatement(
    _COLUMNS,
    f"""{_INSERT} DO UPDATE SET member_id = EXCLUDED.member_id, occurred_at = EXCLUDED.occurred_at,
        detail = EXCLUDED.detail""",
)
_READ = BulkStatement(
    {"program_id": "bigint", "member_id": "bigint"},
    """, asked AS MATERIALIZED (
        SELECT program_id, member_id AS root, member_id FROM given
        UNION ALL SELECT g.program_id, g.member_id, m.member_id FROM given g
        JOIN members m ON m.program_id = g.program_id AND m.merged_into = g.member_id)
    SELECT a.root, f.program_id, f.member_id, f.plan_id, f.plan_version, f.kind, f.shop_id, f.source, f.source_id,
        f.occurred_at, f.actor, f.detail::text AS detail
    FROM asked a JOIN membership_facts f ON f.program_id = a.program_id AND f.member_id = a.member_id
    ORDER BY f.fact_id""",
)


async def record_facts(connection: AsyncConnection, facts: Iterable[MembershipFact]) -> set[MemberKey]:
    """Keep facts; one that is known by its source stays as it was first told. Returns the owners of those that are new.

    Their memberships are to be worked out anew, in this transaction and under their locks.
    """
    return {MemberKey(*row) for row in await _RECORD.run(connection, [_row(fact) for fact in _once(facts)])}


async def replace_facts(connection: AsyncConnection, facts: Iterable[MembershipFact]) -> None:
    """Keep facts whose detail is absolute: whose they are, when they were and what they say is as told last."""
    await _REPLACE.run(connection, [_row(fact) for fact in _once(facts)])


async def read_facts(
    connection: AsyncConnection, members: Iterable[MemberKey]
) -> dict[MemberKey, tuple[MembershipFact, ...]]:
    """All facts of these members and of those who were merged into them; who has none has an empty tuple."""
    asked = sorted(set(members))
    found: dict[MemberKey, list[MembershipFact]] = {key: [] for key in asked}
    for row in await _READ.run(connection, asked):
        found[MemberKey(row.program_id, row.root)].append(_fact(row))
    return {key: tuple(facts) for key, facts in found.items()}


def _once(facts: Iterable[MembershipFact]) -> list[MembershipFact]:
    """One statement may touch a row once."""
    by_source: dict[tuple[int, int, str, str], MembershipFact] = {}
    for fact in facts:
        by_source.setdefault((fact.owner.program_id, fact.shop_id, fact.source, fact.source_id), fact)
    return list(by_source.values())


def _row(fact: MembershipFact) -> tuple[Any, ...]:
    return (
        *fact.owner, fact.plan_id, fact.plan_version, fact.kind, fact.shop_id, fact.source, fact.source_id,
        fact.occurred_at, fact.actor, orjson.dumps(dict(fact.detail), option=orjson.OPT_SORT_KEYS).decode(),
    )  # fmt: skip


def _fact(row: Any) -> MembershipFact:
    return MembershipFact(
        MemberKey(row.program_id, row.member_id), row.plan_id, row.plan_version, row.kind, row.shop_id, row.source,
        row.source_id, row.occurred_at, row.actor, orjson.loads(row.detail),
    )  # fmt: skip
