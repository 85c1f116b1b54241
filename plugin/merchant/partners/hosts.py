"""The other direction: programs elsewhere whose partner this shop is, and whether their books hold against ours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from starlette.responses import Response

from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.partners.key_words import host_keys
from plugin.merchant.program import actor_text
from plugin.merchant.words import Words

_DISPUTED: Final = ("unknown_agreement", "wrong_amount", "unknown_order", "taken_back_twice")


async def hosts(opened: PageRequest) -> Response:
    """Draw the list, and the form that connects."""
    found = [_listed(one, opened.words) for one in (await opened.ask("partner_hosts"))["partnerHosts"]]
    return opened.render(
        "partners/hosts.html",
        live=[one for one in found if not one["endedAt"]],
        ended=[one for one in found if one["endedAt"]],
    )


async def host(opened: PageRequest) -> Response:
    """Draw one of them: what was reported, its statements, and what we hold against them."""
    words = opened.words
    found = (await opened.ask("partner_host", id=f"gid://laurel/PartnerHost/{opened.number('host')}"))["partnerHost"]
    if found is None:
        raise PageMissingError
    return opened.render(
        "partners/host.html",
        host=_listed(found, words),
        keys=host_keys(found, words),
        books=[(words.text(f"host.books.{name}"), words.number(count)) for name, count in found["books"].items()],
        refused=[_report(one, words) for one in found["reports"]],
        statements=[_statement(one, words) for one in found["statements"]["nodes"]],
    )


def _listed(host: dict[str, Any], words: Words) -> dict[str, Any]:
    """A host with how it stands."""
    status, tone = (
        ("ended", "neutral") if host["endedAt"]
        else ("trouble", "warning") if host["failures"]
        else ("key", "warning") if host.get("entriesAside")
        else ("good", "success")
    )  # fmt: skip
    called = host["lastCallAt"]
    return {
        **host,
        "number": host["id"].rpartition("/")[2],
        "status": words.text(f"host.status.{status}"),
        "tone": tone,
        "called": words.moment(called) if called else words.text("host.never_called"),
        "made": words.text(
            "host.made", moment=words.moment(host["createdAt"]), who=actor_text(host["createdBy"], words)
        ),
    }


def _report(report: dict[str, Any], words: Words) -> dict[str, Any]:
    amount = report["amount"]
    return {
        "reference": report["reference"],
        "kind": words.text("host.refund" if report["isRefund"] else "host.purchase"),
        "amount": words.money(amount["amount"], amount["currencyCode"]),
        "code": report["code"] or "",
        "at": words.moment(report["createdAt"]),
    }


def _statement(statement: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        "number": statement["number"],
        "title": words.text("host.statement", number=statement["number"]),
        "cycle": _cycle(statement, words),
        "agreed": statement["agreed"],
        "dues": [due_text(one["toPay"], words) for one in statement["dues"]],
        "root": statement["root"],
        "own_root": statement["ownRoot"],
        "lines": words.number(statement["lineCount"]),
        "differences": [_difference(one, words) for one in statement["differences"]],
    }  # fmt: skip


def _cycle(statement: dict[str, Any], words: Words) -> str:
    """What it is for; a first one need not say from when on."""
    ends = words.moment(statement["endsAt"])
    if statement["startsAt"] is None:
        return words.text("host.statement.until", ends=ends)
    return words.text("host.statement.cycle", starts=words.moment(statement["startsAt"]), ends=ends)


def _difference(difference: dict[str, Any], words: Words) -> str:
    """A row that does not hold, and why; `verdict` is what our own records say against it."""
    named = {"event": difference["eventId"], "reference": difference["reference"] or difference["eventId"]}
    verdict = difference["verdict"]
    if difference["problem"] == "ALTERED" and verdict in _DISPUTED:
        return words.text(f"host.verdict.{verdict}", **named)
    return words.text(f"host.difference.{difference['problem']}", **named)


def due_text(due: dict[str, Any], words: Words) -> str:
    """What is left to pay of a statement elsewhere: above zero by this shop."""
    amount = Decimal(due["amount"])
    who = "nobody" if amount == 0 else "we" if amount > 0 else "they"
    return words.text(f"host.due.{who}", amount=words.exact_money(abs(amount), due["currencyCode"]))
