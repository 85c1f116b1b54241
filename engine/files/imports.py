"""Members with the points that they had elsewhere. An opening balance comes once per member and day of its end.

Columns: `customer_id` (or `email` of somebody known), `points` that can be spent; if wished `expires_on`, the last day
on which they can; `joined_at`, the day on which they became a member there; `lifetime`, all points ever earned there,
of which those that are not in `points` were used. Several rows of a member are several lots, each with its own end.
"""

from __future__ import annotations

from collections.abc import Hashable

from engine.accounts import MemberAccount, ProgramAccount
from engine.awards import MEMBER_SCOPE, Award, AwardKey
from engine.files.columns import Columns
from engine.files.kinds import BulkKind, Posting
from engine.files.rows import BulkRow, CustomerReader, RowProblem, day_of, points_of
from engine.files.spreadsheets import TableRow
from engine.gifts import IDS_PER_GIFT, Gift, GiftTerms, give, room_for
from engine.ledger import EffectKey, Ledger, MemberKey, PlannedTransaction
from engine.lots import Taking

COLUMNS = Columns(frozenset({"points"}), frozenset({"customer_id", "email", "expires_on", "joined_at", "lifetime"}))
_SOURCE, _RULE, _USED = "import", "opening", "used"


def read_opening(row: TableRow, read_customer: CustomerReader) -> BulkRow:
    """A row of a file of members. Raises RowProblem."""
    cells = row.cells
    points = points_of(cells, "points", least=0)
    lifetime = points_of(cells, "lifetime", least=0) if cells.get("lifetime") else points
    if lifetime < points:
        raise RowProblem("lifetime-too-small")
    return BulkRow(
        row.number, read_customer(cells), points, last_day=day_of(cells, "expires_on"),
        joined_on=day_of(cells, "joined_at"), lifetime=lifetime,
    )  # fmt: skip


def opening_key(member: MemberKey, _file_hash: bytes, row: BulkRow) -> AwardKey:
    """The key of an opening balance: a corrected file, or another one, does not give it again."""
    end = row.last_day.isoformat() if row.last_day else "program"
    return AwardKey(member.program_id, MEMBER_SCOPE, _SOURCE, f"{member.member_id}:{end}", _RULE)


def post_opening(ledger: Ledger, terms: GiftTerms, posting: Posting) -> Award | None:
    """Plan an opening balance: all that was ever earned comes, and what was used of it goes. Raises RowProblem."""
    row, owner = posting.row, ledger.root(posting.member)
    used = row.lifetime - row.points
    if row.last_day is not None and terms.is_over(row.last_day, ledger.now):
        raise RowProblem("date-past:expires_on")
    if row.lifetime > room_for(ledger, owner):
        raise RowProblem("balance-too-large")
    if used and ledger.holdings[owner].debt:
        raise RowProblem("member-in-debt")
    if not row.lifetime:
        return None
    key = opening_key(posting.member, posting.file_hash, row)
    gift = Gift(key, row.lifetime, "import", posting.actor, row.last_day, detail=posting.detail)
    award, given = give(ledger, terms, owner, gift)
    if used:
        lot = ledger.new_lots[-1]
        spent = PlannedTransaction(
            owner, ledger.new_id(), "import", -used, ledger.now, posting.actor,
            detail={**posting.detail, "used_before": str(used), "opening": str(given.transaction_id)},
            effect=EffectKey(MEMBER_SCOPE, _SOURCE, key.source_id, _USED, 0),
        )  # fmt: skip
        ledger.move_out(spent, [Taking(lot, used)], owner.account(MemberAccount.AVAILABLE), ProgramAccount.REDEEMED)
        ledger.add(spent, -used)
    return award


def _same(row: BulkRow) -> Hashable:
    return row.last_day


IMPORT = BulkKind(
    "import",
    COLUMNS,
    True,
    read_opening,
    _same,
    opening_key,
    post_opening,
    IDS_PER_GIFT + 1,
    True,
    "already-imported",
)
