"""What does not match with a partner, as its pages show it: what both sides say, how old it is, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.partners.money import exact_amount
from engine.settlement.suspense import SuspenseRow
from plugin.merchant.program import actor_text
from plugin.merchant.words import Words

TONES: Final = {"0-30": "info", "31-60": "caution", "61-90": "warning", "90+": "critical"}


def shown_row(row: SuspenseRow, words: Words) -> dict[str, Any]:
    """One row for the page."""
    about = words.text(f"partner.kind.{row.kind.upper()}") if row.kind else ""
    return {
        "id": f"gid://laurel/SuspenseRow/{row.row_id}",
        "reference": row.reference,
        "title": words.text(f"suspense.problem.{row.problem}", reference=row.reference),
        "about": about,
        "ours": _side(row.ours, words),
        "theirs": _side(row.theirs, words),
        "statement": row.statement_number,
        "statement_id": row.statement_id,
        "age": words.text("suspense.since", age=words.days(row.age_days))
        if row.age_days
        else words.text("suspense.today"),
        "tone": TONES[row.bucket],
        "open": row.settled_at is None,
        "ended": row.settled_at
        and words.text(
            f"suspense.ended.{row.resolution}", when=words.moment(row.settled_at), who=_who(row.settled_by, words)
        ),
        "note": row.note,
    }


def _side(evidence: Mapping[str, Any], words: Words) -> str | None:
    """What one side says, in a line; None where it says nothing."""
    parts = []
    currency = str(evidence.get("currency", ""))
    if evidence.get("points", "0") != "0" or ("micros" not in evidence and "points" in evidence):
        parts.append(words.points(str(evidence["points"])))
    if "micros" in evidence:
        parts.append(words.exact_money(exact_amount(int(evidence["micros"]), currency), currency))
    if "minor" in evidence:
        parts.append(words.exact_money(exact_amount(int(evidence["minor"]) * 1_000_000, currency), currency))
    for name in ("events", "rows", "dates", "statement"):
        if name in evidence:
            value = evidence[name]
            listed = words.listing([str(one) for one in value]) if isinstance(value, list) else str(value)
            parts.append(words.text(f"suspense.named.{name}", values=listed))
    return " · ".join(parts) or None


def _who(actor: str | None, words: Words) -> str:
    """Who ended it: the partner by its key, else as everywhere."""
    if actor is None or actor.startswith("partner"):
        return words.text("suspense.by_partner")
    return actor_text(actor, words)
