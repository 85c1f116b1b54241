"""The form for one rule of the draft, and for a new one."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from plugin.merchant.condition_words import builder_facts
from plugin.merchant.definitions import NEW_RULE, definition_of
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.sentences import sentence_of
from plugin.merchant.words import Words

_TRIGGERS = (
    "order_paid", "order_fulfilled", "sign_up", "review", "birthday", "newsletter", "visit", "manual", "custom"
)  # fmt: skip


async def edit_rule(opened: PageRequest) -> Response:
    """Draw the form for a rule that the draft has."""
    draft = (await opened.ask("program_draft"))["programDraft"]
    definition = definition_of(draft["definition"])
    handle = opened.request.path_params["handle"]
    rule = next((one for one in definition["rules"] if one["handle"] == handle), None)
    if rule is None:
        raise PageMissingError
    return _form(opened, draft["revision"], definition, rule, existing=True)


async def new_rule(opened: PageRequest) -> Response:
    """Draw the form for a rule that the draft does not have yet."""
    draft = (await opened.ask("program_draft"))["programDraft"]
    definition = definition_of(draft["definition"])
    rule = copy.deepcopy(NEW_RULE)
    rule["formula"]["rates"] = {opened.shop.currency: "1"}
    return _form(opened, draft["revision"], definition, rule, existing=False)


def _form(
    opened: PageRequest, revision: int, definition: dict[str, Any], rule: dict[str, Any], *, existing: bool
) -> Response:
    words = opened.words
    groups = [("", words.text("rule.group.none")), *((one["handle"], one["handle"]) for one in definition["groups"])]
    return opened.render(
        "rule.html",
        existing=existing,
        revision=revision,
        rule=rule,
        sentence=sentence_of(rule, words) if existing else "",
        rates=_rates(rule, opened.shop.currency),
        currency=opened.shop.currency,
        zone=definition["time_zone"],
        groups=groups,
        builder=builder_facts(words),
        choices=_choices(words),
    )


def _rates(rule: dict[str, Any], own: str) -> list[tuple[str, str]]:
    """The rates by currency, the shop's own first."""
    return sorted(rule["formula"]["rates"].items(), key=lambda rate: (rate[0] != own, rate[0]))


def _choices(words: Words) -> dict[str, list[tuple[str, str]]]:
    """What each list of the form offers; the schema's words are upper case."""
    periods = ("day", "week", "month", "quarter", "year", "ever")
    return {
        "triggers": _upper(words, "rule.trigger", _TRIGGERS),
        "formulas": _lower(words, "rule.formula", ("per_money", "fixed", "per_unit", "multiply")),
        "scopes": _upper(words, "rule.scope", ("order", "line")),
        "stacks": _upper(words, "rule.multipliers.stack", ("multiply", "best_of")),
        "periods": _upper(words, "rule.caps.period", periods),
        "pers": _upper(words, "rule.caps.per", ("member", "program")),
        "holds": _lower(words, "rule.hold", ("none", "days", "until")),
        "hold_events": _upper(words, "rule.hold.event", ("fulfilled", "delivered", "return_window")),
        "expiries": _lower(words, "rule.expiry", ("after", "never", "calendar", "inactivity")),
        "units": _lower(words, "rule.expiry.unit", ("days", "months")),
        "rounds": _upper(words, "rule.expiry.round", ("none", "month", "quarter", "year")),
        "roundings": _upper(words, "rule.rounding", ("half_even", "half_up", "down", "up")),
    }


def _lower(words: Words, prefix: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, words.text(f"{prefix}.{name}")) for name in names]


def _upper(words: Words, prefix: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name.upper(), text) for name, text in _lower(words, prefix, names)]
