"""What members bought at a partner: each purchase with what becomes of it, appeals, and files of reports."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from engine.conversions.report_files import ReportFile, ReportFileProblem, refused_reports, report_files_of
from engine.database import tenant_transaction
from engine.files.columns import FILE_MAXIMUM_BYTES
from plugin.merchant.pages import PageMissingError, PageRequest
from plugin.merchant.program import actor_text
from plugin.merchant.texts import TEXTS
from plugin.merchant.words import Words

TONES: Final = {"PENDING": "info", "APPROVED": "success", "DECLINED": "critical", "REVERSED": "neutral"}
SHOWN: Final[dict[str, dict[str, Any]]] = {
    "all": {},
    "PENDING": {"states": ["PENDING"]},
    "appealed": {"appealed": True},
    "APPROVED": {"states": ["APPROVED"]},
    "DECLINED": {"states": ["DECLINED"]},
    "REVERSED": {"states": ["REVERSED"]},
}
"""What the list can show, with what it is asked by."""
SETTLINGS: Final = {
    "approve": None, "decline": "reason", "reverse": "reason", "appeal": "said", "accept": "note", "uphold": "note",
}  # fmt: skip
"""What the staff can do, with the field that says why."""
_FILE_TONES: Final = {"checked": "info", "running": "caution", "finished": "success", "canceled": "neutral"}
_FILES_SHOWN = 10
_REFUSED: Final = ("file.refused.", "reports.refused.")


async def purchases(opened: PageRequest) -> Response:
    """Draw the page."""
    number, words = opened.number("partner"), opened.words
    given = opened.request.query_params
    show = given.get("show", "all")
    asked: dict[str, Any] = {"partnerId": f"gid://laurel/Partner/{number}", **SHOWN.get(show, {})}
    if given.get("after"):
        asked["after"] = given["after"]
    data = await opened.ask("purchases", **asked)
    if data["partner"] is None:
        raise PageMissingError
    page = data["conversions"]["pageInfo"]
    path = opened.request.url.path
    return opened.render(
        "partners/purchases.html",
        partner=data["partner"],
        back=f"/partners/{number}",
        shown=show if show in SHOWN else "all",
        filters=[(one, f"{path}?{urlencode({'show': one})}", words.text(f"purchases.show.{one}")) for one in SHOWN],
        purchases=[_purchase(one, words) for one in data["conversions"]["nodes"]],
        next_href=f"{path}?{urlencode({'show': show, 'after': page['endCursor']})}" if page["hasNextPage"] else None,
        settlings=SETTLINGS,
        most_bytes=FILE_MAXIMUM_BYTES,
        refusals=_refusals(words),
        files=await _files(opened),
        fragment=f"/partners/{number}/report-files",
    )


async def report_files(opened: PageRequest) -> Response:
    """Draw the list of files alone, as it is now."""
    return opened.render("partners/report_files.html", files=await _files(opened))


def _purchase(one: dict[str, Any], words: Words) -> dict[str, Any]:
    payment = Decimal(one["payment"]["amount"])
    side = "partner" if payment > 0 else "shop"
    return {
        **one,
        "tone": TONES[one["status"]],
        "member_href": f"/members/{one['memberId'].rpartition('/')[2]}",
        "member_name": words.text("member.heading.none", id=one["memberId"].rpartition("/")[2]),
        "paid": words.money(one["amount"]["amount"], one["amount"]["currencyCode"]),
        "returned": words.money(one["refunded"]["amount"], one["refunded"]["currencyCode"])
        if Decimal(one["refunded"]["amount"])
        else None,
        "payment_text": words.text(
            f"purchases.payment.{side}", amount=words.exact_money(abs(payment), one["payment"]["currencyCode"])
        )
        if payment
        else None,
        "appeal": one["appeal"] and _appeal(one["appeal"], words),
        "history": [
            {
                "text": words.text(f"purchases.change.{change['kind']}"),
                "reason": change["reason"],
                "when": words.moment(change["changedAt"]),
                "actor": _actor(change["actor"], words),
            }
            for change in one["changes"]
        ],
        "open_appeal": bool(one["appeal"]) and one["appeal"]["decision"] is None,
    }


def _appeal(appeal: dict[str, Any], words: Words) -> dict[str, Any]:
    return {
        **appeal,
        "by": words.text(
            "purchases.appealed", who=_actor(appeal["appealedBy"], words), when=words.moment(appeal["appealedAt"])
        ),
        "outcome": words.text(f"purchases.decided.{appeal['decision']}") if appeal["decision"] else None,
    }


def _actor(actor: str, words: Words) -> str:
    """Who did something: the partner by its key, else as everywhere."""
    return words.text("purchases.by_partner") if actor.startswith("partner:") else actor_text(actor, words)


def _refusals(words: Words) -> dict[str, str]:
    """The texts of refused files by their code; those of reports take the place of the general ones."""
    told: dict[str, str] = {}
    for prefix in _REFUSED:
        told |= {key.removeprefix(prefix): text for key, text in TEXTS[words.locale].items() if key.startswith(prefix)}
    return told


async def _files(opened: PageRequest) -> list[dict[str, Any]]:
    program_id, number = opened.visit.shop.program_id, opened.number("partner")
    async with tenant_transaction(opened.services.engine, program_id) as connection:
        found = await report_files_of(connection, program_id, number, _FILES_SHOWN)
        refused = {one.file_id: await refused_reports(connection, program_id, one.file_id) for one in found}
    return [_file(one, refused[one.file_id], opened.words) for one in found]


def _file(one: ReportFile, refused: list[ReportFileProblem], words: Words) -> dict[str, Any]:
    return {
        "id": one.file_id, "name": one.name, "state": one.state, "tone": _FILE_TONES[one.state],
        "actor": actor_text(one.created_by, words), "when": words.moment(one.created_at), "rows": one.rows_total,
        "done": one.rows_total - one.ready, "ready": one.ready, "applied": one.applied, "waiting": one.waiting,
        "repeated": one.repeated, "refused": one.refused,
        "problems": [{"row": row.number, "text": _problem(row.problem, words)} for row in refused],
    }  # fmt: skip


def _problem(problem: str, words: Words) -> str:
    code, _, detail = problem.partition(":")
    name = f"report.problem.{code}"
    return words.text(name if name in TEXTS[words.locale] else f"file.problem.{code}", detail=detail)
