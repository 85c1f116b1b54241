"""What the staff change about partners: each in its own transaction, refused with a code, a field and a sentence."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from engine.conversions.appeals import AppealRefused
from engine.conversions.deciding import DecisionRefused
from engine.conversions.report_files import ReportFileRefused
from engine.database import Connection
from engine.hosts.store import HostRefused
from engine.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused
from engine.offers.pools import PoolRefused
from engine.offers.refusals import OfferRefused, VoidRefused
from engine.partners.refusals import PartnerRefused
from engine.settlement.payments import PaymentRefused
from engine.settlement.statements import StatementRefused
from engine.settlement.suspense import SuspenseRefused
from laurel_graphql.changes import Change, ChangeRefused, Does, codes_of, mutation
from laurel_graphql.context import MerchantContext
from laurel_graphql.inputs.given import Fault
from laurel_graphql.texts import TEXTS, language_of

Act = Callable[[Connection, MerchantContext, Any], Awaitable[Mapping[str, Any]]]
"""What is done in a transaction for an input; the fields of the payload come out."""
_REFUSALS = (
    AppealRefused, DecisionRefused, HostRefused, OfferRefused, PartnerRefused, PaymentRefused, PoolRefused,
    ReportFileRefused, StatementRefused, SuspenseRefused, VoidRefused,
)  # fmt: skip
CODES = {
    "ACTOR_INVALID": "Returned when it cannot be told who asks.",
    "ADDRESS_REFUSED": "Returned when the address is none that is called.",
    "ALREADY_APPEALED": "Returned when it has an appeal that nobody has decided yet.",
    "ALREADY_CONNECTED": "Returned when the key is in use for this program already.",
    "ALREADY_SETTLED": "Returned when it is settled already.",
    "AMOUNT_INVALID": "Returned when the amount cannot be booked.",
    "ANSWER_UNREADABLE": "Returned when the other side answers something else than a Laurel program.",
    "ARCHIVED": "Returned when it is archived.",
    "ARTWORK_NOT_FOUND": "Returned when there is no such picture.",
    "BALANCE_TOO_LARGE": "Returned when the member would have more points than can be held.",
    "BUDGET_BELOW_SPENT": "Returned when more of the budget is held or spent than there is to be.",
    "BUDGET_UNIT_IN_USE": "Returned when the unit of a budget that was used is changed.",
    "BUDGET_USED_UP": "Returned when the offer's budget has no room for it.",
    "CAP_REACHED": "Returned when a cap of the agreement has no room for it.",
    "CLAIM_NOT_FOUND": "Returned when the program has no such claim.",
    "CONVERSION_NOT_FOUND": "Returned when the program has no such conversion.",
    "CURRENCY_INVALID": "Returned when it is not in the agreement's currency.",
    "CURRENCY_MISMATCH": "Returned when an offer's money is not in the agreement's currency.",
    "DATE_INVALID": "Returned when nothing can be booked for that day.",
    "ENDED": "Returned when its last moment is over.",
    "EVENT_NOT_FOUND": "Returned when the partner's books have no such entry.",
    "FILE_CANCELED": "Returned when the file was canceled.",
    "FILE_NOT_FOUND": "Returned when the program has no such file.",
    "HANDLE_INVALID": "Returned unless the handle is a–z, 0–9 and `-`, at most 64 characters.",
    "HANDLE_TAKEN": "Returned when another one has the handle, or had it.",
    "HOST_ENDED": "Returned when the connection was ended.",
    "HOST_NOT_FOUND": "Returned when there is no such connection.",
    "IDEMPOTENCY_KEY_REUSED": "Returned when the key stands for something else.",
    "INVALID": "Returned when something of the input is wrong.",
    "INVALID_IDEMPOTENCY_KEY": "Returned unless the key is 1 to 100 visible ASCII characters.",
    "KEYS_CHANGED": "Returned when these are not the keys that wait, or not the one that signs.",
    "KEY_INVALID": "Returned when this is no key of a partner.",
    "KEY_NOT_FOUND": "Returned when the partner has no such key.",
    "KEY_REFUSED": "Returned when the other side does not take the key.",
    "KIND_CHANGED": "Returned when an offer is to give something of another kind.",
    "LIMIT_BELOW_CLAIMED": "Returned when more were claimed than there are to be.",
    "NAME_INVALID": "Returned unless the name is 1 to 80 characters on one line.",
    "NOTE_INVALID": "Returned when the note is too long, or empty where it is needed.",
    "NOTHING_TO_SETTLE": "Returned when no statement would have a line.",
    "NOT_APPEALED": "Returned when there is no appeal to decide.",
    "NOT_APPROVED": "Returned when it is not approved.",
    "NOT_DECLINED": "Returned when it is not declined.",
    "NOT_PENDING": "Returned when it is decided already.",
    "NOT_PREPAID": "Returned when nothing is agreed to be paid beforehand.",
    "NOT_PUBLISHED": "Returned when it was never published.",
    "NOT_VOIDABLE": "Returned when the claim is over.",
    "NO_AGREEMENT": "Returned when no agreement is in force.",
    "OFFER_NOT_FOUND": "Returned when the program has no such offer.",
    "PARTNER_ARCHIVED": "Returned when the offer's partner is archived.",
    "PARTNER_NOT_FOUND": "Returned when the program has no such partner.",
    "POOL_CLOSED": "Returned when the pool is closed or has expired.",
    "POOL_NOT_FOUND": "Returned when the partner has no such pool.",
    "PREFIX_INVALID": "Returned unless each is 2 to 16 visible characters, and there are at most 50 of them.",
    "PREPAID_USED_UP": "Returned when what the partner paid beforehand does not suffice.",
    "PROGRAM_NOT_PUBLISHED": "Returned before the program is first published.",
    "REASON_INVALID": "Returned unless a reason is given, 1 to 500 characters.",
    "REFERENCE_INVALID": "Returned unless the reference is 1 to 100 characters on one line.",
    "REFERENCE_USED": "Returned when the reference stands for another payment.",
    "ROW_NOT_FOUND": "Returned when the program has no such row.",
    "SAID_INVALID": "Returned unless it is said why, in 1 to 500 characters.",
    "STATEMENT_NOT_FOUND": "Returned when the partner has no such statement.",
    "STATEMENT_NOT_WANTED": "Returned when a prepayment names a statement.",
    "STATEMENT_REQUIRED": "Returned when a settlement names no statement.",
    "TOO_MANY": "Returned when there are as many as there may be.",
    "TOO_MANY_APPEALS": "Returned when it was appealed as often as it can be.",
    "UNAVAILABLE": "Returned when what is needed for it cannot be reached.",
    "UNREACHABLE": "Returned when the other side cannot be reached.",
    "UNTIL_INVALID": "Returned unless the moment lies between the last statement's end and now.",
    "VERSION_CONFLICT": "Returned when somebody else changed it since it was read.",
}
"""When each code of these mutations is returned."""
# What is said of nothing in particular is about what the mutation names first.
_FIELDS = {
    "CLAIM_NOT_FOUND": "claimId",
    "CONVERSION_NOT_FOUND": "conversionId",
    "FILE_CANCELED": "reportFileId",
    "FILE_NOT_FOUND": "reportFileId",
    "HOST_NOT_FOUND": "hostId",
    "IDEMPOTENCY_KEY_REUSED": "idempotencyKey",
    "INVALID_IDEMPOTENCY_KEY": "idempotencyKey",
    "KEY_NOT_FOUND": "keyId",
    "OFFER_NOT_FOUND": "offerId",
    "PARTNER_NOT_FOUND": "partnerId",
    "POOL_NOT_FOUND": "codePoolId",
    "REASON_INVALID": "reason",
    "ROW_NOT_FOUND": "suspenseRowId",
    "STATEMENT_NOT_FOUND": "statementId",
}


def in_transaction(act: Act) -> Does:
    """Do it in a transaction of its own, which a refusal rolls back."""

    async def does(context: MerchantContext, given: Any) -> Mapping[str, Any]:
        async with context.writing() as connection:
            return await act(connection, context, given)

    return does


def staff_mutation(
    name: str, description: str, *, refused: str, takes: type, gives: type, codes: str, does: Does, root: str = ""
) -> Any:
    """The field of a mutation of the staff. `codes` are parted by spaces; faults of a definition lie below `root`."""
    told = _told(does, takes, root)
    return mutation(Change(name, description, refused, takes, gives, codes_of(CODES, codes.split()), told))


def refused(code: str, context: MerchantContext, field: str | None = None) -> ChangeRefused:
    """A refusal of our own, in the caller's language."""
    message = TEXTS[language_of(context.locale)][f"partners.refused.{code.lower()}"]
    return ChangeRefused([(code, Fault(["input"] if field is None else ["input", field], message))])


