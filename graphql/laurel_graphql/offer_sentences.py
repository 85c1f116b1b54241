"""Why an offer cannot be had, and what becomes of a purchase at a partner, as sentences with their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.offers.refusals import Detail
from laurel_graphql.refusals import Words
from laurel_graphql.texts import TEXTS, day_text, points_text


def offer_refusal_text(code: str, details: Mapping[str, Detail], words: Words) -> str:
    """The sentence for a code of `engine.offers.refusals`, in the caller's language and with the numbers of it."""
    key = f"offer.refused.{code.lower()}"
    if code == "MEMBER_LIMIT":
        key += ".points" if details.get("unit") == "points" else f".{details['period']}"
    if code == "POINTS_INVALID" and "maximum" in details:
        key += ".range"
    return TEXTS[words.language][key].format(**_told(details, words))


def _told(details: Mapping[str, Detail], words: Words) -> dict[str, Detail]:
    """The numbers of a refusal as people write them. A sentence takes of them what it names."""
    told = dict(details)
    for name in ("minimum", "maximum"):
        if name in told:
            told[name] = points_text(int(told[name]), words.language)
    if "missing" in told:
        told["points"] = points_text(int(told["missing"]), words.language)
    if told.get("unit") == "points":
        told["points"] = points_text(int(told["limit"]), words.language)
    if "starts_at" in told:
        day = datetime.fromisoformat(str(told["starts_at"])).astimezone(words.zone).date()
        told["day"] = day_text(day, words.language)
    for name in ("tiers", "plans"):
        if name in told:
            told[name] = str(told[name]).replace(",", ", ")
    return told
