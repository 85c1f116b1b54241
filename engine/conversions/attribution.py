"""Which claim a purchase at a partner is credited to. Pure: the rule is data of the agreement.

A code that was typed in goes before any click, or after them where the agreement says so. Of a member's clicks within
the window before the purchase the last or the first one counts. The member's number comes last: it says who bought, not
why. A number may be newer than the purchase, by no more than reports may be late; a click or a code may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.conversions.store import AttributedBy
from engine.partners.definitions import Attribution

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far a partner's clock may be behind ours: a click just after the purchase led to it."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A claim that may have led to a purchase; `at` is when it was clicked, or claimed."""

    how: AttributedBy
    claim_id: int
    at: datetime
    click_id: str | None = None


def attribute(
    rule: Attribution, occurred_at: datetime, *, code: Touch | None, clicks: Iterable[Touch], numbers: Sequence[Touch]
) -> Touch | None:
    """The claim that a purchase is credited to, None for no claim at all.

    `clicks` are the member's at this partner, `numbers` the claims by which the member's number there earns.
    """
    click = _click(rule, occurred_at, clicks)
    ordered = (code, click) if rule.code_wins else (click, code)
    return next((touch for touch in ordered if touch is not None), None) or _number(occurred_at, numbers)


def _click(rule: Attribution, occurred_at: datetime, clicks: Iterable[Touch]) -> Touch | None:
    """The click that led to it; one that seems to be after it, by clocks that differ, only where there is no other."""
    since, until = occurred_at - timedelta(days=rule.window_days), occurred_at + CLOCKS_DIFFER
    inside = [click for click in clicks if since <= click.at <= until]
    inside.sort(key=lambda click: (click.at, click.click_id or ""))
    before = [click for click in inside if click.at <= occurred_at]
    if rule.click == "last" and before:
        return before[-1]
    return inside[0] if inside else None


def _number(occurred_at: datetime, numbers: Sequence[Touch]) -> Touch | None:
    """The newest claim before the purchase; who joined after it, at the till, is credited by the first one after."""
    before = [touch for touch in numbers if touch.at <= occurred_at]
    if before:
        return max(before, key=lambda touch: (touch.at, touch.claim_id))
    return min(numbers, key=lambda touch: (touch.at, touch.claim_id), default=None)
