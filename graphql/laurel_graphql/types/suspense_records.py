"""What of partners' books and ours does not match, as the staff see it: both sides, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum

import strawberry

from engine.settlement.suspense import SuspenseRow as SuspenseFacts
from engine.settlement.suspense_store import Evidence
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import PageInfo, cursor_of, cut
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.statement_lines import PartnerEventKind, exact_money


@strawberry.enum(description="What does not match.")
class SuspenseProblem(Enum):
    ONLY_OURS = strawberry.enum_value("ONLY_OURS", description="The partner's books do not have it.")
    ONLY_THEIRS = strawberry.enum_value("ONLY_THEIRS", description="Our books do not have it.")
    DIFFERENT = strawberry.enum_value("DIFFERENT", description="Both have it, with other amounts.")
    UNPAID = strawberry.enum_value("UNPAID", description="A statement was not paid.")
    PAID_DIFFERENTLY = strawberry.enum_value(
        "PAID_DIFFERENTLY", description="A statement was paid with another amount."
    )


@strawberry.enum(description="For how long something has not matched, in days.")
class SuspenseAge(Enum):
    DAYS_0_30 = strawberry.enum_value("DAYS_0_30", description="Up to 30.")
    DAYS_31_60 = strawberry.enum_value("DAYS_31_60", description="31 to 60.")
    DAYS_61_90 = strawberry.enum_value("DAYS_61_90", description="61 to 90.")
    DAYS_OVER_90 = strawberry.enum_value("DAYS_OVER_90", description="More than 90.")


AGES = {
    "0-30": SuspenseAge.DAYS_0_30, "31-60": SuspenseAge.DAYS_31_60, "61-90": SuspenseAge.DAYS_61_90,
    "90+": SuspenseAge.DAYS_OVER_90,
}  # fmt: skip
"""The engine's names of ages."""


@strawberry.enum(description="By what something was settled.")
class SuspenseResolution(Enum):
    MATCHED = strawberry.enum_value("MATCHED", description="The two books agree by now.")
    PAID = strawberry.enum_value("PAID", description="It was paid.")
    ACCEPTED = strawberry.enum_value("ACCEPTED", description="The staff settled it, and said how.")


@strawberry.type(description="What one side's books say. What they do not say is null.")
class SuspenseSide:
    points: Decimal | None = strawberry.field(description="The points.")
    amount: Money | None = strawberry.field(description="The money: above zero the partner owes it, or paid it.")
    event_ids: list[str] = strawberry.field(description="Our entries that it is about; no more than the first of them.")
    rows: list[int] = strawberry.field(description="Rows of the file that it is about; the first of them.")
    dates: list[str] = strawberry.field(description="The days that the file names for them.")


@strawberry.type(name="SuspenseRow", description="Something of a statement that the two books do not agree about.")
class SuspenseRecord:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The row's global id.")
    partner_id: strawberry.ID = strawberry.field(description="The partner's global id.")
    statement_id: strawberry.ID = strawberry.field(description="The statement's global id.")
    statement_number: int = strawberry.field(description="The statement's number.")
    problem: SuspenseProblem = strawberry.field(description="What does not match.")
    kind: PartnerEventKind | None = strawberry.field(description="Which kind of entry it is about, null for any.")
    reference: str = strawberry.field(description="What it is about: an entry, an order, a currency.")
    event_id: str | None = strawberry.field(description="The id of our entry, null where we have none.")
    ours: SuspenseSide | None = strawberry.field(description="What our books say, null where they do not have it.")
    theirs: SuspenseSide | None = strawberry.field(description="What the partner's say, null where they do not.")
    opened_at: datetime = strawberry.field(description="Since when it does not match.")
    age_days: int = strawberry.field(description="For how many days.")
    age: SuspenseAge = strawberry.field(description="The same, as it is sorted by.")
    settled_at: datetime | None = strawberry.field(description="When it was settled, null while it is open.")
    settled_by: str | None = strawberry.field(description="Who settled it.")
    resolution: SuspenseResolution | None = strawberry.field(description="By what it was settled.")
    note: str | None = strawberry.field(description="What was said to it.")


@strawberry.type(name="SuspenseRowEdge", description="A row on a page.")
class SuspenseRecordEdge:
    cursor: str = strawberry.field(description="Marks this place in the list.")
    node: SuspenseRecord = strawberry.field(description="The row.")


@strawberry.type(description="A page of what does not match.")
class SuspenseRowConnection:
    nodes: list[SuspenseRecord] = strawberry.field(description="The rows, oldest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")

    @computed("The rows, each with its cursor.")
    def edges(self) -> list[SuspenseRecordEdge]:
        """Made only where they are asked for."""
        return [SuspenseRecordEdge(cursor=cursor_of("SuspenseRow", node.number), node=node) for node in self.nodes]


def suspense_row_of(record: SuspenseFacts) -> SuspenseRecord:
    """The row of an engine's record."""
    return SuspenseRecord(
        number=record.row_id,
        id=strawberry.ID(gid("SuspenseRow", record.row_id)),
        partner_id=strawberry.ID(gid("Partner", record.partner_id)),
        statement_id=strawberry.ID(gid("Statement", record.statement_id)),
        statement_number=record.statement_number,
        problem=SuspenseProblem[record.problem.upper()],
        kind=PartnerEventKind[record.kind.upper()] if record.kind else None,
        reference=record.reference,
        event_id=None if record.event_id is None else str(record.event_id),
        ours=_side(record.ours),
        theirs=_side(record.theirs),
        opened_at=record.opened_at,
        age_days=record.age_days,
        age=AGES[record.bucket],
        settled_at=record.settled_at,
        settled_by=record.settled_by,
        resolution=None if record.resolution is None else SuspenseResolution[record.resolution.upper()],
        note=record.note,
    )


def suspense_page(records: Sequence[SuspenseFacts], first: int, after: str | None) -> SuspenseRowConnection:
    """A page of `first`, when `first + 1` rows were asked for and these were found."""
    found = [suspense_row_of(record) for record in records]
    return SuspenseRowConnection(nodes=found[:first], page_info=cut(found, "SuspenseRow", first, after))


def _side(said: Evidence) -> SuspenseSide | None:
    if not said:
        return None
    return SuspenseSide(
        points=Decimal(said["points"]) if "points" in said else None,
        amount=_amount(said),
        event_ids=list(said.get("events", ())),
        rows=list(said.get("rows", ())),
        dates=list(said.get("dates", ())),
    )


def _amount(said: Evidence) -> Money | None:
    if "micros" in said:
        return exact_money(int(said["micros"]), said["currency"])
    return money_of(int(said["minor"]), said["currency"]) if "minor" in said else None
