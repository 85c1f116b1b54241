"""Has anything changed for this shopper? Numbers that rise with every change, cheap enough to ask every second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text


@dataclass(frozen=True, slots=True)
class Versions:
    """What an answer to this shopper depends on. From `stale_at` on it also depends on the clock: a lot falls due."""

    member: int
    program: int
    stale_at: datetime | None


_MEMBER = """
    SELECT m.version, m.next_expiry_at FROM customers c
    JOIN members m ON m.program_id = c.program_id AND m.member_id = c.member_id
    WHERE c.program_id = :program_id AND c.shop_id = :shop_id AND c.customer_id = :customer_id
"""
READ_VERSIONS = text(f"""
    SELECT COALESCE(member.version, 0), COALESCE(program.version, 0),
        LEAST(member.next_expiry_at, program.next_from)
    FROM (
        SELECT max(version) FILTER (WHERE effective_from <= now()) AS version,
            min(effective_from) FILTER (WHERE effective_from > now()) AS next_from
        FROM program_versions WHERE program_id = :program_id
    ) program LEFT JOIN ({_MEMBER}) member ON true
""")
READ_MEMBER_VERSION = text(_MEMBER)
