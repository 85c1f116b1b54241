"""The invariants of perks as queries; see `engine.audit_checks`."""

from __future__ import annotations

from engine.audit_checks import Check

PERK_CHECKS = [
    Check(
        "perk-codes",
        "every code that tiers and plans gave has its delivery and the shape of a code, and a used one its moment",
        """
        SELECT count(*) AS checked, count(*) FILTER (
            WHERE (kind IN ('percent_code', 'free_shipping_code')) <> (code IS NOT NULL) OR code NOT LIKE 'LRP-%'
            OR (used_order_id IS NOT NULL AND used_at IS NULL) OR (used_at IS NOT NULL AND state <> 'delivered')
        ) AS breaches
        FROM perk_deliveries WHERE program_id = ANY(:programs)
        """,
    ),
    Check(
        "perk-benefits",
        "every code that an order used has one benefit, of its tier or plan, and no other code has any",
        """
        WITH used AS (
            SELECT program_id, shop_id, delivery_id::text AS source_id, grantor, perk FROM perk_deliveries
            WHERE program_id = ANY(:programs) AND used_order_id IS NOT NULL
        ), recorded AS (
            SELECT program_id, shop_id, source_id, grantor, perk FROM benefit_entries
            WHERE program_id = ANY(:programs) AND source = 'perk-code'
        )
        SELECT (SELECT count(*) FROM used) AS checked, count(*) AS breaches FROM used u
        FULL JOIN recorded r USING (program_id, shop_id, source_id, grantor, perk)
        WHERE u.source_id IS NULL OR r.source_id IS NULL
        """,
    ),
    Check(
        "birthday-presents",
        "every birthday present of a tier or plan was posted once with its points, and none without a delivery",
        """
        WITH given AS (
            SELECT program_id, member_id::text || '-' || occasion AS source_id, grantor || '/' || perk AS rule,
                (value ->> 'points')::bigint AS points FROM perk_deliveries
            WHERE program_id = ANY(:programs) AND kind = 'birthday_points' AND state = 'delivered'
        ), posted AS (
            SELECT program_id, source_id, rule, posted AS points FROM awards
            WHERE program_id = ANY(:programs) AND shop_id = 0 AND source = 'birthday-perk'
        )
        SELECT (SELECT count(*) FROM given) AS checked, count(*) AS breaches FROM given g
        FULL JOIN posted p USING (program_id, source_id, rule, points)
        WHERE g.points IS NULL OR p.points IS NULL
        """,
    ),
]
