"""The merchant's schema: the program, its rewards and members, what happened, and everything that staff can change."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from laurel_graphql.limits import Limits
from laurel_graphql.mutations.bulk_grant_cancel import BulkGrantCancelPayload, bulk_grant_cancel
from laurel_graphql.mutations.bulk_grant_check import BulkGrantCheckPayload, bulk_grant_check
from laurel_graphql.mutations.bulk_grant_start import BulkGrantStartPayload, bulk_grant_start
from laurel_graphql.mutations.event_record import EventRecordPayload, event_record
from laurel_graphql.mutations.member_merge import MemberMergePayload, member_merge
from laurel_graphql.mutations.member_unmerge import MemberUnmergePayload, member_unmerge
from laurel_graphql.mutations.parked_event_replay import ParkedEventReplayPayload, parked_event_replay
from laurel_graphql.mutations.points_adjust import PointsAdjustPayload, points_adjust
from laurel_graphql.mutations.points_transfer import PointsTransferPayload, points_transfer
from laurel_graphql.mutations.program_preview import ProgramPreviewPayload, program_preview
from laurel_graphql.mutations.program_publish import ProgramPublishPayload, program_publish
from laurel_graphql.mutations.program_rollback import ProgramRollbackPayload, program_rollback
from laurel_graphql.mutations.program_update import ProgramUpdatePayload, program_update
from laurel_graphql.mutations.redemption_fulfill import RedemptionFulfillPayload, redemption_fulfill
from laurel_graphql.mutations.redemption_refuse import RedemptionRefusePayload, redemption_refuse
from laurel_graphql.mutations.reward_archive import RewardArchivePayload, reward_archive
from laurel_graphql.mutations.reward_create import RewardCreatePayload, reward_create
from laurel_graphql.mutations.reward_update import RewardUpdatePayload, reward_update
from laurel_graphql.mutations.rule_archive import RuleArchivePayload, rule_archive
from laurel_graphql.mutations.rule_create import RuleCreatePayload, rule_create
from laurel_graphql.mutations.rule_update import RuleUpdatePayload, rule_update
from laurel_graphql.queries.activity import ActivityQueries
from laurel_graphql.queries.explanations import ExplanationQueries
from laurel_graphql.queries.members import MemberQueries
from laurel_graphql.queries.program import ProgramQueries
from laurel_graphql.queries.rewards import RewardQueries
from laurel_graphql.scalars import SCALARS
from laurel_graphql.schema import LaurelSchema


@strawberry.type(description="What the shop's staff may read.")
class Query(ProgramQueries, RewardQueries, MemberQueries, ActivityQueries, ExplanationQueries):
    """Everything that the rooms of `queries` hold."""


@strawberry.type(description="What the shop's staff may change.")
class Mutation:
    program_publish: ProgramPublishPayload = strawberry.field(
        resolver=program_publish, description="Publish the draft as the program's next version."
    )
    program_preview: ProgramPreviewPayload = strawberry.field(
        resolver=program_preview, description="Try the draft, or a version, out. Changes nothing."
    )
    program_update: ProgramUpdatePayload = strawberry.field(
        resolver=program_update, description="Change what the draft says besides its rules."
    )
    program_rollback: ProgramRollbackPayload = strawberry.field(
        resolver=program_rollback, description="Publish what an earlier version said as the next version."
    )
    rule_create: RuleCreatePayload = strawberry.field(resolver=rule_create, description="Add a rule to the draft.")
    rule_update: RuleUpdatePayload = strawberry.field(resolver=rule_update, description="Replace a rule of the draft.")
    rule_archive: RuleArchivePayload = strawberry.field(
        resolver=rule_archive, description="Take a rule out of the draft."
    )
    reward_create: RewardCreatePayload = strawberry.field(resolver=reward_create, description="Offer a new reward.")
    reward_update: RewardUpdatePayload = strawberry.field(
        resolver=reward_update, description="Make the next version of a reward."
    )
    reward_archive: RewardArchivePayload = strawberry.field(
        resolver=reward_archive, description="Offer a reward no more."
    )
    redemption_fulfill: RedemptionFulfillPayload = strawberry.field(
        resolver=redemption_fulfill, description="Say that what a redemption promised was given by hand."
    )
    redemption_refuse: RedemptionRefusePayload = strawberry.field(
        resolver=redemption_refuse, description="Say that it cannot be given; the points come back."
    )
    points_adjust: PointsAdjustPayload = strawberry.field(
        resolver=points_adjust, description="Give or take points of a member, with a reason."
    )
    points_transfer: PointsTransferPayload = strawberry.field(
        resolver=points_transfer, description="Give points of one member to another one."
    )
    event_record: EventRecordPayload = strawberry.field(
        resolver=event_record, description="Report something that a customer did, once under its id."
    )
    member_merge: MemberMergePayload = strawberry.field(resolver=member_merge, description="Make one member of two.")
    member_unmerge: MemberUnmergePayload = strawberry.field(
        resolver=member_unmerge, description="Part members who were merged."
    )
    bulk_grant_check: BulkGrantCheckPayload = strawberry.field(
        resolver=bulk_grant_check, description="Read a small file of grants and note what each row would do."
    )
    bulk_grant_start: BulkGrantStartPayload = strawberry.field(
        resolver=bulk_grant_start, description="Carry out a checked file."
    )
    bulk_grant_cancel: BulkGrantCancelPayload = strawberry.field(
        resolver=bulk_grant_cancel, description="Apply no more rows of a file."
    )
    parked_event_replay: ParkedEventReplayPayload = strawberry.field(
        resolver=parked_event_replay, description="Try a parked delivery again, from the start."
    )


STAFF_LIMITS = Limits(fields=600, cost=100_000)
"""Staff are known by name and few, and their page of rules shows every part of every condition at once."""

merchant_schema = LaurelSchema(
    "merchant",
    strawberry.Schema(Query, Mutation, config=StrawberryConfig(scalar_map=SCALARS)),
    limits=STAFF_LIMITS,
)
