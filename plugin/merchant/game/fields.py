"""What the forms of the game share: the words of their lists, what counts, windows of time, pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from plugin.merchant.pages import PageRequest
from plugin.merchant.words import Words

METRICS: Final = ("SPEND", "ORDERS", "POINTS", "REVIEWS", "REFERRALS", "DAYS", "EVENTS")
UNITS: Final = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
ARTWORK: Final = {"id": "builtin:star"}
"""The picture that something new begins with."""


def named(words: Words, group: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """The options of a list: the schema's own words with those that people read."""
    return [(name, words.text(f"game.{group}.{name}")) for name in names]


def with_chosen(options: list[tuple[str, str]], chosen: Iterable[str]) -> list[tuple[str, str]]:
    """The options of a list with those that were chosen and are gone, or saving the form would take them away."""
    known = {name for name, _ in options}
    return [*options, *((name, name) for name in chosen if name not in known)]


def counter_choices(words: Words) -> dict[str, list[tuple[str, str]]]:
    """What the fields of a counter offer."""
    return {"metrics": named(words, "metric", METRICS)}


def new_counter(currency: str, metric: str = "ORDERS") -> dict[str, Any]:
    """What the fields of a counter begin with."""
    return {"metric": metric, "currency": currency, "sources": [], "minimumSpend": None, "testOrders": False}


def counter_fields(counter: dict[str, Any] | None, currency: str) -> dict[str, Any]:
    """A counter as its fields take it; `currency` is what is proposed where it names none."""
    if counter is None:
        return new_counter(currency)
    return {**counter, "currency": counter["currency"] or currency, "minimumSpend": plain(counter["minimumSpend"])}


def plain(amount: str | None) -> str | None:
    """An amount without the zeros that say nothing."""
    return amount.rstrip("0").rstrip(".") if amount and "." in amount else amount


def moments(value: dict[str, Any], words: Words) -> dict[str, Any]:
    """Something that begins and ends, with both as wall-clock times of the shop's zone."""
    return {**value, "startsAt": words.local(value["startsAt"]), "endsAt": words.local(value["endsAt"])}


def number_of(gid: str) -> str:
    """The number at the end of an id."""
    return gid.rpartition("/")[2]


def parted(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    """What a list shows: what is live, and apart from it what is archived."""
    shown = [{**one, "number": number_of(one["id"])} for one in nodes]
    return {
        "live": [one for one in shown if one["archivedAt"] is None],
        "archived": [one for one in shown if one["archivedAt"] is not None],
    }


def form_values(opened: PageRequest, game: dict[str, Any]) -> dict[str, Any]:
    """What every form of the game is drawn with."""
    return {
        "game": game,
        "existing": game["id"] is not None,
        "currency": opened.shop.currency,
        "zone": opened.words.zone.key,
    }
