"""Grants by file: the same or different points for many members, each row once however often its file comes.

Columns: `points`; `customer_id` or `email`; if wished `reason` (else the file's) and `expires_on`, the last day on
which the points can be used. Two rows that are equal in all of this are one; otherwise a member may have several.
"""

from __future__ import annotations

from collections.abc import Hashable

from engine.awards import MEMBER_SCOPE, Award, AwardKey
from engine.files.columns import Columns
from engine.files.kinds import BulkKind, Posting
from engine.files.rows import BulkRow, CustomerReader, RowProblem, day_of, points_of, reason_of
from engine.files.spreadsheets import TableRow
from engine.gifts import IDS_PER_GIFT, Gift, GiftTerms, give, room_for
from engine.ledger import Ledger, MemberKey

COLUMNS = Columns(frozenset({"points"}), frozenset({"customer_id", "email", "reason", "expires_on"}))


def read_grant(row: TableRow, read_customer: CustomerReader) -> BulkRow:
    """A row of a file of grants. Raises RowProblem."""
    cells = row.cells
    return BulkRow(
        row.number, read_customer(cells), points_of(cells, "points", least=1), reason_of(cells),
        day_of(cells, "expires_on"),
    )  # fmt: skip


def grant_key(member: MemberKey, file_hash: bytes, row: BulkRow) -> AwardKey:
    """The key of a row's award: the file by its content, and the row by its number."""
    return AwardKey(member.program_id, MEMBER_SCOPE, "grant", f"{file_hash.hex()}:{row.number}", "grant")


def post_grant(ledger: Ledger, terms: GiftTerms, posting: Posting) -> Award:
    """Plan a row's points. Raises RowProblem."""
    row = posting.row
    if row.last_day is not None and terms.is_over(row.last_day, ledger.now):
        raise RowProblem("date-past:expires_on")
    if row.points > room_for(ledger, posting.member):
        raise RowProblem("balance-too-large")
    key = grant_key(posting.member, posting.file_hash, row)
    gift = Gift(key, row.points, "adjust", posting.actor, row.last_day, detail=posting.detail)
    award, _ = give(ledger, terms, posting.member, gift)
    return award


def _same(row: BulkRow) -> Hashable:
    return row.points, row.reason, row.last_day


GRANT = BulkKind("grant", COLUMNS, False, read_grant, _same, grant_key, post_grant, IDS_PER_GIFT, False, None)
