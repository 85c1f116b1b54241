"""The invariants of offers, their budgets and claims as queries; see `engine.audit_checks`."""

from __future__ import annotations

from engine.accounts import ProgramAccount
from engine.audit_checks import Check

_HELD = "c.kind = 'code' AND o.budget_unit NOT IN ('claims', 'points')"
_CLEARING = int(ProgramAccount.PARTNER_CLEARING)

OFFER_CHECKS = [
    Check(
        "offer-budgets",
        "what an offer has free, holds and has spent is what its transfers say, and nothing is left in another unit",
        """
        WITH moved AS (
            SELECT program_id, offer_id, unit, credit_account AS account, amount FROM budget_transfers
            WHERE program_id = ANY(:programs)
            UNION ALL SELECT program_id, offer_id, unit, debit_account, -amount FROM budget_transfers
            WHERE program_id = ANY(:programs)
        ), sums AS (
            SELECT program_id, offer_id, unit, COALESCE(sum(amount) FILTER (WHERE account = 2), 0) AS free,
                COALESCE(sum(amount) FILTER (WHERE account = 3), 0) AS held,
                COALESCE(sum(amount) FILTER (WHERE account = 4), 0) AS spent
            FROM moved GROUP BY 1, 2, 3
        )
        SELECT (SELECT count(*) FROM offers WHERE program_id = ANY(:programs)) AS checked,
            (SELECT count(*) FROM offers o LEFT JOIN sums s ON s.program_id = o.program_id
                AND s.offer_id = o.offer_id AND s.unit = o.budget_unit WHERE o.program_id = ANY(:programs)
                AND (o.budget_free, o.budget_held, o.budget_spent)
                    <> (COALESCE(s.free, 0), COALESCE(s.held, 0), COALESCE(s.spent, 0)))
            + (SELECT count(*) FROM sums s JOIN offers o USING (program_id, offer_id)
                WHERE s.unit IS DISTINCT FROM o.budget_unit AND (s.free, s.held, s.spent) <> (0, 0, 0)) AS breaches
        """,
    ),
    Check(
        "offer-budgets-used",
        "what an offer holds are the fixed payments of codes that are ready; what it spent are claims and conversions",
        f"""
        WITH claimed AS (
            SELECT c.program_id, c.offer_id, COALESCE(sum(c.budget) FILTER (WHERE {_HELD}), 0) AS held,
                COALESCE(sum(c.budget) FILTER (WHERE ({_HELD}) IS NOT TRUE), 0) AS spent,
                count(*) FILTER (WHERE c.budget > 0 AND (c.state = 'void' OR ({_HELD} AND c.state <> 'ready'))) AS wrong
            FROM offer_claims c JOIN offers o USING (program_id, offer_id)
            WHERE c.program_id = ANY(:programs) GROUP BY 1, 2
        ), converted AS (
            SELECT program_id, offer_id, sum(budget) AS spent FROM conversions
            WHERE program_id = ANY(:programs) GROUP BY 1, 2
        )
        SELECT count(*) AS checked, count(*) FILTER (WHERE COALESCE(c.wrong, 0) > 0
            OR o.budget_held <> COALESCE(c.held, 0)
            OR o.budget_spent <> COALESCE(c.spent, 0) + COALESCE(v.spent, 0)) AS breaches
        FROM offers o LEFT JOIN claimed c USING (program_id, offer_id)
        LEFT JOIN converted v USING (program_id, offer_id)
        WHERE o.program_id = ANY(:programs)
        """,
    ),
    Check(
        "offer-states",
        "an offer that is out has all of its budget and is exhausted exactly when that covers nothing more, or when no "
        "more may be claimed; one that is not out has nothing free, and never more than its budget is held and spent",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE CASE WHEN o.state IN ('published', 'exhausted') THEN
                (o.budget_unit IS NOT NULL AND o.budget_free + o.budget_held + o.budget_spent
                    IS DISTINCT FROM (v.definition #>> '{budget,amount}')::bigint)
                OR (o.budget_unit IS NULL) <> (v.definition ->> 'budget' IS NULL)
                OR (o.state = 'exhausted') <> (COALESCE(o.claims_left = 0, false)
                    OR (o.budget_unit IS NOT NULL AND o.budget_free < o.budget_next))
            ELSE o.budget_free <> 0 OR o.budget_held + o.budget_spent
                > COALESCE((v.definition #>> '{budget,amount}')::bigint, 0) END) AS breaches
        FROM offers o JOIN offer_versions v USING (program_id, offer_id, version) WHERE o.program_id = ANY(:programs)
        """,
    ),
    Check(
        "offer-claims-counted",
        "an offer counts its claims that are not void, and what is left of how many there may be",
        """
        WITH counted AS (SELECT program_id, offer_id, count(*) AS made FROM offer_claims
            WHERE program_id = ANY(:programs) AND state <> 'void' GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE o.claims_made <> COALESCE(c.made, 0)
            OR o.claims_left IS DISTINCT FROM (v.definition ->> 'total_limit')::bigint - o.claims_made) AS breaches
        FROM offers o JOIN offer_versions v USING (program_id, offer_id, version)
        LEFT JOIN counted c USING (program_id, offer_id) WHERE o.program_id = ANY(:programs)
        """,
    ),
    Check(
        "claims-paid",
        "what a claim took of its member's points is spent, owed to the partner by one event, and back if it is void",
        """
        WITH booked AS (SELECT program_id, claim_id,
                COALESCE(sum(points) FILTER (WHERE kind IN ('redeemed', 'exchanged')), 0) AS taken,
                COALESCE(sum(points) FILTER (WHERE kind = 'redemption_reversed'), 0) AS back
            FROM partner_events WHERE program_id = ANY(:programs) AND claim_id IS NOT NULL
                AND kind IN ('redeemed', 'exchanged', 'redemption_reversed') GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE (c.points = 0) <> (c.reservation_id IS NULL)
            OR COALESCE(b.taken, 0) <> c.points
            OR COALESCE(b.back, 0) <> CASE WHEN c.state = 'void' THEN c.points ELSE 0 END
            OR (c.points > 0 AND (r.captured, r.restored, r.state) IS DISTINCT FROM
                (c.points, CASE WHEN c.state = 'void' THEN c.points ELSE 0 END, 'captured'))) AS breaches
        FROM offer_claims c LEFT JOIN booked b USING (program_id, claim_id)
        LEFT JOIN reservations r USING (program_id, reservation_id) WHERE c.program_id = ANY(:programs)
        """,
    ),
    Check(
        "partner-clearing",
        "points that became a partner's left: the account between the two programs is empty",
        f"""
        WITH account AS (SELECT program_id, sum(CASE WHEN credit_account = {_CLEARING} THEN amount ELSE -amount END)
                AS total FROM transfers WHERE program_id = ANY(:programs)
                AND {_CLEARING} IN (credit_account, debit_account) GROUP BY 1)
        SELECT count(*) AS checked, count(*) FILTER (WHERE total <> 0) AS breaches FROM account
        """,
    ),
]
"""For the audit's list."""
