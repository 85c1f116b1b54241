"""The invariants of the ledger as queries. Each gives `checked` and `breaches` for the programs in `:programs`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.accounts import KINDS_PER_MEMBER, MemberAccount, ProgramAccount
from engine.money import POINTS_MAXIMUM


@dataclass(frozen=True, slots=True)
class Check:
    """An invariant: a name to find it by, what must hold, and the query that finds what does not."""

    name: str
    statement: str
    sql: str


def _stored_balance(column: str, kind: MemberAccount, credit: int) -> Check:
    """A stored balance must be the sum of the transfers of its account, read on the side that `credit` tells."""
    return Check(
        f"balance-{column}",
        f"each member's stored {column} is the sum of the transfers of that account",
        f"""
        WITH entries AS (
            SELECT program_id, credit_account AS account, {credit} * amount AS amount FROM transfers
            WHERE program_id = ANY(:programs) AND credit_account % {KINDS_PER_MEMBER} = {int(kind)}
            UNION ALL SELECT program_id, debit_account, {-credit} * amount FROM transfers
            WHERE program_id = ANY(:programs) AND debit_account % {KINDS_PER_MEMBER} = {int(kind)}
        ), sums AS (
            SELECT program_id, account / {KINDS_PER_MEMBER} AS member_id, sum(amount) AS total
            FROM entries GROUP BY 1, 2
        )
        SELECT count(*) AS checked,
            count(*) FILTER (WHERE COALESCE(m.{column}, 0) <> COALESCE(s.total, 0) OR m.member_id IS NULL) AS breaches
        FROM (SELECT * FROM members WHERE program_id = ANY(:programs)) m FULL JOIN sums s USING (program_id, member_id)
        """,
    )


_ACCOUNT_IS_KNOWN = (
    f"({{0}} IN ({', '.join(str(int(kind)) for kind in ProgramAccount)}) OR ({{0}} >= {KINDS_PER_MEMBER} "
    f"AND {{0}} % {KINDS_PER_MEMBER} IN ({', '.join(str(int(kind)) for kind in MemberAccount)})))"
)
_DEBIT_KNOWN = _ACCOUNT_IS_KNOWN.format("debit_account")
_CREDIT_KNOWN = _ACCOUNT_IS_KNOWN.format("credit_account")

CHECKS = [
    Check(
        "transfers",
        "each transfer moves more than 0 points between two different known accounts, in a transaction that exists",
        f"""
        SELECT count(*) AS checked, count(*) FILTER (WHERE f.amount <= 0 OR f.debit_account = f.credit_account
            OR NOT {_DEBIT_KNOWN} OR NOT {_CREDIT_KNOWN} OR t.transaction_id IS NULL) AS breaches
        FROM transfers f LEFT JOIN transactions t USING (program_id, transaction_id)
        WHERE f.program_id = ANY(:programs)
        """,
    ),
    Check(
        "transactions",
        "each transaction moves points of its member alone, by as many as it says they have more or owe less",
        f"""
        WITH moved AS (
            SELECT f.program_id, f.transaction_id,
                sum(CASE WHEN f.credit_account / {KINDS_PER_MEMBER} = t.member_id
                    AND f.credit_account % {KINDS_PER_MEMBER} IN (8, 9, 11) THEN f.amount ELSE 0 END)
                - sum(CASE WHEN f.debit_account / {KINDS_PER_MEMBER} = t.member_id
                    AND f.debit_account % {KINDS_PER_MEMBER} IN (8, 9, 11) THEN f.amount ELSE 0 END) AS points,
                bool_or(GREATEST(f.credit_account, f.debit_account) / {KINDS_PER_MEMBER} NOT IN (0, t.member_id)
                    OR LEAST(f.credit_account, f.debit_account) / {KINDS_PER_MEMBER} NOT IN (0, t.member_id)) AS foreign
            FROM transfers f JOIN transactions t USING (program_id, transaction_id)
            WHERE f.program_id = ANY(:programs) GROUP BY 1, 2
        )
        SELECT count(*) AS checked, count(*) FILTER (WHERE m.transaction_id IS NULL
            OR t.points <> m.points OR m.foreign) AS breaches
        FROM transactions t LEFT JOIN moved m USING (program_id, transaction_id) WHERE t.program_id = ANY(:programs)
        """,
    ),
    _stored_balance("available", MemberAccount.AVAILABLE, 1),
    _stored_balance("pending", MemberAccount.PENDING, 1),
    _stored_balance("reserved", MemberAccount.RESERVED, 1),
    _stored_balance("debt", MemberAccount.DEBT, -1),
    Check(
        "balances-in-range",
        f"no balance is below 0 and none above {POINTS_MAXIMUM}",
        f"""
        SELECT count(*) AS checked, count(*) FILTER (WHERE LEAST(available, pending, reserved, debt, lifetime) < 0
            OR GREATEST(available, pending, reserved, debt, lifetime) > {POINTS_MAXIMUM}) AS breaches
        FROM members WHERE program_id = ANY(:programs)
        """,
    ),
    Check(
        "lots",
        "each member's unspent lots add up to what is available",
        """
        WITH sums AS (SELECT program_id, member_id, sum(remaining) AS total FROM lots
            WHERE program_id = ANY(:programs) GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE m.available <> COALESCE(s.total, 0)) AS breaches
        FROM members m LEFT JOIN sums s USING (program_id, member_id) WHERE m.program_id = ANY(:programs)
        """,
    ),
    Check(
        "lot-consumption",
        "what is left of a lot, and what was taken from it or held, never exceeds what it held at first",
        """
        WITH taken AS (SELECT program_id, lot_id, sum(quantity) AS total FROM lot_consumptions
            WHERE program_id = ANY(:programs) GROUP BY 1, 2),
        returned AS (SELECT l.program_id, l.lot_id, sum(l.quantity) AS total FROM reservation_lots l
            WHERE l.program_id = ANY(:programs) GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE l.remaining + COALESCE(t.total, 0) < l.quantity
            OR l.remaining + COALESCE(t.total, 0) - COALESCE(r.total, 0) > l.quantity) AS breaches
        FROM lots l LEFT JOIN taken t USING (program_id, lot_id) LEFT JOIN returned r USING (program_id, lot_id)
        WHERE l.program_id = ANY(:programs)
        """,
    ),
    Check(
        "lots-expired",
        "what expired of the lots, less what refunds took back of it, is what the program's account of it holds",
        f"""
        WITH account AS (SELECT program_id, sum(CASE WHEN credit_account = {int(ProgramAccount.EXPIRED)} THEN amount
                ELSE -amount END) AS total FROM transfers WHERE program_id = ANY(:programs)
                AND {int(ProgramAccount.EXPIRED)} IN (credit_account, debit_account) GROUP BY 1),
        lots_of AS (SELECT program_id, sum(expired) AS total FROM lots WHERE program_id = ANY(:programs) GROUP BY 1)
        SELECT count(*) AS checked, count(*) FILTER (WHERE COALESCE(a.total, 0) <> COALESCE(l.total, 0)) AS breaches
        FROM lots_of l FULL JOIN account a USING (program_id)
        """,
    ),
    Check(
        "moved",
        "what one member gave another arrived: the account between two members is empty",
        f"""
        WITH account AS (SELECT program_id, sum(CASE WHEN credit_account = {int(ProgramAccount.MOVED)} THEN amount
                ELSE -amount END) AS total FROM transfers WHERE program_id = ANY(:programs)
                AND {int(ProgramAccount.MOVED)} IN (credit_account, debit_account) GROUP BY 1)
        SELECT count(*) AS checked, count(*) FILTER (WHERE total <> 0) AS breaches FROM account
        """,
    ),
    Check(
        "next-expiry",
        "each member's next expiry is the first end among their unspent lots, and no lot ends before its award does",
        """
        WITH ends AS (SELECT l.program_id, l.member_id, min(l.expires_at) FILTER (WHERE l.remaining > 0) AS first,
                bool_or(a.award_id IS NOT NULL AND (l.expires_at < a.expires_at
                    OR (l.expires_at IS NULL) <> (a.expires_at IS NULL))) AS wrong
            FROM lots l LEFT JOIN awards a USING (program_id, award_id) WHERE l.program_id = ANY(:programs)
            GROUP BY 1, 2)
        SELECT count(*) AS checked,
            count(*) FILTER (WHERE m.next_expiry_at IS DISTINCT FROM e.first OR e.wrong) AS breaches
        FROM members m LEFT JOIN ends e USING (program_id, member_id) WHERE m.program_id = ANY(:programs)
        """,
    ),
    Check(
        "reservations",
        "holds that are not settled add up to each member's reserved points",
        """
        WITH held AS (SELECT r.program_id, COALESCE(o.merged_into, o.member_id) AS member_id, sum(r.points) AS total
            FROM reservations r JOIN members o USING (program_id, member_id)
            WHERE r.state = 'held' AND r.program_id = ANY(:programs) GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE m.reserved <> COALESCE(h.total, 0)) AS breaches
        FROM members m LEFT JOIN held h USING (program_id, member_id) WHERE m.program_id = ANY(:programs)
        """,
    ),
    Check(
        "awards",
        "what was posted for each award is the sum of its gifts and claw-backs, at least 0, by a version that exists",
        """
        WITH posted AS (SELECT program_id, award_id, sum(points) AS points, count(*) AS revisions FROM (
            SELECT t.program_id, t.award_id, CASE WHEN t.kind <> 'clawback' THEN t.points
                WHEN t.detail ->> 'posted' ~ '^-[0-9]{1,18}$' THEN (t.detail ->> 'posted')::bigint END AS points
            FROM transactions t WHERE t.program_id = ANY(:programs) AND t.award_id IS NOT NULL
                AND t.kind NOT IN ('expire', 'mature')
        ) x GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE a.posted < 0 OR a.posted <> COALESCE(p.points, 0)
            OR a.revision <> COALESCE(p.revisions, 0) OR v.version IS NULL) AS breaches
        FROM awards a LEFT JOIN posted p USING (program_id, award_id)
        LEFT JOIN program_versions v ON v.program_id = a.program_id AND v.version = a.program_version
        WHERE a.program_id = ANY(:programs)
        """,
    ),
    Check(
        "lifetime",
        "each member's lifetime and pending points are what is posted and held of their awards",
        """
        WITH posted AS (SELECT a.program_id, COALESCE(o.merged_into, o.member_id) AS member_id, sum(a.posted) AS total,
                sum(a.held) AS held FROM awards a JOIN members o USING (program_id, member_id)
            WHERE a.program_id = ANY(:programs) GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE m.lifetime <> COALESCE(p.total, 0)
            OR m.pending <> COALESCE(p.held, 0)) AS breaches
        FROM members m LEFT JOIN posted p USING (program_id, member_id) WHERE m.program_id = ANY(:programs)
        """,
    ),
    Check(
        "one-effect",
        "each gift and claw-back has its own effect key, and each key its transaction",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE e.transaction_id IS NULL OR t.transaction_id IS NULL)
            AS breaches
        FROM (SELECT * FROM transactions WHERE program_id = ANY(:programs)
            AND kind IN ('earn', 'bonus', 'clawback', 'adjust', 'import')) t
        FULL JOIN (SELECT * FROM effect_keys WHERE program_id = ANY(:programs)) e USING (program_id, transaction_id)
        """,
    ),
    Check(
        "sealed-once",
        "each transaction is in exactly one block or waits for one",
        """
        WITH placed AS (
            SELECT program_id, unnest(transaction_ids) AS transaction_id FROM blocks WHERE program_id = ANY(:programs)
            UNION ALL SELECT program_id, transaction_id FROM unsealed_transactions WHERE program_id = ANY(:programs)
        ), places AS (SELECT program_id, transaction_id, count(*) AS times FROM placed GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE t.transaction_id IS NULL OR COALESCE(p.times, 0) <> 1)
            AS breaches
        FROM (SELECT * FROM transactions WHERE program_id = ANY(:programs)) t
        FULL JOIN places p USING (program_id, transaction_id)
        """,
    ),
]

LAGS = {
    "unsealed transactions": "SELECT count(*) FROM unsealed_transactions WHERE program_id = ANY(:programs)",
    "pending deliveries": "SELECT count(*) FROM deliveries WHERE state = 'pending' AND program_id = ANY(:programs)",
    "parked deliveries": "SELECT count(*) FROM deliveries WHERE state = 'parked' AND program_id = ANY(:programs)",
    "members whose game is to be worked out": "SELECT count(DISTINCT (program_id, member_id)) FROM game_marks "
    "WHERE program_id = ANY(:programs)",
    "members whose places are to be worked out": "SELECT count(DISTINCT (program_id, member_id)) FROM board_marks "
    "WHERE program_id = ANY(:programs)",
    "lots to expire": "SELECT count(*) FROM lots WHERE remaining > 0 AND expires_at <= now() "
    "AND program_id = ANY(:programs)",
}
