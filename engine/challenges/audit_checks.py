"""The invariants of the community's challenges as queries; see `engine.audit_checks`."""

from __future__ import annotations

from engine.audit_checks import Check

CHALLENGE_CHECKS = [
    Check(
        "challenge-totals",
        "the running sum of each goal of the community is that of what its members gave",
        """
        WITH kept AS (
            SELECT program_id, definition_id, period, sum(amount) AS total FROM (
                SELECT program_id, definition_id, period, total AS amount FROM challenge_totals
                UNION ALL SELECT program_id, definition_id, period, amount FROM challenge_moves
            ) known WHERE program_id = ANY(:programs)
            GROUP BY program_id, definition_id, period HAVING sum(amount) <> 0
        ), summed AS (
            SELECT program_id, definition_id, period, sum(amount) AS total FROM challenge_contributions
            WHERE program_id = ANY(:programs) GROUP BY program_id, definition_id, period HAVING sum(amount) <> 0
        )
        SELECT (SELECT count(*) FROM summed) AS checked, count(*) AS breaches FROM kept k
        FULL JOIN summed s USING (program_id, definition_id, period) WHERE k.total IS DISTINCT FROM s.total
        """,
    ),
    Check(
        "challenge-periods",
        "every goal of the community that was settled was given a version that there is, and its end before that",
        """
        SELECT count(*) AS checked, count(*) FILTER (
            WHERE v.version IS NULL OR p.ends_at <= p.starts_at OR p.settled_at < p.ends_at
            OR p.reached_at > p.settled_at
        ) AS breaches
        FROM challenge_periods p LEFT JOIN game_definition_versions v ON v.program_id = p.program_id
            AND v.definition_id = p.definition_id AND v.version = p.version
        WHERE p.program_id = ANY(:programs)
        """,
    ),
]
