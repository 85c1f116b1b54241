"""Contracts that the app bills: their rows under their locks, as Shopify last told them and as the app runs them.

Members are locked before contracts, everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.cycles import Schedule, Unit
from engine.ledger import Ledger, MemberKey
from engine.rules.days import zone_of

Status = Literal["unknown", "active", "paused", "cancelled", "expired", "failed"]
ENDED: frozenset[Status] = frozenset({"cancelled", "expired"})
"""From these no contract comes back."""


class ContractKey(NamedTuple):
    """A contract of one shop of one program; the id is Shopify's."""

    program_id: int
    shop_id: int
    contract_id: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract. Amounts are minor units of `currency`; `next_billing_at` is when it is to be looked at next.

    `detail` holds what only the machinery needs: see the properties.
    """

    key: ContractKey
    currency: str
    interval_unit: Unit
    interval_count: int
    anchor_at: datetime
    updated_at: datetime
    status: Status = "unknown"
    price_minor: int = 0
    member_id: int | None = None
    customer_id: int | None = None
    plan_id: int | None = None
    plan_version: int | None = None
    revision_id: int = 0
    origin_order_id: int | None = None
    trial_ends_at: datetime | None = None
    next_cycle: int = 2
    next_billing_at: datetime | None = None
    paused_until: datetime | None = None
    cancel_at_end: bool = False
    payment_ends_on: date | None = None
    warned: dict[str, Any] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    time_zone: str = "UTC"
    installed: bool = True
    held_since: datetime | None = None
    resumed_at: datetime | None = None

    @property
    def owner(self) -> MemberKey:
        """Whose it is; only of contracts that are linked."""
        assert self.member_id is not None, "a linked contract has a member"
        return MemberKey(self.key.program_id, self.member_id)

    @property
    def linked(self) -> bool:
        """Whether it is known whose it is and which plan it is of: nothing else is billed."""
        return self.member_id is not None and self.plan_id is not None

    @property
    def billable(self) -> bool:
        """Whether it may be charged at all, now or later."""
        return self.linked and self.status == "active"

    def began_in_gap(self, cycle: int) -> bool:
        """Whether a cycle began before the merchant last said that billing goes on: such a one is never charged."""
        return self.resumed_at is not None and self.schedule.start(cycle) < self.resumed_at

    @property
    def schedule(self) -> Schedule:
        """Its cycles, from where they were last counted from."""
        base_at = self.detail.get("base_at")
        try:
            zone = zone_of(self.time_zone)
        except ValueError:
            zone = zone_of("UTC")
        return Schedule(
            datetime.fromisoformat(base_at) if base_at else self.anchor_at,
            self.interval_unit, self.interval_count, zone, int(self.detail.get("base_cycle", 1)), self._inserted,
            self._fixed,
        )  # fmt: skip

    @property
    def _inserted(self) -> tuple[int, datetime] | None:
        found = self.detail.get("inserted")
        return None if found is None else (int(found[0]), datetime.fromisoformat(found[1]))

    @property
    def _fixed(self) -> tuple[int, int] | None:
        found = self.detail.get("fixed")
        return None if found is None else (int(found[0]), int(found[1]))

    @property
    def told_at(self) -> datetime | None:
        """When what is known of it was so, by Shopify's clock."""
        return _time(self.detail.get("told_at"))

    @property
    def renewed_at(self) -> datetime | None:
        """When the shopper last gave another way to pay."""
        return _time(self.detail.get("renewed_at"))

    @property
    def wanted(self) -> dict[str, Any]:
        """What Shopify is asked for and has not confirmed: `status`, `price_minor`, `variant_id`."""
        return dict(self.detail.get("wanted") or {})

    @property
    def maximum_cycles(self) -> int | None:
        """After how many cycles it ends by its own terms."""
        found: int | None = self.detail.get("maximum_cycles")
        return found

    def counted_from(self, cycle: int, moment: datetime) -> Contract:
        """Count its cycles anew: this one begins at that moment.

        A day on which all renew holds for the first cycle only: who paused, or changed to another length, renews on a
        day of their own from then on, since nothing but whole periods is charged for.
        """
        return self.noting(base_cycle=cycle, base_at=moment.isoformat(), inserted=None, fixed=None)

    def with_inserted(self, moment: datetime) -> Contract:
        """Let a shorter cycle begin at that moment, which ends when the next one would have begun: that moves none."""
        schedule = self.schedule
        return self.noting(
            base_cycle=schedule.base_cycle + 1, base_at=schedule.base_at.isoformat(),
            inserted=[self.next_cycle, moment.isoformat()],
        )  # fmt: skip

    def noting(self, **values: Any) -> Contract:
        """With these in its detail; None takes one out."""
        return replace(self, detail={k: v for k, v in {**self.detail, **values}.items() if v is not None})


