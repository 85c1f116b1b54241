"""The invariants of purchases at partners as queries; see `engine.audit_checks`."""

from __future__ import annotations

from engine.audit_checks import Check


def _left(full: str) -> str:
    """SQL of full − half-even(full × refunded / amount) in whole numbers, of the conversion `c`."""
    product = f"(abs({full})::numeric * c.refunded_minor)"
    whole, rest = f"div({product}, c.amount_minor)", f"mod({product}, c.amount_minor)"
    return f"""(CASE WHEN c.refunded_minor = 0 OR c.amount_minor = 0 THEN {full}::numeric
        ELSE sign({full}) * (abs({full}) - {whole} - CASE WHEN 2 * {rest} > c.amount_minor
            OR (2 * {rest} = c.amount_minor AND mod({whole}, 2) = 1) THEN 1 ELSE 0 END) END)"""


_DUE = f"""due AS (
        SELECT c.*, CASE WHEN c.state IN ('pending', 'approved') THEN {_left("c.points")} ELSE 0 END AS points_due,
            CASE WHEN c.state IN ('pending', 'approved') THEN {_left("c.payment_micros")} ELSE 0 END AS micros_due
        FROM conversions c WHERE c.program_id = ANY(:programs)
    )"""

CONVERSION_CHECKS = [
    Check(
        "conversions-booked",
        "the partner's books have of each conversion exactly what is due: nothing before it is approved",
        f"""
        WITH {_DUE}, booked AS (
            SELECT program_id, conversion_id,
                sum(CASE kind WHEN 'issued' THEN points WHEN 'clawed_back' THEN -points ELSE 0 END) AS points,
                sum(CASE WHEN kind IN ('payment', 'payment_reversed') THEN micros ELSE 0 END) AS micros
            FROM partner_events WHERE conversion_id IS NOT NULL AND program_id = ANY(:programs) GROUP BY 1, 2
        )
        SELECT count(*) AS checked, count(*) FILTER (WHERE d.conversion_id IS NULL
            OR COALESCE(b.points, 0) <> CASE WHEN d.state = 'pending' THEN 0 ELSE d.points_due END
            OR COALESCE(b.micros, 0) <> CASE WHEN d.state = 'pending' THEN 0 ELSE d.micros_due END) AS breaches
        FROM due d FULL JOIN booked b USING (program_id, conversion_id)
        """,
    ),
    Check(
        "conversions-awarded",
        "each conversion has posted exactly the points that are due, held while it is pending and only then",
        f"""
        WITH {_DUE}, posted AS (SELECT * FROM awards WHERE source = 'conversion' AND program_id = ANY(:programs))
        SELECT count(*) AS checked, count(*) FILTER (WHERE d.conversion_id IS NULL
            OR COALESCE(p.posted, 0) <> d.points_due OR d.award_id IS DISTINCT FROM p.award_id
            OR COALESCE(p.held, 0) <> CASE WHEN d.state = 'pending' THEN d.points_due ELSE 0 END) AS breaches
        FROM due d FULL JOIN posted p ON p.program_id = d.program_id AND p.source_id = d.conversion_id::text
        """,
    ),
    Check(
        "conversions-budget",
        "each conversion uses of its offer's budget what the transfers say: what is due, and nothing once it is over",
        f"""
        WITH {_DUE}, moved AS (
            SELECT program_id, conversion_id, sum(CASE WHEN credit_account = 4 THEN amount
                WHEN debit_account = 4 THEN -amount ELSE 0 END) AS spent
            FROM budget_transfers WHERE conversion_id IS NOT NULL AND program_id = ANY(:programs) GROUP BY 1, 2
        )
        SELECT count(*) AS checked, count(*) FILTER (WHERE d.conversion_id IS NULL
            OR COALESCE(m.spent, 0) <> d.budget
            OR d.budget > CASE WHEN o.budget_unit = 'points' THEN d.points_due
                ELSE ceil(abs(d.micros_due) / 1000000) END) AS breaches
        FROM due d FULL JOIN moved m USING (program_id, conversion_id)
        LEFT JOIN offers o ON o.program_id = d.program_id AND o.offer_id = d.offer_id
        """,
    ),
    Check(
        "conversions-refunded",
        "each conversion is refunded by its refunds, each counted once, and never by more than it was",
        """
        WITH refunds AS (
            SELECT program_id, conversion_id, sum((body ->> 'amount')::numeric) AS amount,
                bool_or(body ->> 'amount' IS NULL) AS whole
            FROM partner_reports WHERE kind = 'refund' AND state = 'applied' AND program_id = ANY(:programs)
            GROUP BY 1, 2
        )
        SELECT count(*) AS checked, count(*) FILTER (WHERE c.conversion_id IS NULL
            OR c.refunded_minor > c.amount_minor
            OR (r.conversion_id IS NULL) <> (c.refunded_minor = 0) AND c.amount_minor > 0
            OR (r.whole AND c.refunded_minor <> c.amount_minor)
            OR (c.state IN ('pending', 'approved') AND r.conversion_id IS NOT NULL
                AND c.refunded_minor >= c.amount_minor)) AS breaches
        FROM (SELECT * FROM conversions WHERE program_id = ANY(:programs)) c
        FULL JOIN refunds r USING (program_id, conversion_id)
        """,
    ),
    Check(
        "conversions-reported",
        "each conversion has one purchase that was applied, of its order, and no refund waits for what was reported",
        """
        WITH purchases AS (
            SELECT program_id, conversion_id, count(*) AS times, min(reference) AS reference,
                min(partner_id) AS partner_id
            FROM partner_reports WHERE kind = 'purchase' AND state = 'applied' AND program_id = ANY(:programs)
            GROUP BY 1, 2
        )
        SELECT count(*) AS checked, count(*) FILTER (WHERE c.conversion_id IS NULL OR p.times IS DISTINCT FROM 1
            OR p.reference <> c.reference OR p.partner_id <> c.partner_id OR EXISTS (
                SELECT FROM partner_reports w WHERE w.program_id = c.program_id AND w.partner_id = c.partner_id
                AND w.reference = c.reference AND w.state = 'waiting')) AS breaches
        FROM (SELECT * FROM conversions WHERE program_id = ANY(:programs)) c
        FULL JOIN purchases p USING (program_id, conversion_id)
        """,
    ),
    Check(
        "conversions-claimed",
        "each conversion is of a claim of its offer and partner, and a code is used by one conversion only",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE k.claim_id IS NULL OR k.offer_id <> c.offer_id
            OR k.partner_id <> c.partner_id OR (k.kind IN ('code', 'redemption') AND (k.state <> 'used'
                OR EXISTS (SELECT FROM conversions o WHERE o.program_id = c.program_id AND o.claim_id = c.claim_id
                    AND o.conversion_id <> c.conversion_id)))) AS breaches
        FROM conversions c LEFT JOIN offer_claims k USING (program_id, claim_id)
        WHERE c.program_id = ANY(:programs)
        """,
    ),
    Check(
        "conversions-told",
        "each conversion stands as its newest change says, and one that is pending is approved by itself one day",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE n.state IS DISTINCT FROM c.state
            OR (c.state = 'pending') <> (c.approves_at IS NOT NULL)
            OR (c.state = 'approved' AND c.approved_at IS NULL)) AS breaches
        FROM conversions c LEFT JOIN LATERAL (
            SELECT state FROM conversion_changes n WHERE n.program_id = c.program_id
            AND n.conversion_id = c.conversion_id ORDER BY change_id DESC LIMIT 1
        ) n ON true
        WHERE c.program_id = ANY(:programs)
        """,
    ),
]
