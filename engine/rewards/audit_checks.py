"""The invariants of rewards as queries; see `engine.audit_checks`."""

from __future__ import annotations

from engine.audit_checks import Check
from engine.rewards.states import COMPENSATED, OPEN

_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))
_COMPENSATED = ", ".join(f"'{state}'" for state in sorted(COMPENSATED))

REWARD_CHECKS = [
    Check(
        "redemptions-held",
        "each redemption has a hold of its own, of its member and its points, and each such hold its redemption",
        f"""
        WITH holds AS (SELECT * FROM reservations WHERE purpose = 'redemption' AND program_id = ANY(:programs)),
        owned AS (SELECT program_id, reservation_id, count(*) AS times FROM redemptions
            WHERE program_id = ANY(:programs) GROUP BY 1, 2)
        SELECT (SELECT count(*) FROM redemptions WHERE program_id = ANY(:programs)) AS checked,
            (SELECT count(*) FROM redemptions r LEFT JOIN holds h USING (program_id, reservation_id)
                LEFT JOIN owned o USING (program_id, reservation_id)
                WHERE r.program_id = ANY(:programs) AND (h.reservation_id IS NULL OR o.times <> 1
                OR (r.state IN ({_OPEN}) AND (h.points <> r.points OR h.member_id <> r.member_id))))
            + (SELECT count(*) FROM holds h LEFT JOIN owned o USING (program_id, reservation_id)
                WHERE o.times IS NULL AND h.state = 'held') AS breaches
        """,
    ),
    Check(
        "redemptions-settled",
        "the points of open redemptions are held, those of used ones spent if anything was applied, and those of all "
        "others given back, unless the reward forfeits them or the code was used after all",
        f"""
        SELECT count(*) AS checked, count(*) FILTER (WHERE NOT COALESCE(CASE
            WHEN r.state = 'ready' AND r.value ->> 'kind' = 'gift_card' THEN h.state = 'captured'
            WHEN r.state IN ({_OPEN}) THEN h.state = 'held'
            WHEN r.state = 'used' THEN h.state = CASE WHEN r.applied_minor = 0 THEN 'voided' ELSE 'captured' END
            WHEN r.failure = 'used-late' THEN h.state IN ('captured', 'voided')
            WHEN r.state = 'expired' AND v.definition ->> 'on_expiry' = 'forfeit' THEN h.captured = r.points
            ELSE h.state = 'voided' END, false)) AS breaches
        FROM redemptions r JOIN reservations h USING (program_id, reservation_id)
        LEFT JOIN reward_versions v ON v.program_id = r.program_id AND v.reward_id = r.reward_id
            AND v.version = r.reward_version
        WHERE r.program_id = ANY(:programs)
        """,
    ),
    Check(
        "redemptions-restored",
        "no redemption gave back more than was spent, and nothing at all where no order used it",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE h.restored > h.captured
            OR h.captured > h.points OR (h.restored > 0 AND r.used_order_id IS NULL)) AS breaches
        FROM redemptions r JOIN reservations h USING (program_id, reservation_id) WHERE r.program_id = ANY(:programs)
        """,
    ),
    Check(
        "redemption-codes",
        "a code belongs to one redemption, and every kind that needs a code has one",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE (r.code IS NULL) <> (r.value ->> 'kind' = 'store_credit')
            OR s.times > 1) AS breaches
        FROM redemptions r LEFT JOIN (SELECT program_id, code, count(*) AS times FROM redemptions
            WHERE program_id = ANY(:programs) GROUP BY 1, 2) s USING (program_id, code)
        WHERE r.program_id = ANY(:programs)
        """,
    ),
    Check(
        "redemptions-known",
        "no redemption is without a known outcome for more than 15 minutes",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE r.state = 'unknown'
            AND (r.unknown_since IS NULL OR r.unknown_since < now() - interval '15 minutes')) AS breaches
        FROM redemptions r WHERE r.program_id = ANY(:programs)
        """,
    ),
    Check(
        "reward-stock",
        "what is left of each limited reward is its stock less what was redeemed and not given back",
        f"""
        WITH taken AS (SELECT program_id, reward_id, count(*) AS units FROM redemptions
            WHERE state NOT IN ({_COMPENSATED}) AND program_id = ANY(:programs) GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE v.version IS NULL OR w.stock_left IS DISTINCT FROM
            (v.definition ->> 'stock')::bigint - COALESCE(t.units, 0)) AS breaches
        FROM rewards w LEFT JOIN reward_versions v USING (program_id, reward_id, version)
        LEFT JOIN taken t USING (program_id, reward_id) WHERE w.program_id = ANY(:programs)
        """,
    ),
    Check(
        "idempotency-objects",
        "each idempotency key of a redemption stands for one that exists, and each redemption has its key",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE k.object_id IS NULL OR r.redemption_id IS NULL) AS breaches
        FROM (SELECT * FROM idempotency_keys WHERE object_kind = 'redemption' AND program_id = ANY(:programs)) k
        FULL JOIN (SELECT * FROM redemptions WHERE program_id = ANY(:programs)) r
            ON r.program_id = k.program_id AND r.redemption_id = k.object_id
        """,
    ),
]
