"""Programs elsewhere whose partner this one is, as the staff see them: what was reported, and how it is settled."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from engine.hosts.keys import count_aside
from engine.hosts.reading import (
    HostReportView,
    HostStatementView,
    ReportState,
    host_books,
    host_reports_of,
    host_statements_of,
)
from engine.hosts.store import Host
from laurel_graphql.context import MerchantInfo
from laurel_graphql.fields import computed
from laurel_graphql.gids import gid
from laurel_graphql.pages import After, First, PageInfo, cut, number_after
from laurel_graphql.scalars import Points
from laurel_graphql.types.money import Money, money_of
from laurel_graphql.types.signing_key_records import PartnerHostKey, host_keys_of
from laurel_graphql.types.statement_records import StatementProblem

_NUMBER_MAXIMUM = 2**31 - 1
"""No statement has a higher number."""


@strawberry.enum(description="What became of a report to another program.")
class HostReportState(Enum):
    WAITING = strawberry.enum_value("WAITING", description="It was not answered yet; it is sent again until it is.")
    ACCEPTED = strawberry.enum_value("ACCEPTED", description="The other program took it.")
    REFUSED = strawberry.enum_value("REFUSED", description="The other program did not take it, and said why.")


@strawberry.type(description="How much was exchanged with another program.")
class HostBooks:
    reports_waiting: Points = strawberry.field(description="Reports that were not answered yet.")
    reports_accepted: Points = strawberry.field(description="Reports that it took.")
    reports_refused: Points = strawberry.field(description="Reports that it did not take.")
    events: Points = strawberry.field(description="Its signed entries that we have.")
    events_disputed: Points = strawberry.field(description="Those that we hold something against.")


@strawberry.type(description="A report of ours to another program.")
class HostReport:
    report_id: str = strawberry.field(description="Our name for it.")
    is_refund: bool = strawberry.field(description="Whether it is about a refund, else about a purchase.")
    reference: str = strawberry.field(description="Our order.")
    amount: Money = strawberry.field(description="What was paid, or given back.")
    state: HostReportState = strawberry.field(description="What became of it.")
    code: str | None = strawberry.field(description="Why it was refused, as a code of the other program.")
    created_at: datetime = strawberry.field(description="When it was made.")
    answered_at: datetime | None = strawberry.field(description="When it was answered.")


@strawberry.type(description="A row of a statement that the two sides have otherwise.")
class HostDifference:
    problem: StatementProblem = strawberry.field(description="How they differ; we are the partner here.")
    event_id: str = strawberry.field(description="The entry's id, the same on both sides.")
    kind: str | None = strawberry.field(description="What our copy says that happened, null without one.")
    reference: str | None = strawberry.field(description="Our order, where our copy names one.")
    verdict: str | None = strawberry.field(description="What we hold against our copy, as a code.")


@strawberry.type(description="What a statement of another program comes to in one currency.")
class HostDue:
    due: Money = strawberry.field(description="Above zero we owe it, below zero the other program.")
    to_pay: Money = strawberry.field(description="What of it is left to pay.")


@strawberry.type(description="A statement of another program, and what we make of it by our own copies.")
class HostStatement:
    number: int = strawberry.field(description="Its number.")
    starts_at: datetime | None = strawberry.field(description="The first moment of its cycle, as it says.")
    ends_at: datetime = strawberry.field(description="The first moment after its cycle.")
    line_count: int = strawberry.field(description="How many entries it has.")
    dues: list[HostDue] = strawberry.field(description="What it says that is due, by currency.")
    root: str = strawberry.field(description="Its root hash, as hexadecimal digits.")
    own_root: str = strawberry.field(description="The root hash of the same entries as we have them.")
    agreed: bool = strawberry.field(description="Whether the two books say the same.")
    differences: list[HostDifference] = strawberry.field(description="Where they differ; empty where agreed.")
    received_at: datetime = strawberry.field(description="When it was read.")
    answered_at: datetime | None = strawberry.field(description="When the other program was told.")


@strawberry.type(description="A page of another program's statements.")
class HostStatementConnection:
    nodes: list[HostStatement] = strawberry.field(description="The statements, newest first.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")


@strawberry.type(description="A connection to a program elsewhere, whose partner this one is.")
class PartnerHost:
    number: strawberry.Private[int]
    id: strawberry.ID = strawberry.field(description="The connection's global id.")
    handle: str = strawberry.field(description="What this program calls it.")
    name: str = strawberry.field(description="Its name.")
    base_url: str = strawberry.field(description="Where its app is.")
    key_id: str = strawberry.field(description="The name of the key that it made for this program.")
    code_prefixes: list[str] = strawberry.field(
        description="What its codes for this program's shop begin with; orders with such a code are reported."
    )
    created_at: datetime = strawberry.field(description="When it was connected.")
    created_by: str = strawberry.field(description="Who connected it.")
    ended_at: datetime | None = strawberry.field(description="When it was ended, null while it goes on.")
    last_call_at: datetime | None = strawberry.field(description="When it was last called, null for never.")
    failures: int = strawberry.field(description="How many calls in a row failed.")
    last_error: str | None = strawberry.field(description="Why the last one failed, null where it did not.")

    keys: list[PartnerHostKey] = strawberry.field(
        description="Its public keys: the trusted ones, the one that signs now first, then those that wait to be taken."
    )

    @computed("How many of its entries wait, put aside, for a key to be taken.")
    async def entries_aside(self, info: MerchantInfo) -> Points:
        """Counted when it is asked for."""
        async with info.context.reading() as connection:
            return Points(await count_aside(connection, info.context.program_id, self.number))

    @computed("How much was exchanged.")
    async def books(self, info: MerchantInfo) -> HostBooks:
        """Counted when it is asked for."""
        async with info.context.reading() as connection:
            found = await host_books(connection, info.context.program_id, self.number)
        return HostBooks(
            reports_waiting=Points(found.reports_waiting),
            reports_accepted=Points(found.reports_accepted),
            reports_refused=Points(found.reports_refused),
            events=Points(found.events),
            events_disputed=Points(found.events_disputed),
        )

    @computed("The newest reports to it.")
    async def reports(
        self,
        info: MerchantInfo,
        states: Annotated[
            list[HostReportState] | None,
            strawberry.argument(description="Only those in one of these states; null: in any."),
        ] = None,
        first: First = 20,
    ) -> list[HostReport]:
        """Newest first."""
        wanted = HostReportState if states is None else states
        names = [name for state, name in _REPORT_STATES.items() if state in wanted]
        async with info.context.reading() as connection:
            found = await host_reports_of(connection, info.context.program_id, self.number, names, first)
        return [_report(one) for one in found]

    @computed("Its statements, newest first.")
    async def statements(self, info: MerchantInfo, first: First = 20, after: After = None) -> HostStatementConnection:
        """One page of them."""
        context, number = info.context, number_after(after, "HostStatement")
        before = None if number is None else min(number, _NUMBER_MAXIMUM)
        async with context.reading() as connection:
            views = await host_statements_of(connection, context.program_id, self.number, first + 1, before)
        found = [_statement(one) for one in views]
        return HostStatementConnection(nodes=found[:first], page_info=cut(found, "HostStatement", first, after))


_REPORT_STATES: dict[HostReportState, ReportState] = {
    HostReportState.WAITING: "waiting", HostReportState.ACCEPTED: "accepted", HostReportState.REFUSED: "refused",
}  # fmt: skip


def host_record_of(record: Host) -> PartnerHost:
    """The connection of an engine's record, without its secret."""
    return PartnerHost(
        number=record.host_id,
        id=strawberry.ID(gid("PartnerHost", record.host_id)),
        handle=record.handle,
        name=record.name,
        base_url=record.base_url,
        key_id=record.key_id,
        code_prefixes=list(record.code_prefixes),
        created_at=record.created_at,
        created_by=record.created_by,
        ended_at=record.ended_at,
        last_call_at=record.last_call_at,
        failures=record.failures,
        last_error=record.last_error,
        keys=host_keys_of(record),
    )


def _report(view: HostReportView) -> HostReport:
    return HostReport(
        report_id=view.report_id,
        is_refund=view.kind == "refund",
        reference=view.reference,
        amount=money_of(view.amount_minor, view.currency),
        state=HostReportState[view.state.upper()],
        code=view.code,
        created_at=view.created_at,
        answered_at=view.answered_at,
    )


def _statement(view: HostStatementView) -> HostStatement:
    return HostStatement(
        number=view.number,
        starts_at=view.starts_at,
        ends_at=view.ends_at,
        line_count=view.lines,
        dues=[
            HostDue(due=money_of(one.due_minor, one.currency), to_pay=money_of(one.to_pay_minor, one.currency))
            for one in view.dues
        ],
        root=view.root.hex(),
        own_root=view.own_root.hex(),
        agreed=view.agreed,
        differences=[
            HostDifference(
                problem=StatementProblem[one.problem.upper()], event_id=one.event_id, kind=one.kind,
                reference=one.reference, verdict=one.verdict,
            )
            for one in view.differences
        ],
        received_at=view.received_at,
        answered_at=view.answered_at,
    )  # fmt: skip
