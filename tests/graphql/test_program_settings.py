"""What a program says besides its rules, and going back to what an earlier version said."""

from __future__ import annotations

from typing import Any

import anyio

from tests.support.graphql_requests import Ask
from tests.support.rule_requests import PROGRAM, ROLLBACK, create, review, revision_of


async def test_what_the_program_says_besides_its_rules_is_changed_in_part(ask_merchant: Ask) -> None:
    start = await revision_of(ask_merchant)
    program = {
        "name": "Club", "timeZone": "Europe/Berlin", "multiplierCeiling": "3", "reminderDays": [14, 3],
        "groups": [{"handle": "g", "mode": "BEST_OF"}], "refunds": {"shortfall": "WRITE_OFF"},
        "transfers": {"enabled": True, "pointsPerDay": 500}, "tagsExcluded": ["staff"],
    }  # fmt: skip

    first = (await ask_merchant(PROGRAM, {"input": {"expectedRevision": start, "program": program}})).data
    second = (
        await ask_merchant(
            PROGRAM,
            {"input": {"expectedRevision": start + 1, "program": {"removeMultiplierCeiling": True, "name": "Guild"}}},
        )
    ).data["programUpdate"]["programDraft"]["definition"]

    assert first["programUpdate"]["programDraft"]["definition"] == {
        "name": "Club", "timeZone": "Europe/Berlin", "multiplierCeiling": "3", "reminderDays": [14, 3],
        "tagsExcluded": ["staff"], "groups": [{"handle": "g", "mode": "BEST_OF"}],
        "refunds": {"taking": "LATEST_END_FIRST", "shortfall": "WRITE_OFF", "restoreMinimumDays": 30},
        "transfers": {"enabled": True, "pointsPerDay": 500, "minimum": 1},
    }  # fmt: skip
    assert (second["name"], second["multiplierCeiling"], second["timeZone"]) == ("Guild", None, "Europe/Berlin")


WRONG_PROGRAMS: list[tuple[dict[str, Any], list[str]]] = [
    ({"timeZone": "Moon/Sea"}, ["input", "program", "timeZone"]),
    ({"timeZone": "../../etc/passwd"}, ["input", "program", "timeZone"]),
    ({"name": ""}, ["input", "program", "name"]),
    ({"multiplierCeiling": "0"}, ["input", "program", "multiplierCeiling"]),
    ({"reminderDays": [0]}, ["input", "program", "reminderDays", "0"]),
    ({"reminderDays": [5, 5]}, ["input", "program"]),
    ({"refunds": {"restoreMinimumDays": -1}}, ["input", "program", "refunds", "restoreMinimumDays"]),
]


async def test_what_makes_no_sense_of_a_program_is_refused(ask_merchant: Ask) -> None:
    start = await revision_of(ask_merchant)

    for given, place in WRONG_PROGRAMS:
        payload = (await ask_merchant(PROGRAM, {"input": {"expectedRevision": start, "program": given}})).data
        errors = payload["programUpdate"]["userErrors"]
        assert [(error["code"], error["field"]) for error in errors] == [("INVALID", place)], given

    assert await revision_of(ask_merchant) == start


async def test_an_earlier_version_is_published_again(ask_merchant: Ask) -> None:
    await create(ask_merchant, review(), await revision_of(ask_merchant))
    await ask_merchant("mutation { programPublish(input: {}) { programVersion { version } } }")

    stale = (await ask_merchant(ROLLBACK, {"input": {"version": 1, "expectedLatest": 1}})).data["programRollback"]
    unknown = (await ask_merchant(ROLLBACK, {"input": {"version": 9}})).data["programRollback"]
    back = (await ask_merchant(ROLLBACK, {"input": {"version": 1, "expectedLatest": 2}})).data["programRollback"]
    listed = (await ask_merchant("{ programVersions { version publishedBy } }")).data["programVersions"]

    assert [error["code"] for error in stale["userErrors"]] == ["VERSION_CHANGED"]
    assert [error["code"] for error in unknown["userErrors"]] == ["NO_SUCH_VERSION"]
    assert back["programVersion"] == {
        "version": 3, "definition": {"rules": [{"handle": "purchase"}, {"handle": "sign-up"}]},
    }  # fmt: skip
    assert listed[0] == {"version": 3, "publishedBy": "staff:17"}


async def test_the_fields_that_conditions_can_ask_about_are_listed(ask_merchant: Ask) -> None:
    fields = (await ask_merchant("{ conditionFields { name kind operators } }")).data["conditionFields"]

    assert {"name": "member.subscribed", "kind": "BOOLEAN", "operators": ["EQ", "NE", "EXISTS"]} in fields
    assert [field["name"] for field in fields] == sorted(field["name"] for field in fields)


async def test_of_several_who_go_back_at_once_one_does_and_the_others_are_told(ask_merchant: Ask) -> None:
    told: list[list[str]] = []

    async def go_back() -> None:
        payload = (await ask_merchant(ROLLBACK, {"input": {"version": 1, "expectedLatest": 1}})).data["programRollback"]
        told.append([error["code"] for error in payload["userErrors"]])

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(go_back)
    listed = (await ask_merchant("{ programVersions { version } }")).data["programVersions"]

    assert sorted(told) == [[], ["VERSION_CHANGED"], ["VERSION_CHANGED"], ["VERSION_CHANGED"]]
    assert [version["version"] for version in listed] == [2, 1]
