"""The statements of a partner, and one of them: what it comes to, what the partner said, what is paid and matched."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from engine.database import tenant_transaction
from engine.files.columns import FILE_MAXIMUM_BYTES
from engine.settlement.payments import Payment, payments_of
from engine.settlement.suspense import SuspenseRow, suspense_of
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.partners.payments import shown_payment
from plugin.merchant.partners.suspense import shown_row
from plugin.merchant.program import actor_text
from plugin.merchant.texts import TEXTS
from plugin.merchant.words import Words

FORMATS: Final = ("csv", "xlsx", "jsonl")
_UNPAID: Final = frozenset({"unpaid", "paid_differently"})
_ROWS_SHOWN: Final = 500


async def statements(opened: PageRequest) -> Response:
    """Draw the list."""
    number, words = opened.number("partner"), opened.words
    asked: dict[str, Any] = {"partner": f"gid://laurel/Partner/{number}"}
    if opened.request.query_params.get("after"):
        asked["after"] = opened.request.query_params["after"]
    data = await opened.ask("statements", **asked)
    if data["partner"] is None:
        raise PageMissingError
    page, path = data["statements"]["pageInfo"], opened.request.url.path
    rows = await _suspense(opened, partner_id=number)
    running = data["partner"]["runningCycle"]
    return opened.render(
        "partners/statements.html",
        partner=data["partner"],
        back=f"/partners/{number}",
        statements=[_listed(one, rows, words) for one in data["statements"]["nodes"]],
        open_events=sum(int(total["events"]) for total in running["totals"]) if running else 0,
        since=running and words.moment(running["startsAt"]),
        counted=partial(counted, words),
        next_href=f"{path}?{urlencode({'after': page['endCursor']})}" if page["hasNextPage"] else None,
    )


async def statement(opened: PageRequest) -> Response:
    """Draw one statement."""
    number, statement_id, words = opened.number("partner"), opened.number("statement"), opened.words
    partner_gid = f"gid://laurel/Partner/{number}"
    asked: dict[str, Any] = {"id": f"gid://laurel/Statement/{statement_id}", "partner": partner_gid}
    if opened.request.query_params.get("after"):
        asked["after"] = opened.request.query_params["after"]
    data = await opened.ask("statement", **asked)
    found = data["statement"]
    if found is None or data["partner"] is None or found["partnerId"] != partner_gid:
        raise PageMissingError
    rows = await _suspense(opened, statement_id=statement_id)
    paid = await _payments(opened, number, statement_id)
    page, path = found["lines"]["pageInfo"], opened.request.url.path
    return opened.render(
        "partners/statement.html",
        partner=data["partner"],
        back=f"/partners/{number}/statements",
        one={**found, **_listed(found, [row for row in rows if row.settled_at is None], words)},
        issued=words.text(
            "statement.issued", when=words.moment(found["issuedAt"]), who=actor_text(found["issuedBy"], words)
        ),
        dues=[_due(due, words) for due in found["dues"]],
        totals=[_total(total, words) for total in found["totals"]],
        answers=[_answer(one, words) for one in found["answers"]],
        files=[_file(one, words) for one in found["reconciliations"]],
        rows=[shown_row(row, words) for row in sorted(rows, key=lambda row: row.settled_at is not None)],
        counted=partial(counted, words),
        payments=[shown_payment(one, words) for one in paid],
        left=_left(found["dues"], paid),
        lines=[_line(line, words) for line in found["lines"]["nodes"]],
        next_href=f"{path}?{urlencode({'after': page['endCursor']})}" if page["hasNextPage"] else None,
        downloads=[(one, f"/admin/statements/{statement_id}.{one}") for one in FORMATS],
        upload=f"/admin/statements/{statement_id}/file",
        most_bytes=FILE_MAXIMUM_BYTES,
        refusals=_refusals(words),
    )


def counted(words: Words, key: str, count: int, **more: object) -> str:
    """A text about so many things."""
    return words.text(f"{key}.{'one' if count == 1 else 'other'}", count=words.number(count), **more)


def owed_text(due: dict[str, Any], words: Words) -> str:
    """An amount, and to whom it goes."""
    amount = Decimal(due["amount"])
    who = "nobody" if amount == 0 else "partner" if amount > 0 else "shop"
    return words.text(f"partner.due.{who}", amount=words.exact_money(abs(amount), due["currencyCode"]))


def _listed(one: dict[str, Any], open_rows: Iterable[SuspenseRow], words: Words) -> dict[str, Any]:
    number = one["id"].rpartition("/")[2]
    mine = [row for row in open_rows if str(row.statement_id) == number]
    unpaid = any(row.problem in _UNPAID for row in mine)
    answer = "waits" if not one["answers"] else "agreed" if one["answers"][0]["agreed"] else "disputed"
    return {
        "id": one["id"],
        "number": words.number(one["number"]),
        "address": number,
        "cycle": words.text("statement.cycle", starts=words.moment(one["startsAt"]), ends=words.moment(one["endsAt"])),
        "interim": one["interim"],
        "lines": one["lineCount"],
        "owed": [owed_text(due["toPay"], words) for due in one["dues"]],
        "paid": (words.text("statement.unpaid"), "caution") if unpaid else (words.text("statement.paid"), "success"),
        "answer": (
            words.text(f"statement.answer.{answer}"),
            {"waits": "neutral", "agreed": "success", "disputed": "critical"}[answer],
        ),
        "open": len([row for row in mine if row.problem not in _UNPAID]),
    }


def _due(due: dict[str, Any], words: Words) -> dict[str, Any]:
    covered = Decimal(due["covered"]["amount"])
    return {
        "due": owed_text(due["due"], words),
        "covered": words.exact_money(covered, due["covered"]["currencyCode"]) if covered else None,
        "to_pay": owed_text(due["toPay"], words),
    }


def _total(total: dict[str, Any], words: Words) -> dict[str, str]:
    return {
        "kind": words.text(f"partner.kind.{total['kind']}"),
        "events": words.number(total["events"]),
        "points": words.number(total["points"]),
        "amount": words.exact_money(total["amount"]["amount"], total["amount"]["currencyCode"]),
    }


def _answer(answer: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        "agreed": answer["agreed"],
        "when": words.moment(answer["answeredAt"]),
        "differences": [_difference(one, words) for one in answer["differences"]],
    }


def _difference(one: dict[str, Any], words: Words) -> str:
    """A row about which the partner differs, and why, where it said so."""
    key = f"statement.reason.{one['reason']}" if one["reason"] else f"statement.differs.{one['problem']}"
    return words.text(key, event=one["eventId"])


def _file(one: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        "name": one["name"],
        "by": words.text("files.by", when=words.moment(one["createdAt"]), actor=actor_text(one["createdBy"], words)),
        "rows": words.text(
            "statement.file.rows", rows=words.number(one["rowsTotal"]), matched=words.number(one["matched"])
        ),
        "differences": one["differences"],
    }


def _line(line: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        **line,
        "kind": words.text(f"partner.kind.{line['kind']}"),
        "when": words.moment(line["occurredAt"]),
        "points": words.number(line["points"]),
        "amount": words.exact_money(line["amount"]["amount"], line["amount"]["currencyCode"]),
    }


def _left(dues: list[dict[str, Any]], paid: Iterable[Payment]) -> list[dict[str, str]]:
    """What is still to pay, by currency, for the form; the signs are those of payments."""
    sums: dict[str, Decimal] = {due["toPay"]["currencyCode"]: Decimal(due["toPay"]["amount"]) for due in dues}
    for one in paid:
        sums[one.currency] -= one.amount
    return [{"currency": currency, "amount": f"{amount:f}" if amount else ""} for currency, amount in sums.items()]


def _refusals(words: Words) -> dict[str, str]:
    """The texts of refused files by their code, and of their rows."""
    told: dict[str, str] = {}
    for prefix in ("file.refused.", "file.problem.", "statement.refused.", "statement.row."):
        told |= {key.removeprefix(prefix): text for key, text in TEXTS[words.locale].items() if key.startswith(prefix)}
    return told


async def _suspense(
    opened: PageRequest, *, partner_id: int | None = None, statement_id: int | None = None
) -> list[SuspenseRow]:
    """The open rows of a partner, or all of a statement."""
    program_id = opened.visit.shop.program_id
    async with tenant_transaction(opened.services.engine, program_id) as connection:
        return await suspense_of(
            connection, program_id, partner_id, statement_id=statement_id, open_only=statement_id is None,
            first=_ROWS_SHOWN,
        )  # fmt: skip


async def _payments(opened: PageRequest, partner_id: int, statement_id: int) -> list[Payment]:
    program_id = opened.visit.shop.program_id
    async with tenant_transaction(opened.services.engine, program_id) as connection:
        return await payments_of(connection, program_id, partner_id, statement_id=statement_id, first=_ROWS_SHOWN)
