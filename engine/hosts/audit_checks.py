"""The invariants of what is exchanged with hosts as queries; see `engine.audit_checks`."""

from __future__ import annotations

from engine.audit_checks import Check

HOST_CHECKS = [
    Check(
        "host-reports",
        "what was reported to a host of an order is its one purchase, and what of it was given back the sum of returns",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE o.returned_minor > COALESCE(o.bought_minor, 0)
            OR COALESCE(o.bought_minor, 0) <> COALESCE(r.bought, 0) OR o.returned_minor <> COALESCE(r.returned, 0)
            OR COALESCE(r.purchases, 0) <> CASE WHEN o.bought_minor IS NULL THEN 0 ELSE 1 END) AS breaches
        FROM (SELECT *, order_id::text AS reference FROM host_orders WHERE program_id = ANY(:programs)) o
        LEFT JOIN (SELECT program_id, host_id, reference, count(*) FILTER (WHERE kind = 'purchase') AS purchases,
                sum(amount_minor) FILTER (WHERE kind = 'purchase') AS bought,
                sum(amount_minor) FILTER (WHERE kind = 'refund') AS returned
            FROM host_reports WHERE program_id = ANY(:programs) GROUP BY 1, 2, 3) r
            USING (program_id, host_id, reference)
        """,
    ),
    Check(
        "host-events",
        "each event of a host is kept as it was signed: its hash and its columns say what its payload says",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE h.host_id IS NULL OR e.position > h.read_until
            OR e.leaf_hash <> sha256(decode('00', 'hex') || convert_to(e.payload, 'UTF8'))
            OR e.payload::jsonb ->> 'id' <> e.event_id OR e.payload::jsonb ->> 'kind' <> e.kind
            OR (e.payload::jsonb ->> 'points')::bigint <> e.points
            OR (e.payload::jsonb ->> 'micros')::bigint <> e.micros
            OR e.payload::jsonb ->> 'reference' IS DISTINCT FROM e.reference) AS breaches
        FROM host_events e LEFT JOIN partner_hosts h ON h.program_id = e.program_id AND h.host_id = e.host_id
        WHERE e.program_id = ANY(:programs)
        """,
    ),
    Check(
        "host-statements",
        "statements of a host are read in their order without a gap, and what they have of ours is on no later one",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE h.statements_until <> COALESCE(s.newest, 0)
            OR COALESCE(s.statements, 0) <> COALESCE(s.newest, 0)
            OR COALESCE(e.newest, 0) > h.statements_until) AS breaches
        FROM partner_hosts h
        LEFT JOIN (SELECT program_id, host_id, count(*) AS statements, max(number) AS newest FROM host_statements
            WHERE program_id = ANY(:programs) GROUP BY 1, 2) s USING (program_id, host_id)
        LEFT JOIN (SELECT program_id, host_id, max(statement_number) AS newest FROM host_events
            WHERE program_id = ANY(:programs) GROUP BY 1, 2) e USING (program_id, host_id)
        WHERE h.program_id = ANY(:programs)
        """,
    ),
]
