"""What the staff decide about purchases at partners, appeals, and files of reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from engine.conversions.appeals import Decision, appeal, decide
from engine.conversions.deciding import approve, decline, reverse
from engine.conversions.reading import conversion_view
from engine.conversions.report_files import cancel_report_file, start_report_file
from engine.database import Connection
from laurel_graphql.changes import given_of
from laurel_graphql.context import MerchantContext
from laurel_graphql.gids import number_of
from laurel_graphql.inputs.texts import readable
from laurel_graphql.partnering import in_transaction, staff_mutation
from laurel_graphql.types.conversion_records import AppealDecision, Conversion, conversion_of
from laurel_graphql.types.report_file_records import ReportFileRecord, report_file_of

_DECISIONS: dict[AppealDecision, Decision] = {
    AppealDecision.UPHELD: "upheld", AppealDecision.APPROVED: "approved",
}  # fmt: skip


_CONVERSION_GIVEN = given_of("conversion", Conversion, "The purchase as it stands now, null when refused.")
_FILE_GIVEN = given_of("report_file", ReportFileRecord, "The file as it stands now, null when refused.")


@strawberry.input(description="The purchase to approve.")
class ConversionApproveInput:
    conversion_id: strawberry.ID = strawberry.field(description="The conversion's global id.")


@strawberry.input(description="A purchase that ends, with the reason.")
class _ConversionEnded:
    conversion_id: strawberry.ID = strawberry.field(description="The conversion's global id.")
    reason: str = strawberry.field(description="Why; the partner and the member read it. 1 to 500 characters.")


@strawberry.input(description="The purchase to decline.")
class ConversionDeclineInput(_ConversionEnded):
    """A purchase that ends, with the reason."""


@strawberry.input(description="The purchase to take back.")
class ConversionReverseInput(_ConversionEnded):
    """A purchase that ends, with the reason."""


@strawberry.input(description="What speaks against the decline of a purchase.")
class ConversionAppealInput:
    conversion_id: strawberry.ID = strawberry.field(description="The conversion's global id.")
    said: str = strawberry.field(description="Why it should count, 1 to 500 characters.")


@strawberry.input(description="What becomes of an appeal.")
class ConversionAppealDecideInput:
    conversion_id: strawberry.ID = strawberry.field(description="The conversion's global id.")
    decision: AppealDecision = strawberry.field(description="What becomes of it.")
    note: str = strawberry.field(default="", description="What is said to it, at most 500 characters.")


@strawberry.input(description="A file of reports.")
class _ReportFileNamed:
    report_file_id: strawberry.ID = strawberry.field(description="The file's global id.")


@strawberry.input(description="The file whose rows are to be taken.")
class ReportFileStartInput(_ReportFileNamed):
    """A file of reports."""


@strawberry.input(description="The file of which no more is to be taken.")
class ReportFileCancelInput(_ReportFileNamed):
    """A file of reports."""


async def _given(connection: Connection, context: MerchantContext, number: int) -> Mapping[str, Any]:
    found = await conversion_view(connection, context.program_id, number)
    return {"conversion": None if found is None else conversion_of(found, context.locale)}


@in_transaction
async def _approve(
    connection: Connection, context: MerchantContext, given: ConversionApproveInput
) -> Mapping[str, Any]:
    number = number_of(given.conversion_id, "Conversion")
    await approve(connection, context.program_id, number, actor=context.actor)
    return await _given(connection, context, number)


def _ended(end: Any) -> Any:
    """Decline a purchase, or take it back."""

    @in_transaction
    async def does(connection: Connection, context: MerchantContext, given: _ConversionEnded) -> Mapping[str, Any]:
        number = number_of(given.conversion_id, "Conversion")
        await end(connection, context.program_id, number, reason=readable(given.reason), actor=context.actor)
        return await _given(connection, context, number)

    return does


@in_transaction
async def _appeal(connection: Connection, context: MerchantContext, given: ConversionAppealInput) -> Mapping[str, Any]:
    number = number_of(given.conversion_id, "Conversion")
    await appeal(connection, context.program_id, number, said=readable(given.said), actor=context.actor)
    return await _given(connection, context, number)


@in_transaction
async def _decide(
    connection: Connection, context: MerchantContext, given: ConversionAppealDecideInput
) -> Mapping[str, Any]:
    number = number_of(given.conversion_id, "Conversion")
    await decide(
        connection, context.program_id, number, decision=_DECISIONS[given.decision], note=readable(given.note),
        actor=context.actor,
    )  # fmt: skip
    return await _given(connection, context, number)


def _filed(change: Any) -> Any:
    """Start a file, or cancel it."""

    @in_transaction
    async def does(connection: Connection, context: MerchantContext, given: _ReportFileNamed) -> Mapping[str, Any]:
        number = number_of(given.report_file_id, "ReportFile")
        return {"report_file": report_file_of(await change(connection, context.program_id, number))}

    return does


_ALWAYS = "CONVERSION_NOT_FOUND ACTOR_INVALID"
_GIVING = "BUDGET_USED_UP CAP_REACHED PREPAID_USED_UP BALANCE_TOO_LARGE PROGRAM_NOT_PUBLISHED"


@strawberry.type
class ConversionMutations:
    """Mutations of purchases at partners, for the merchant's schema."""

    conversion_approve = staff_mutation(
        "conversion_approve", "Approve a purchase before its time.", refused="a purchase was not approved",
        takes=ConversionApproveInput, gives=_CONVERSION_GIVEN, codes=f"{_ALWAYS} NOT_PENDING {_GIVING}", does=_approve,
    )  # fmt: skip
    conversion_decline = staff_mutation(
        "conversion_decline", "Decline a purchase that is pending.", refused="a purchase was not declined",
        takes=ConversionDeclineInput, gives=_CONVERSION_GIVEN, codes=f"{_ALWAYS} NOT_PENDING REASON_INVALID",
        does=_ended(decline),
    )  # fmt: skip
    conversion_reverse = staff_mutation(
        "conversion_reverse", "Take an approved purchase back.", refused="a purchase was not taken back",
        takes=ConversionReverseInput, gives=_CONVERSION_GIVEN, codes=f"{_ALWAYS} NOT_APPROVED REASON_INVALID",
        does=_ended(reverse),
    )  # fmt: skip
    conversion_appeal = staff_mutation(
        "conversion_appeal", "Speak against the decline of a purchase, as the partner asked for it.",
        refused="nothing was appealed", takes=ConversionAppealInput, gives=_CONVERSION_GIVEN,
        codes=f"{_ALWAYS} NOT_DECLINED ALREADY_APPEALED TOO_MANY_APPEALS SAID_INVALID", does=_appeal,
    )  # fmt: skip
    conversion_appeal_decide = staff_mutation(
        "conversion_appeal_decide", "Decide an appeal.", refused="an appeal was not decided",
        takes=ConversionAppealDecideInput, gives=_CONVERSION_GIVEN,
        codes=f"{_ALWAYS} NOT_APPEALED NOT_DECLINED NOTE_INVALID {_GIVING}", does=_decide,
    )  # fmt: skip
    report_file_start = staff_mutation(
        "report_file_start", "Take the rows of a file that was checked.", refused="a file was not started",
        takes=ReportFileStartInput, gives=_FILE_GIVEN, codes="FILE_NOT_FOUND FILE_CANCELED",
        does=_filed(start_report_file),
    )  # fmt: skip
    report_file_cancel = staff_mutation(
        "report_file_cancel", "Take no more rows of a file; what was taken stays.", refused="a file was not canceled",
        takes=ReportFileCancelInput, gives=_FILE_GIVEN, codes="FILE_NOT_FOUND", does=_filed(cancel_report_file),
    )  # fmt: skip
