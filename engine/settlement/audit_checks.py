"""The invariants of statements as queries; see `engine.audit_checks`. What they come to: `audit_statements`."""

from __future__ import annotations

from engine.audit_checks import Check

SETTLEMENT_CHECKS = [
    Check(
        "statement-numbers",
        "the statements of each partner are numbered from 1 without a gap and follow each other in time, and the "
        "partner's row knows how many there are and until when",
        """
        WITH followed AS (SELECT s.program_id, s.partner_id, s.number, s.cycle_ends_at,
                s.cycle_starts_at >= s.cycle_ends_at OR lag(s.cycle_ends_at) OVER earlier > s.cycle_starts_at
                OR lag(s.settled_position) OVER earlier > s.settled_position AS wrong
            FROM statements s WHERE s.program_id = ANY(:programs)
            WINDOW earlier AS (PARTITION BY s.program_id, s.partner_id ORDER BY s.number)),
        counted AS (SELECT program_id, partner_id, count(*) AS number, max(number) AS newest,
                max(cycle_ends_at) AS until, bool_or(wrong) AS wrong FROM followed GROUP BY 1, 2)
        SELECT (SELECT count(*) FROM followed) AS checked, (SELECT count(*) FROM partners p
            LEFT JOIN counted c ON c.program_id = p.program_id AND c.partner_id = p.partner_id
            WHERE p.program_id = ANY(:programs) AND (c.wrong OR c.newest <> c.number OR c.until > p.closed_until
                OR (c.number IS NOT NULL AND p.closed_until IS NULL)
                OR p.statements_issued <> CASE WHEN c.number IS NULL THEN 0 ELSE c.number END))
            + (SELECT count(*) FROM counted c WHERE NOT EXISTS (SELECT FROM partners p
                WHERE p.program_id = c.program_id AND p.partner_id = c.partner_id)) AS breaches
        """,
    ),
    Check(
        "statement-lines",
        "each line is an event of the statement's partner from before its end, in the order of events, and called late "
        "where it is from before its beginning",
        """
        WITH placed AS (SELECT l.*, row_number() OVER (PARTITION BY l.program_id, l.statement_id
                ORDER BY l.event_id) - 1 AS place FROM statement_lines l WHERE l.program_id = ANY(:programs))
        SELECT count(*) AS checked, count(*) FILTER (WHERE e.event_id IS NULL OR s.statement_id IS NULL
            OR e.partner_id <> s.partner_id OR e.occurred_at >= s.cycle_ends_at OR l.position <> l.place
            OR l.late <> (e.occurred_at < s.cycle_starts_at)) AS breaches
        FROM placed l LEFT JOIN statements s ON s.program_id = l.program_id AND s.statement_id = l.statement_id
        LEFT JOIN partner_events e ON e.program_id = l.program_id AND e.event_id = l.event_id
        """,
    ),
    Check(
        "statement-reach",
        "no event is forgotten: each that was signed by the position that its partner's statements reach is on one",
        """
        WITH reach AS (SELECT program_id, partner_id, max(settled_position) AS position FROM statements
            WHERE program_id = ANY(:programs) GROUP BY 1, 2)
        SELECT count(*) AS checked, count(*) FILTER (WHERE l.event_id IS NULL) AS breaches
        FROM partner_event_signatures g JOIN reach r ON r.program_id = g.program_id AND r.partner_id = g.partner_id
        LEFT JOIN statement_lines l ON l.program_id = g.program_id AND l.event_id = g.event_id
        WHERE g.program_id = ANY(:programs) AND g.position <= r.position
        """,
    ),
    Check(
        "statement-payments",
        "each settlement names a statement of its partner with something in its currency, and no prepayment names one",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE (p.kind = 'settlement') <> (p.statement_id IS NOT NULL)
            OR (p.statement_id IS NOT NULL AND (s.partner_id IS NULL OR s.partner_id <> p.partner_id
                OR NOT EXISTS (SELECT FROM jsonb_array_elements(s.totals -> 'dues') AS due
                    WHERE due ->> 'currency' = p.currency)))) AS breaches
        FROM partner_payments p
        LEFT JOIN statements s ON s.program_id = p.program_id AND s.statement_id = p.statement_id
        WHERE p.program_id = ANY(:programs)
        """,
    ),
    Check(
        "statements-paid",
        "what a statement leaves to pay is paid, or a row says since when it is not, or somebody settled that by hand",
        """
        WITH owed AS (SELECT s.program_id, s.partner_id, s.statement_id, due ->> 'currency' AS currency,
                CAST(due ->> 'to_pay_minor' AS numeric) AS minor
            FROM statements s, jsonb_array_elements(s.totals -> 'dues') AS due WHERE s.program_id = ANY(:programs)),
        paid AS (SELECT program_id, statement_id, currency, sum(amount_minor) AS minor FROM partner_payments
            WHERE program_id = ANY(:programs) AND kind = 'settlement' GROUP BY 1, 2, 3)
        SELECT count(*) AS checked, count(*) FILTER (WHERE o.minor <> CASE WHEN p.minor IS NULL THEN 0 ELSE p.minor END
            AND NOT EXISTS (SELECT FROM suspense_rows r WHERE r.program_id = o.program_id
                AND r.partner_id = o.partner_id AND r.statement_id = o.statement_id AND r.reference = o.currency
                AND r.problem IN ('unpaid', 'paid_differently') AND (r.resolution IS NULL OR r.resolution = 'accepted'))
            AND abs(o.minor - CASE WHEN p.minor IS NULL THEN 0 ELSE p.minor END) > (
                SELECT max(CAST(v.definition ->> 'tolerance_minor' AS bigint)) FROM agreement_versions v
                WHERE v.program_id = o.program_id AND v.partner_id = o.partner_id)) AS breaches
        FROM owed o LEFT JOIN paid p ON p.program_id = o.program_id AND p.statement_id = o.statement_id
            AND p.currency = o.currency
        """,
    ),
]
