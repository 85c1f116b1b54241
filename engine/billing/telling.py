"""What billing tells memberships: facts about a contract's member, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.contracts import Contract
from engine.memberships.facts import FactKind, MembershipFact, record_facts
from engine.standings import review_members

ACTOR = "program"


@dataclass(frozen=True, slots=True)
class News:
    """A fact to be told; `source_id` is what it is known by, once and for all."""

    kind: FactKind
    source_id: str
    occurred_at: datetime
    detail: dict[str, Any] = field(default_factory=dict)
    source: str = "contract"


async def tell(connection: AsyncConnection, contract: Contract, news: Sequence[News]) -> None:
    """Record facts of a linked contract whose member is locked, and work out anew what the member is."""
    if not contract.linked or not news:
        return
    assert contract.plan_id is not None
    assert contract.plan_version is not None
    facts = [
        MembershipFact(
            owner=contract.owner,
            plan_id=contract.plan_id,
            plan_version=contract.plan_version,
            kind=one.kind,
            shop_id=contract.key.shop_id,
            source=one.source,
            source_id=one.source_id,
            occurred_at=one.occurred_at,
            actor=ACTOR,
            detail={"contract_id": contract.key.contract_id, **one.detail},
        )
        for one in news
    ]
    if await record_facts(connection, facts):
        await review_members(connection, [contract.owner])
