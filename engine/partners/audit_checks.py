"""The invariants of partners and their books as queries; see `engine.audit_checks`."""

from __future__ import annotations

from babel.numbers import list_currencies

from engine.audit_checks import Check
from engine.money import exponent
from engine.partners.caps import PERIODS
from engine.partners.kinds import POINTS_RULES
from engine.partners.open_sums import SETTLED_UNTIL

_PERIODS = ", ".join(f"('{period}')" for period in PERIODS)
_DECIMALS = "\n".join(
    f"WHEN '{currency}' THEN {exponent(currency)}" for currency in sorted(list_currencies()) if exponent(currency) != 2
)
_RATES = "\n".join(
    f"WHEN '{kind}' THEN {rule.sign} * (v.definition ->> '{rule.rate}_rate')::numeric"
    for kind, rule in POINTS_RULES.items()
)
_CAPPED = ", ".join(f"('{kind}', '{rule.cap}', {rule.cap_sign})" for kind, rule in POINTS_RULES.items())
_AGREED = """partner_events e JOIN agreement_versions v ON v.program_id = e.program_id AND v.partner_id = e.partner_id
            AND v.version = e.agreement_version"""

PARTNER_CHECKS = [
    Check(
        "partner-agreements",
        "each partner has an agreement whose versions are numbered without a gap, and each event one that it names",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE v.versions IS NULL OR v.versions <> v.newest
            OR v.newest < e.newest) AS breaches
        FROM partners p
        LEFT JOIN (SELECT program_id, partner_id, count(*) AS versions, max(version) AS newest FROM agreement_versions
            WHERE program_id = ANY(:programs) GROUP BY 1, 2) v USING (program_id, partner_id)
        LEFT JOIN (SELECT program_id, partner_id, max(agreement_version) AS newest FROM partner_events
            WHERE program_id = ANY(:programs) GROUP BY 1, 2) e USING (program_id, partner_id)
        WHERE p.program_id = ANY(:programs)
        """,
    ),
    Check(
        "partner-prices",
        "each event comes to its points at the rate of the agreement that it names, to the millionth",
        f"""
        SELECT count(*) AS checked, count(*) FILTER (WHERE v.version IS NULL OR p.partner_id IS NULL
            OR (e.kind IN ('payment', 'payment_reversed') AND e.points <> 0)
            OR (e.kind IN ({", ".join(f"'{kind}'" for kind in POINTS_RULES)}) AND (e.points < 0
                OR e.currency <> v.definition ->> 'currency'
                OR e.micros <> e.points * CASE e.kind {_RATES} END
                    * power(10::numeric, 6 + CASE e.currency {_DECIMALS} ELSE 2 END)))) AS breaches
        FROM partner_events e LEFT JOIN agreement_versions v ON v.program_id = e.program_id
            AND v.partner_id = e.partner_id AND v.version = e.agreement_version
        LEFT JOIN partners p ON p.program_id = e.program_id AND p.partner_id = e.partner_id
        WHERE e.program_id = ANY(:programs)
        """,
    ),
    Check(
        "partner-prepaid",
        "what a partner has left of what it paid beforehand is what it paid less what its events took",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE p.prepaid_micros
            <> 1000000 * COALESCE(paid.minor, 0) - COALESCE(taken.micros, 0)) AS breaches
        FROM partners p
        LEFT JOIN (SELECT program_id, partner_id, sum(amount_minor) AS minor FROM partner_payments
            WHERE kind = 'prepayment' AND program_id = ANY(:programs) GROUP BY 1, 2) paid USING (program_id, partner_id)
        LEFT JOIN (SELECT program_id, partner_id, sum(prepaid_micros) AS micros FROM partner_events
            WHERE program_id = ANY(:programs) GROUP BY 1, 2) taken USING (program_id, partner_id)
        WHERE p.program_id = ANY(:programs)
        """,
    ),
    Check(
        "partner-covered",
        "an event took no more of what was paid beforehand than it comes to, and only under a prepaid agreement",
        f"""
        SELECT count(*) AS checked, count(*) FILTER (WHERE abs(e.prepaid_micros) > abs(e.micros)
            OR sign(e.prepaid_micros) = - sign(e.micros) AND e.prepaid_micros <> 0
            OR e.prepaid_micros <> 0 AND (v.definition ->> 'billing' <> 'prepaid'
                OR e.currency <> v.definition ->> 'currency')
            OR v.definition ->> 'billing' = 'prepaid' AND e.currency = v.definition ->> 'currency'
                AND e.kind IN ('issued', 'payment') AND e.micros > 0 AND e.prepaid_micros <> e.micros) AS breaches
        FROM {_AGREED} WHERE e.program_id = ANY(:programs)
        """,
    ),
    Check(
        "partner-counters",
        "points issued and redeemed in each period, which caps are held against, are those of the events in it",
        f"""
        WITH capped (kind, cap, sign) AS (VALUES {_CAPPED}), spans (span) AS (VALUES {_PERIODS}),
        summed AS (SELECT e.program_id, e.partner_id, c.cap AS kind, s.span || ':' || to_char(date_trunc(s.span,
                e.occurred_at AT TIME ZONE (v.definition ->> 'time_zone')), 'YYYY-MM-DD') AS period,
                sum(c.sign * e.points) AS points
            FROM {_AGREED} JOIN capped c ON c.kind = e.kind CROSS JOIN spans s
            WHERE e.program_id = ANY(:programs) GROUP BY 1, 2, 3, 4)
        SELECT count(*) AS checked,
            count(*) FILTER (WHERE COALESCE(s.points, 0) <> COALESCE(c.points, 0)) AS breaches
        FROM summed s FULL JOIN (SELECT * FROM partner_period_points WHERE program_id = ANY(:programs)) c
            USING (program_id, partner_id, kind, period)
        """,
    ),
    Check(
        "partner-payloads",
        "the text of each event says what its row says, and its hash is that of the text",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE e.leaf_hash <> sha256('\\x00'::bytea
                || convert_to(e.payload, 'UTF8'))
            OR (e.payload::jsonb - 'subject' - 'offer') IS DISTINCT FROM jsonb_build_object(
                'id', e.event_id::text, 'kind', e.kind, 'partner', p.handle, 'points', e.points,
                'micros', e.micros::text, 'currency', e.currency, 'agreement', e.agreement_version,
                'reference', e.reference, 'corrects', e.corrects::text,
                'occurred_at', to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
            OR (e.member_id IS NULL) <> (e.payload::jsonb ->> 'subject' IS NULL)) AS breaches
        FROM partner_events e LEFT JOIN partners p USING (program_id, partner_id) WHERE e.program_id = ANY(:programs)
        """,
    ),
    Check(
        "partner-signatures",
        "events are signed in their order, none left out and none later than 15 minutes, each signature over its text",
        """
        WITH newest AS (SELECT program_id, partner_id, max(event_id) AS event_id FROM partner_event_signatures
            WHERE program_id = ANY(:programs) GROUP BY 1, 2),
        signed AS (SELECT program_id, event_id, partner_id, token, lag(event_id) OVER (PARTITION BY program_id,
            partner_id ORDER BY position) AS earlier FROM partner_event_signatures WHERE program_id = ANY(:programs))
        SELECT count(*) AS checked, count(*) FILTER (WHERE e.event_id IS NULL OR s.partner_id <> e.partner_id
            OR s.earlier > s.event_id
            OR (s.event_id IS NULL AND (e.event_id < n.event_id OR e.recorded_at < now() - interval '15 minutes'))
            OR split_part(s.token, '.', 2) <> translate(encode(convert_to(e.payload, 'UTF8'), 'base64'),
                E'+/=\\n', '-_')) AS breaches
        FROM (SELECT * FROM partner_events WHERE program_id = ANY(:programs)) e
        FULL JOIN signed s ON s.program_id = e.program_id AND s.event_id = e.event_id
        LEFT JOIN newest n ON n.program_id = e.program_id AND n.partner_id = e.partner_id
        """,
    ),
    Check(
        "partner-open",
        "what is kept of each kind as open is what the signed events come to that are on no statement, and how many of "
        "them are late",
        f"""
        WITH summed AS (SELECT e.program_id, e.partner_id, e.kind, e.currency, count(*) AS events,
                count(*) FILTER (WHERE e.occurred_at < p.since) AS late, sum(e.points) AS points,
                sum(e.micros) AS micros, sum(e.prepaid_micros) AS prepaid_micros
            FROM (SELECT p.program_id, p.partner_id, {SETTLED_UNTIL} AS since FROM partners p
                WHERE p.program_id = ANY(:programs)) p
            JOIN partner_event_signatures s ON s.program_id = p.program_id AND s.partner_id = p.partner_id
            JOIN partner_events e ON e.program_id = s.program_id AND e.event_id = s.event_id
            WHERE NOT EXISTS (SELECT FROM statement_lines l
                WHERE l.program_id = s.program_id AND l.event_id = s.event_id)
            GROUP BY 1, 2, 3, 4)
        SELECT count(*) AS checked, count(*) FILTER (WHERE COALESCE(s.events, 0) <> COALESCE(k.events, 0)
            OR COALESCE(s.late, 0) <> COALESCE(k.late, 0) OR COALESCE(s.points, 0) <> COALESCE(k.points, 0)
            OR COALESCE(s.micros, 0) <> COALESCE(k.micros, 0)
            OR COALESCE(s.prepaid_micros, 0) <> COALESCE(k.prepaid_micros, 0)) AS breaches
        FROM summed s FULL JOIN (SELECT * FROM partner_open_sums WHERE program_id = ANY(:programs)) k
            USING (program_id, partner_id, kind, currency)
        """,
    ),
    Check(
        "partner-keys",
        "each key of a partner is listed under its program, and nothing else is",
        """
        SELECT count(*) AS checked, count(*) FILTER (WHERE k.key_id IS NULL OR d.key_id IS NULL
            OR p.partner_id IS NULL) AS breaches
        FROM (SELECT * FROM partner_keys WHERE program_id = ANY(:programs)) k
        FULL JOIN (SELECT * FROM partner_key_directory WHERE program_id = ANY(:programs)) d
            ON d.program_id = k.program_id AND d.key_id = k.key_id
        LEFT JOIN partners p ON p.program_id = k.program_id AND p.partner_id = k.partner_id
        """,
    ),
]
