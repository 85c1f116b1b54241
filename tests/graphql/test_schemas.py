"""The schemas as a contract: checked in as SDL, described throughout, and the same keys in every language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    parse,
)

from engine.billing.repairs import RepairReason, Resolution
from engine.challenges.progress import ChallengeState as StateOfChallenge
from engine.game.counters import CounterMetric
from engine.game.windows import Unit
from engine.leaderboards.appeals import Decision
from engine.leaderboards.appeals import RefusalCode as AppealCode
from engine.leaderboards.definitions import Operator, PeriodKind, Ranking
from engine.leaderboards.friends import RefusalCode as FriendCode
from engine.leaderboards.reading import Status
from engine.leaderboards.suspicion import REASONS
from engine.leagues.placing import Outcome
from engine.leagues.reading import Zone
from engine.memberships.definitions import MembershipState, Way
from engine.memberships.refusals import RefusalCode
from engine.rules.caps import Period
from engine.rules.holds import HeldUntil
from engine.rules.outcomes import Reason
from engine.streaks.standing import UnitOutcome
from engine.tiers.requirements import Metric
from engine.tiers.standing import Reason as TierReason
from laurel_graphql.inputs.leaderboards import LeaderboardOperator
from laurel_graphql.persisted import document_id, manifest, operations_folder
from laurel_graphql.sdl import SCHEMAS, print_sdl
from laurel_graphql.texts import TEXTS, reason_text
from laurel_graphql.types.challenges import ChallengeState
from laurel_graphql.types.explanations import OrderReason
from laurel_graphql.types.game_values import GameMetric, GameUnit
from laurel_graphql.types.leaderboard_values import LeaderboardPeriodKind, LeaderboardRanking, LeaderboardStatus
from laurel_graphql.types.leagues import LeagueOutcome, LeagueZone
from laurel_graphql.types.membership_repairs import MembershipRepairReason, MembershipRepairResolution
from laurel_graphql.types.plan_values import MembershipStatus, MembershipWay
from laurel_graphql.types.quarantines import QuarantineDecision
from laurel_graphql.types.streaks import StreakUnitState
from laurel_graphql.types.tier_values import TierMetric
from laurel_graphql.types.tiers import TierChangeReason
from laurel_graphql.types.transactions import TransactionKind, kind_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["storefront", "merchant"])
def test_the_sdl_that_is_checked_in_is_the_schema_that_is_served(name: str) -> None:
    """On a wanted change: `laurel schema NAME > graphql/NAME.graphql`, and a line in the changelog if it breaks."""
    assert (ROOT / "graphql" / f"{name}.graphql").read_text(encoding="utf-8") == print_sdl(name)


def undescribed(schema: GraphQLSchema) -> Iterator[str]:
    """The paths of everything of ours that has no description."""
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        if not kind.description:
            yield kind.name
        if isinstance(kind, GraphQLEnumType):
            yield from (f"{kind.name}.{name}" for name, value in kind.values.items() if not value.description)
        elif isinstance(kind, GraphQLInputObjectType):
            yield from (f"{kind.name}.{name}" for name, field in kind.fields.items() if not field.description)
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                if not field.description:
                    yield f"{kind.name}.{name}"
                yield from (
                    f"{kind.name}.{name}({argument})" for argument, given in field.args.items() if not given.description
                )


@pytest.mark.parametrize("name", ["storefront", "merchant"])
def test_everything_has_a_description(name: str) -> None:
    assert list(undescribed(SCHEMAS[name].core)) == []


def test_no_number_in_the_schemas_is_a_float() -> None:
    for schema in SCHEMAS.values():
        assert "Float" not in schema.core.type_map


@pytest.mark.parametrize("name", ["storefront", "merchant"])
def test_every_mutation_takes_one_input_named_after_it_and_returns_user_errors_with_codes_of_its_own(name: str) -> None:
    mutation = SCHEMAS[name].core.mutation_type
    assert mutation is not None
    codes = set()
    for called, field in mutation.fields.items():
        pascal = called[0].upper() + called[1:]
        assert {argument: str(given.type) for argument, given in field.args.items()} == {"input": f"{pascal}Input!"}
        payload = get_named_type(field.type)
        assert isinstance(payload, GraphQLObjectType)
        assert str(payload.fields["userErrors"].type) == f"[{pascal}UserError!]!"
        error = get_named_type(payload.fields["userErrors"].type)
        assert isinstance(error, GraphQLObjectType)
        assert {key: str(value.type) for key, value in error.fields.items()} == {
            "field": "[String!]", "message": "String!", "code": f"{pascal}ErrorCode!",
        }  # fmt: skip
        codes.add(str(error.fields["code"].type))
    assert len(codes) == len(mutation.fields)


def test_every_language_has_the_same_texts_with_the_same_places() -> None:
    english = TEXTS["en"]

    for texts in TEXTS.values():
        assert texts.keys() == english.keys()
        for key, text in texts.items():
            places = {part.split("}")[0] for part in text.split("{")[1:]}
            assert places == {part.split("}")[0] for part in english[key].split("{")[1:]}, key


def test_every_answer_of_the_engine_has_a_name_and_words() -> None:
    reasons = {*get_args(Reason), "no_version", "unclaimed_guest", "awaiting", "awaiting_payment_details", "capped"}

    assert {reason.upper() for reason in reasons} == {reason.name for reason in OrderReason}
    for texts in TEXTS.values():
        assert all(f"order.{reason}" in texts for reason in reasons)
        assert all(f"limit.cap.{period}" in texts for period in get_args(Period))
        assert all(f"limit.hold.{event}" in texts for event in get_args(HeldUntil))


def test_every_state_and_refusal_of_tiers_and_memberships_has_a_name_and_words() -> None:
    def names(literal: object) -> set[str]:
        return {str(one).upper() for one in get_args(literal)}

    assert names(TierReason) == {one.name for one in TierChangeReason}
    assert names(Metric) == {one.name for one in TierMetric}
    assert names(MembershipState) == {one.name for one in MembershipStatus}
    assert names(Way) == {one.name for one in MembershipWay}
    assert names(RepairReason) == {one.name for one in MembershipRepairReason}
    assert names(Resolution) == {one.name for one in MembershipRepairResolution}
    for texts in TEXTS.values():
        assert all(f"tier.change.{reason}" in texts for reason in get_args(TierReason))
        assert all(f"membership.refused.{code.lower()}" in texts for code in get_args(RefusalCode))
        assert all(f"membership.{state}" in texts for state in get_args(MembershipState))
        assert all(f"repair.{reason}" in texts for reason in get_args(RepairReason))


def test_every_state_and_refusal_of_the_game_has_a_name_and_words() -> None:
    def names(literal: object) -> set[str]:
        return {str(one).upper() for one in get_args(literal)}

    assert names(CounterMetric) == {one.name for one in GameMetric}
    assert names(Unit) == {one.name for one in GameUnit}
    assert names(StateOfChallenge) == {one.name for one in ChallengeState}
    assert names(UnitOutcome) == {one.name for one in StreakUnitState}
    assert names(Ranking) == {one.name for one in LeaderboardRanking}
    assert names(PeriodKind) == {one.name for one in LeaderboardPeriodKind}
    assert names(Operator) == {one.name for one in LeaderboardOperator}
    assert names(Status) == {one.name for one in LeaderboardStatus}
    assert names(Zone) == {one.name for one in LeagueZone}
    assert names(Outcome) == {one.name for one in LeagueOutcome}
    assert names(Decision) == {one.name for one in QuarantineDecision}
    for texts in TEXTS.values():
        assert all(f"quarantine.reason.{reason.lower()}" in texts for reason in REASONS)
        assert all(f"quarantine.evidence.{reason.lower()}" in texts for reason in REASONS)
        assert all(f"league.message.{zone}" in texts for zone in get_args(Zone))
        assert all(f"quarantine.refused.{code.lower()}" in texts for code in get_args(AppealCode))
        assert all(f"friend.refused.{code.lower()}" in texts for code in get_args(FriendCode))


KINDS = (
    "earn", "bonus", "clawback", "expire", "reserve", "capture", "release", "restore", "spend", "mature", "adjust",
    "import", "merge-in", "merge-out", "unmerge-in", "unmerge-out", "transfer-in", "transfer-out",
)  # fmt: skip


def test_every_kind_of_transaction_has_a_name_and_words_with_and_without_details() -> None:
    assert {kind_of(kind) for kind in KINDS} == set(TransactionKind)
    for language in TEXTS:
        for kind in KINDS:
            assert reason_text(kind, {}, language)
            assert reason_text(kind, {"title": "Tour", "event": "custom:quiz"}, language)
    assert reason_text("reserve", {"title": "Tour"}, "en") == "For Tour"
    assert reason_text("adjust", {"reason": "For your patience"}, "en") == "For your patience"
    assert reason_text("bonus", {"event": "birthday"}, "zh-CN") == "生日快乐"
    assert reason_text("bonus", {"event": "badge", "title": "Regular"}, "en") == "Badge earned: Regular"
    assert reason_text("bonus", {"event": "season", "title": "Spring"}, "zh-CN") == "名次奖励：Spring"
    lost = {"event": "game", "name": "badge-7-1", "title": "badge-7-1"}
    assert reason_text("clawback", lost, "en") == "Badge no longer held"
    assert reason_text("clawback", {**lost, "title": "Regular"}, "zh-CN") == "不再持有徽章：Regular"
    assert reason_text("bonus", {"event": "partner", "title": "Harbor"}, "en") == "Purchase at Harbor"
    assert reason_text("clawback", {"event": "partner", "title": "Cups"}, "en") == "Purchase at a partner given back"
    assert reason_text("restore", {"claim": "7", "title": "Cups"}, "en") == "Given back for Cups"
    assert reason_text("clawback", {}, "en") == "Refund"
    assert reason_text("earn", {"order": "#1001"}, "en") == "Order #1001"


def test_an_answer_is_kept_only_where_nothing_in_it_changes_by_itself() -> None:
    kept = {operation.name for operation, document in SCHEMAS["storefront"].persisted.values() if not document.live}

    assert {"panel", "product"} <= kept
    assert not {"rewards", "quote"} & kept


@pytest.mark.parametrize("name", ["storefront", "merchant"])
def test_every_persisted_operation_is_valid_and_alone_in_its_file(name: str) -> None:
    for operation, _ in SCHEMAS[name].persisted.values():
        definitions = [one for one in parse(operation.text).definitions if isinstance(one, OperationDefinitionNode)]
        assert len(definitions) == 1


def test_a_persisted_operation_is_known_by_the_hash_of_its_file() -> None:
    content = (operations_folder() / "panel.graphql").read_bytes()

    assert document_id("storefront", "panel") == "sha256:" + hashlib.sha256(content).hexdigest()
    assert manifest("storefront")[document_id("storefront", "panel")].text == content.decode()
    with pytest.raises(KeyError):
        document_id("storefront", "unknown")
