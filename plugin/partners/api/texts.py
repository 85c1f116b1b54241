"""What the codes of the partner API mean, in the words of its answers."""

from __future__ import annotations

_REPORTS = {
    "PARTNER_NOT_FOUND": "The partner is no more.",
    "PARTNER_PAUSED": "The program paused this partner; only refunds are taken.",
    "NO_AGREEMENT": "Nothing was agreed yet when this happened.",
    "IN_THE_FUTURE": "It lies in the future.",
    "TOO_OLD": "It is older than the agreement takes reports for.",
    "CURRENCY_NOT_ACCEPTED": "Nothing is agreed on in this currency.",
    "AMOUNT_INVALID": "The amount does not fit its currency, or its order.",
    "MEMBER_UNKNOWN": "Nobody has this number here.",
    "NOT_ATTRIBUTED": "It names no number, code or click that counts.",
    "CODE_USED": "The code was used for another order.",
    "ORDER_ALREADY_REPORTED": "This order was reported before, under another report_id.",
    "REPORT_CHANGED": "A report with this report_id said something else; the first one counts.",
    "TOO_MANY_REFUNDS": "This order has as many refunds as are taken.",
    "BUDGET_USED_UP": "The budget of the offer is used up: it was declined.",
    "CAP_REACHED": "A limit of the agreement is reached: it was declined.",
    "PREPAID_USED_UP": "What was paid beforehand is used up: it was declined.",
}


def report_message(code: str | None) -> str | None:
    """What an answer's code means; None without one."""
    return None if code is None else _REPORTS.get(code, "It was not taken.")
