"""The invariants of pools of codes as queries; see `engine.audit_checks`."""

from __future__ import annotations

from engine.audit_checks import Check
from engine.offers.codes import PARTS

POOL_CHECKS = [
    Check(
        "pool-counts",
        "the free codes of each pool are counted right, each in its part, and each pool has its parts",
        f"""
        WITH free AS (SELECT program_id, pool_id, code_id % {PARTS} AS part, count(*) AS codes FROM pool_codes
            WHERE state = 'free' AND program_id = ANY(:programs) GROUP BY 1, 2, 3),
        parts AS (SELECT program_id, pool_id, generate_series(0, {PARTS - 1}) AS part FROM code_pools
            WHERE program_id = ANY(:programs)),
        counted AS (SELECT * FROM pool_counts WHERE program_id = ANY(:programs))
        SELECT count(*) AS checked, count(*) FILTER (WHERE p.part IS NULL OR n.codes_free IS NULL
            OR n.codes_free <> COALESCE(f.codes, 0)) AS breaches
        FROM parts p FULL JOIN counted n USING (program_id, pool_id, part)
        FULL JOIN free f USING (program_id, pool_id, part)
        """,
    ),
    Check(
        "pool-codes-claimed",
        "each code that was handed out belongs to the claim that names it, which has ended where the code is void; no "
        "other code has a claim",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE CASE
            WHEN c.state IN ('free', 'expired') THEN c.claim_id IS NOT NULL
            ELSE o.claim_id IS NULL OR o.code <> c.code OR o.partner_id <> c.partner_id
                OR (c.state = 'void') <> (o.state = 'void') END) AS breaches
        FROM (SELECT * FROM pool_codes WHERE program_id = ANY(:programs)) c
        LEFT JOIN offer_claims o ON o.program_id = c.program_id AND o.claim_id = c.claim_id
        """,
    ),
    Check(
        "claims-from-pools",
        "each claim with a code of a pool has that code, and no two have the same",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE c.code IS NULL OR c.claim_id IS DISTINCT FROM o.claim_id)
            AS breaches
        FROM (SELECT * FROM offer_claims WHERE kind IN ('code', 'redemption') AND state <> 'void'
            AND program_id = ANY(:programs)) o
        JOIN offer_versions v ON v.program_id = o.program_id AND v.offer_id = o.offer_id AND v.version = o.offer_version
            AND v.definition -> 'gives' -> 'source' ->> 'kind' = 'pool'
        LEFT JOIN pool_codes c ON c.program_id = o.program_id AND c.partner_id = o.partner_id AND c.code = o.code
        """,
    ),
    Check(
        "pools-of-partners",
        "each code is in a pool of its own partner",
        """
        SELECT count(*) AS checked,
            count(*) FILTER (WHERE p.pool_id IS NULL OR p.partner_id <> c.partner_id) AS breaches
        FROM (SELECT * FROM pool_codes WHERE program_id = ANY(:programs)) c
        LEFT JOIN code_pools p ON p.program_id = c.program_id AND p.pool_id = c.pool_id
        """,
    ),
]