def _told(does: Does, takes: type, root: str) -> Does:
    """The same, with refusals of the engine by the caller's fields and in their language."""

    async def run(context: MerchantContext, given: Any) -> Mapping[str, Any]:
        try:
            return await does(context, given)
        except IdempotencyKeyInvalid:
            raise refused("INVALID_IDEMPOTENCY_KEY", context, "idempotencyKey") from None
        except IdempotencyKeyReused:
            raise refused("IDEMPOTENCY_KEY_REUSED", context, "idempotencyKey") from None
        except _REFUSALS as refusal:
            raise _refusal(refusal, context, takes, root) from None

    return run


def _refusal(refusal: Any, context: MerchantContext, takes: type, root: str) -> ChangeRefused:
    code = f"FILE_{refusal.code}" if isinstance(refusal, ReportFileRefused) else refusal.code
    if code == "INVALID":
        message = refusal.message[:1].upper() + refusal.message[1:].rstrip(".") + "."
    else:
        message = TEXTS[language_of(context.locale)][f"partners.refused.{code.lower()}"]
    known = [_camel(field.name) for field in dataclasses.fields(takes)]
    place = getattr(refusal, "field", None) or _FIELDS.get(code) or next((one for one in known if one[-2:] == "Id"), "")
    path = [_camel(part) for part in place.split(".")]
    if path[0] not in known and root in known:
        path.insert(0, root)
    return ChangeRefused([(code, Fault(["input", *path] if path[0] in known else ["input"], message))])


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
