"""The merchant's schema: the program, its rewards and members, what happened, and everything that staff can change."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from laurel_graphql.limits import Limits
from laurel_graphql.merchant_conversions import ConversionMutations
from laurel_graphql.merchant_games import GameMutations
from laurel_graphql.merchant_offers import OfferMutations
from laurel_graphql.merchant_partner_access import AccessMutations
from laurel_graphql.merchant_partners import PartnerMutations
from laurel_graphql.merchant_settlement import SettlementMutations
from laurel_graphql.mutations.billing_confirm import BillingConfirmPayload, billing_confirm
from laurel_graphql.mutations.bulk_grant_cancel import BulkGrantCancelPayload, bulk_grant_cancel
from laurel_graphql.mutations.bulk_grant_check import BulkGrantCheckPayload, bulk_grant_check
from laurel_graphql.mutations.bulk_grant_start import BulkGrantStartPayload, bulk_grant_start
from laurel_graphql.mutations.event_record import EventRecordPayload, event_record
from laurel_graphql.mutations.member_merge import MemberMergePayload, member_merge
from laurel_graphql.mutations.member_unmerge import MemberUnmergePayload, member_unmerge
from laurel_graphql.mutations.membership_grant import MembershipGrantPayload, membership_grant
from laurel_graphql.mutations.membership_repair_settle import MembershipRepairSettlePayload, membership_repair_settle
from laurel_graphql.mutations.parked_event_replay import ParkedEventReplayPayload, parked_event_replay
from laurel_graphql.mutations.plan_archive import PlanArchivePayload, plan_archive
from laurel_graphql.mutations.plan_create import PlanCreatePayload, plan_create
from laurel_graphql.mutations.plan_update import PlanUpdatePayload, plan_update
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
from laurel_graphql.mutations.staff_membership_cancel import MembershipCancelPayload, membership_cancel
from laurel_graphql.mutations.staff_membership_pause import MembershipPausePayload, membership_pause
from laurel_graphql.mutations.staff_membership_resume import MembershipResumePayload, membership_resume
from laurel_graphql.mutations.tier_override import TierOverridePayload, tier_override
from laurel_graphql.mutations.tier_override_withdraw import TierOverrideWithdrawPayload, tier_override_withdraw
from laurel_graphql.mutations.tier_plan_apply import TierPlanApplyPayload, tier_plan_apply
from laurel_graphql.mutations.tier_plan_create import TierPlanCreatePayload, tier_plan_create
from laurel_graphql.mutations.tier_plan_drop import TierPlanDropPayload, tier_plan_drop
from laurel_graphql.queries.activity import ActivityQueries
from laurel_graphql.queries.explanations import ExplanationQueries
from laurel_graphql.queries.games import GameQueries
from laurel_graphql.queries.members import MemberQueries
from laurel_graphql.queries.memberships import MembershipQueries
from laurel_graphql.queries.partners import PartnerQueries
from laurel_graphql.queries.program import ProgramQueries
from laurel_graphql.queries.rewards import RewardQueries
from laurel_graphql.queries.tiers import TierQueries
from laurel_graphql.scalars import SCALARS
from laurel_graphql.schema import LaurelSchema


@strawberry.type(description="What the shop's staff may read.")
class Query(
    ProgramQueries,
    RewardQueries,
    MemberQueries,
    TierQueries,
    MembershipQueries,
    ActivityQueries,
    ExplanationQueries,
    GameQueries,
    PartnerQueries,
):
    """Everything that the rooms of `queries` hold."""


@strawberry.type(description="What the shop's staff may change.")
class Mutation(
    GameMutations, PartnerMutations, AccessMutations, OfferMutations, ConversionMutations, SettlementMutations
):
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
    tier_plan_create: TierPlanCreatePayload = strawberry.field(
        resolver=tier_plan_create, description="Think about a change of the tiers: count what it would do."
    )
    tier_plan_apply: TierPlanApplyPayload = strawberry.field(
        resolver=tier_plan_apply, description="Let a change be the tiers from now on."
    )
    tier_plan_drop: TierPlanDropPayload = strawberry.field(
        resolver=tier_plan_drop, description="Think about a change no longer."
    )
    tier_override: TierOverridePayload = strawberry.field(
        resolver=tier_override, description="Give a member a tier by hand."
    )
    tier_override_withdraw: TierOverrideWithdrawPayload = strawberry.field(
        resolver=tier_override_withdraw, description="Take back a tier that was given by hand."
    )
    plan_create: PlanCreatePayload = strawberry.field(resolver=plan_create, description="Sell a new plan.")
    plan_update: PlanUpdatePayload = strawberry.field(
        resolver=plan_update, description="Make the next version of a plan."
    )
    plan_archive: PlanArchivePayload = strawberry.field(resolver=plan_archive, description="Sell a plan no more.")
    membership_grant: MembershipGrantPayload = strawberry.field(
        resolver=membership_grant, description="Give a member days of a plan."
    )
    membership_cancel: MembershipCancelPayload = strawberry.field(
        resolver=membership_cancel, description="End a member's membership."
    )
    membership_pause: MembershipPausePayload = strawberry.field(
        resolver=membership_pause, description="Pause a member's membership."
    )
    membership_resume: MembershipResumePayload = strawberry.field(
        resolver=membership_resume, description="Let a membership go on that is paused, or that was to end."
    )
    membership_repair_settle: MembershipRepairSettlePayload = strawberry.field(
        resolver=membership_repair_settle, description="Say how an order or a contract was repaired."
    )
    billing_confirm: BillingConfirmPayload = strawberry.field(
        resolver=billing_confirm, description="Let members be billed again after the app came back."
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