def _time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


_NAMES = (
    "currency", "interval_unit", "interval_count", "anchor_at", "updated_at", "status", "price_minor", "member_id",
    "customer_id", "plan_id", "plan_version", "revision_id", "origin_order_id", "trial_ends_at", "next_cycle",
    "next_billing_at", "paused_until", "cancel_at_end", "payment_ends_on", "warned", "detail",
)  # fmt: skip
_KEY = "c.program_id = :program_id AND c.shop_id = :shop_id AND c.contract_id = :contract_id"
SELECT = f"""SELECT c.program_id, c.shop_id, c.contract_id, {", ".join(f"c.{name}" for name in _NAMES)},
        s.time_zone, s.uninstalled_at IS NULL AS installed, s.billing_held_since, s.billing_resumed_at
    FROM contracts c JOIN shops s ON s.program_id = c.program_id AND s.shop_id = c.shop_id"""
_READ = text(f"{SELECT} WHERE {_KEY}")
_LOCK = text(f"{SELECT} WHERE {_KEY} FOR UPDATE OF c")
_MEMBER = text(f"SELECT c.member_id FROM contracts c WHERE {_KEY}")
_PLACE = text("""
    INSERT INTO contracts (program_id, shop_id, contract_id, status, currency, price_minor, interval_unit,
        interval_count, anchor_at)
    VALUES (:program_id, :shop_id, :contract_id, 'unknown', :currency, 0, :interval_unit, :interval_count, :anchor_at)
    ON CONFLICT DO NOTHING
""")
_JSON = ("warned", "detail")
_SET = ", ".join(f"{name} = CAST(:{name} AS jsonb)" if name in _JSON else f"{name} = :{name}" for name in _NAMES)
_STORE = text(f"UPDATE contracts c SET {_SET} WHERE {_KEY}")


async def read_contract(connection: AsyncConnection, key: ContractKey) -> Contract | None:
    """One contract without a lock."""
    row = (await connection.execute(_READ, key._asdict())).one_or_none()
    return None if row is None else contract_of_row(row)


async def lock_contract(connection: AsyncConnection, key: ContractKey) -> Contract | None:
    """One contract under its lock, and its member's before it."""
    member_id = (await connection.execute(_MEMBER, key._asdict())).scalar_one_or_none()
    if member_id is not None:
        await lock_members(connection, [MemberKey(key.program_id, member_id)])
    row = (await connection.execute(_LOCK, key._asdict())).one_or_none()
    if row is not None and row.member_id not in (None, member_id):  # linked while we waited for it
        await lock_members(connection, [MemberKey(key.program_id, row.member_id)])
    return None if row is None else contract_of_row(row)


async def lock_members(connection: AsyncConnection, members: Iterable[MemberKey]) -> None:
    """Lock members, in the order in which all do."""
    await Ledger.open(connection, members)


async def place_contract(connection: AsyncConnection, contract: Contract) -> None:
    """Make the row of a contract that is heard of for the first time; one that is known stays as it is."""
    given = {
        **contract.key._asdict(), "currency": contract.currency, "interval_unit": contract.interval_unit,
        "interval_count": contract.interval_count, "anchor_at": contract.anchor_at,
    }  # fmt: skip
    await connection.execute(_PLACE, given)


async def store_contract(connection: AsyncConnection, contract: Contract) -> None:
    """Write a contract that is locked."""
    values = {name: getattr(contract, name) for name in _NAMES if name not in _JSON}
    written = {name: orjson.dumps(getattr(contract, name)).decode() for name in _JSON}
    await connection.execute(_STORE, {**contract.key._asdict(), **values, **written})


def contract_of_row(row: Any) -> Contract:
    """A row of `SELECT`."""
    values = {name: getattr(row, name) for name in _NAMES}
    return Contract(
        key=ContractKey(row.program_id, row.shop_id, row.contract_id), time_zone=row.time_zone,
        installed=row.installed, held_since=row.billing_held_since, resumed_at=row.billing_resumed_at, **values,
    )  # fmt: skip
