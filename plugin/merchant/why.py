"""Why points came or went: a derivation as a tree that a merchant can read, from the rule down to each line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from starlette.responses import Response

from plugin.merchant.condition_words import compare_text
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.program import actor_text
from plugin.merchant.words import Words

ORDER_NUMBER_DIGITS = 19
_SHOWN = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was found or worked out; `met` is None where nothing was asked."""

    text: str
    met: bool | None = None
    below: tuple[Step, ...] = field(default=())


async def transaction_why(opened: PageRequest) -> Response:
    """Draw the tree of a transaction."""
    gid = f"gid://laurel/Transaction/{opened.number('transaction')}"
    found = (await opened.ask("explain_transaction", id=gid))["explain"]
    if found is None:
        raise PageMissingError
    return opened.render("why.html", steps=list(_transaction(found, opened.words)))


async def order_why(opened: PageRequest) -> Response:
    """Draw the tree of an order of the shop."""
    written = opened.request.query_params.get("order", "").strip().rpartition("/")[2]
    if not (written.isascii() and written.isdigit()) or len(written) > ORDER_NUMBER_DIGITS or not int(written):
        return opened.render("why.html", steps=[Step(opened.words.text("why.order.unknown"))])
    found = None if int(written) >= 2**63 else (await opened.ask("explain_order", id=written))["explainOrder"]
    if found is None:
        return opened.render("why.html", steps=[Step(opened.words.text("why.order.unknown"))])
    return opened.render("why.html", steps=[_order(found, opened.words)])


def _order(found: dict[str, Any], words: Words) -> Step:
    version = found["programVersion"]
    below = [
        Step(words.text("why.posted", points=words.points(found["posted"]))),
        *(
            Step(
                words.text("why.rule", title=rule["title"], version=version) + ": " + rule["reasonText"],
                rule["reason"] == "EARNED",
                (*_derivation(rule["derivation"], words), *_missed(rule["missed"], words)),
            )
            for rule in found["rules"]
        ),
    ]
    return Step(f"{words.text('why.order', name=found['orderName'])}: {found['reasonText']}", below=tuple(below))


def _transaction(found: dict[str, Any], words: Words) -> Iterator[Step]:
    moment = words.moment(datetime.fromisoformat(found["occurredAt"]))
    yield Step(f"{found['reason']} · {moment}")
    yield Step(words.text("why.actor", actor=actor_text(found["actor"], words)))
    derivation = found["derivation"]
    if derivation is None:
        yield Step(words.text("why.nothing"))
        return
    rule = words.text("why.rule", title=derivation["title"], version=found["programVersion"])
    yield Step(rule, below=tuple(_derivation(derivation, words)))
    yield from _missed(found["missed"], words)
    if found["before"] is not None:
        key = "why.change" if found["before"] else "why.first"
        yield Step(
            words.text(
                key,
                before=words.points(found["before"]),
                due=words.points(found["due"]),
                points=words.signed(found["posted"]),
            )
        )


def _derivation(derivation: dict[str, Any], words: Words) -> Iterator[Step]:
    for name in ("audience", "condition"):
        if derivation[name]:
            yield Step(words.text(f"why.{name}"), below=tuple(_answers(derivation[name], words)))
    if derivation["lines"]:
        yield Step(words.text("why.lines"), below=tuple(_line(line, words) for line in derivation["lines"]))
    yield from _sums(derivation, words)


def _line(line: dict[str, Any], words: Words) -> Step:
    number = line["lineId"].rpartition("/")[2]
    amount = _money(line["base"], words)
    below = tuple(_answers(line["condition"], words))
    if line["leftOut"]:
        reason = words.text(f"why.left_out.{line['leftOut']}") if _known(line["leftOut"]) else line["leftOut"]
        return Step(words.text("why.line.out", id=number, amount=amount, reason=reason), False, below)
    key = "why.line" if line["factor"] == "1" else "why.line.factor"
    text = words.text(
        key, id=number, amount=amount, factor=words.number(line["factor"]), points=words.points(line["points"])
    )
    return Step(text, below=below)


def _known(code: str) -> bool:
    return code in ("gift_card", "product", "product_tag", "collection", "condition")


def _sums(derivation: dict[str, Any], words: Words) -> Iterator[Step]:
    """The numbers, in the order in which they follow from each other."""
    if derivation["base"]:
        yield Step(words.text("why.base", amount=_money(derivation["base"], words)))
    if derivation["rate"] is not None and derivation["currencyCode"]:
        rate = words.points(derivation["rate"])
        yield Step(words.text("why.rate", points=rate, currency=derivation["currencyCode"]))
    exact = Fraction(derivation["exact"])
    if exact.denominator != 1:
        shown = (Decimal(exact.numerator) / exact.denominator).quantize(_SHOWN)  # the record keeps the fraction
        yield Step(words.text("why.exact", points=words.points(shown)))
        yield Step(words.text("why.rounded", points=words.points(derivation["desired"])))
    else:
        yield Step(words.text("why.desired", points=words.points(derivation["desired"])))
    if derivation["cap"] and derivation["granted"] is not None:
        granted = words.points(derivation["granted"])
        yield Step(words.text("why.capped", points=granted, cap=words.quoted(derivation["cap"])))
    if derivation["refunded"] and any(digit in "123456789" for digit in derivation["refunded"]["amount"]):
        yield Step(words.text("why.refunded", amount=_money(derivation["refunded"], words)))
        yield Step(words.text("why.due", points=words.points(derivation["due"])))


def _missed(answers: list[dict[str, Any]], words: Words) -> Iterator[Step]:
    if answers:
        yield Step(words.text("why.missed"), below=tuple(_answers(answers, words)))


def _answers(answers: list[dict[str, Any]], words: Words) -> Iterator[Step]:
    """Every comparison with its answer and what was seen, without the groups around them."""
    for answer in answers:
        if answer["kind"] != "COMPARE":
            continue
        text = compare_text({**answer, "operator": answer["operator"].lower()}, words)
        seen = words.listing(answer["seen"]) if answer["seen"] else words.text("why.seen.nothing")
        if answer["seenKind"] == "ERASED":
            seen = words.text("why.seen.erased")
        yield Step(words.text("why.seen", condition=text, seen=seen), answer["met"])


def _money(amount: dict[str, Any] | None, words: Words) -> str:
    return words.money(amount["amount"], amount["currencyCode"]) if amount else "–"
