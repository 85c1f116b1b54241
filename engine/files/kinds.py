"""What the two kinds of files have in common, for the modules that check them and carry them out."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.awards import Award, AwardKey
from engine.files.columns import Columns
from engine.files.rows import BulkRow, CustomerReader
from engine.files.spreadsheets import TableRow
from engine.gifts import GiftTerms
from engine.ledger import Ledger, MemberKey

KindName = Literal["grant", "import"]


@dataclass(frozen=True, slots=True)
class Posting:
    """A row that is to be posted for a locked member, with what its transactions say."""

    row: BulkRow
    member: MemberKey
    file_hash: bytes
    actor: str
    detail: dict[str, str]


@dataclass(frozen=True, slots=True)
class BulkKind:
    """How one kind of file is read, which rows are the same, and how a row is posted.

    `key` is that of a row's award: with it a row has one effect, for good. `post` raises RowProblem.
    """

    name: KindName
    columns: Columns
    enrolls: bool
    """Whether customers that nobody knows become members without being asked for."""
    read: Callable[[TableRow, CustomerReader], BulkRow]
    same: Callable[[BulkRow], Hashable]
    key: Callable[[MemberKey, bytes, BulkRow], AwardKey]
    post: Callable[[Ledger, GiftTerms, Posting], Award | None]
    ids_per_row: int
    takes: bool
    """Whether `post` also takes points out of lots, which have to be loaded for it."""
    repeated: str | None
    """The problem of a row whose award exists already; None where such a row counts as done."""


def cells_of(row: BulkRow, *, shop_id: int | None) -> str:
    """What is kept of a row until it is applied, as JSON.

    Whom it is about only where they have to become a member of the shop's first; otherwise the member is known.
    """
    kept = {
        "shop_id": shop_id,
        "customer_id": row.customer if shop_id is not None else None,
        "reason": row.reason or None,
        "last_day": row.last_day.isoformat() if row.last_day else None,
        "joined_on": row.joined_on.isoformat() if row.joined_on else None,
        "lifetime": row.lifetime or None,
    }
    return json.dumps({name: value for name, value in kept.items() if value is not None})


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row that waits to be applied: for a member, or for a customer of a shop who becomes one."""

    row: BulkRow
    member_id: int | None
    shop_id: int


def kept_row(number: int, points: int, member_id: int | None, cells: dict[str, str | int]) -> KeptRow:
    """The row that `cells_of` kept."""

    def day(name: str) -> date | None:
        return date.fromisoformat(str(cells[name])) if name in cells else None

    row = BulkRow(
        number,
        int(cells["customer_id"]) if "customer_id" in cells else None,
        points,
        str(cells.get("reason", "")),
        day("last_day"),
        day("joined_on"),
        int(cells.get("lifetime", 0)),
    )
    return KeptRow(row, member_id, int(cells.get("shop_id", 0)))
