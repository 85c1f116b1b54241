"""Conditions read aloud, and what the condition builder in the browser has to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from engine.rules.fields import FIELDS, OPERATORS, kind_of
from plugin.merchant.words import Words

PREFIXES: Final = ("order", "line", "product", "member", "event")
_EVENT_FIELDS = "event.fields."


def tree_of(nodes: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The tree of a condition from the schema's flat list of its parts; None for no condition."""
    made: list[dict[str, Any]] = []
    for node in nodes:
        kind = node["kind"].lower()
        if kind == "compare":
            part = {
                "kind": kind,
                "field": node["field"],
                "operator": node["operator"].lower(),
                "values": node["values"],
                "amounts": node["amounts"],
            }
        else:
            part = {"kind": kind, "conditions": []}
        made.append(part)
        if node["parent"] is not None:
            made[node["parent"]]["conditions"].append(part)
    return made[0] if made else None


def condition_text(tree: dict[str, Any], words: Words, *, inner: bool = False) -> str:
    """A condition as part of a sentence."""
    if tree["kind"] == "compare":
        return compare_text(tree, words)
    if tree["kind"] == "not":
        return words.text("condition.reads.not", inner=condition_text(tree["conditions"][0], words))
    parts = [condition_text(part, words, inner=True) for part in tree["conditions"]]
    if len(parts) == 1:
        return parts[0]
    joined = words.text(f"condition.reads.{tree['kind']}").join(parts)
    return words.text("condition.reads.group", inner=joined) if inner else joined


def compare_text(tree: dict[str, Any], words: Words) -> str:
    """One question about one field."""
    field, operator = tree["field"], tree["operator"]
    kind = kind_of(field)
    values = [words.money(one["amount"], one["currencyCode"]) for one in tree["amounts"]]
    if kind == "boolean" or operator == "exists":
        values = [words.text("condition.yes" if value == "true" else "condition.no") for value in tree["values"]]
    elif kind == "date":
        values = [words.full_date(value) for value in tree["values"]]
    elif not values:
        values = [_value(value, words, quoted=kind in ("text", "texts", "any")) for value in tree["values"]]
    return words.text(
        "condition.reads.exists" if operator == "exists" else "condition.reads",
        field=field_text(field, words),
        operator=words.text(f"condition.{'are' if kind == 'texts' else 'is'}.{operator}"),
        value=words.listing(values, "list.or"),
    )


def _value(value: str, words: Words, *, quoted: bool) -> str:
    return words.quoted(value) if quoted else words.number(value)


def field_text(field: str, words: Words) -> str:
    """A field's name for people."""
    if field.startswith(_EVENT_FIELDS):
        return words.text("condition.event.field", name=words.quoted(field.removeprefix(_EVENT_FIELDS)))
    return words.text(f"condition.{field}")


def builder_facts(words: Words) -> dict[str, Any]:
    """The fields, operators and words of the condition builder, for the browser."""
    keys = (
        "add", "add_group", "mode", "mode.all", "mode.any", "mode.none", "field", "operator", "value", "value.list",
        "value.money", "value.tags", "value.ids", "event_field", "remove", "empty",
    )  # fmt: skip
    fields = [
        {"name": name, "kind": FIELDS[name], "text": field_text(name, words)}
        for name in sorted(FIELDS, key=lambda name: (PREFIXES.index(name.partition(".")[0]), name))
    ]
    fields.append({"name": _EVENT_FIELDS, "kind": "any", "text": words.text("condition.event.fields")})
    return {
        "prefixes": [{"name": name, "text": words.text(f"condition.prefix.{name}")} for name in PREFIXES],
        "fields": fields,
        "operators": {
            kind: [
                {"name": one, "text": words.text(f"condition.{'are' if kind == 'texts' else 'is'}.{one}")}
                for one in _ORDER
                if one in known
            ]
            for kind, known in OPERATORS.items()
        },
        "texts": {key: words.text(f"condition.{key}") for key in keys}
        | {"yes": words.text("yes"), "no": words.text("no"), "required": words.text("form.required")},
    }


_ORDER: Final = ("ge", "eq", "contains", "in", "not_in", "ne", "gt", "le", "lt", "starts_with", "exists")
"""The operators as a list offers them, the usual ones first."""
