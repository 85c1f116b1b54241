"""What there is to play for, as the staff write, change, read and archive it: exact answers, typed refusals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import install_shop
from tests.support.graphql_requests import Ask

ORDERS: dict[str, Any] = {"metric": "ORDERS"}
INPUTS: dict[str, dict[str, Any]] = {
    "badge": {
        "title": "Regular", "counter": ORDERS, "window": {"kind": "EACH", "unit": "MONTH"},
        "recurrence": "EACH_WINDOW", "levels": [
            {"name": "Bronze", "target": 1}, {"name": "Silver", "target": "3", "points": 50, "pointsNeverExpire": True},
        ],
    },
    "challenge": {
        "title": "Hello", "join": "JOINED", "order": "SEQUENCE", "points": 20, "steps": [
            {"handle": "buy", "title": "Buy", "counter": {**ORDERS, "minimumSpend": "20.00", "currency": "USD"}},
            {"handle": "tell", "title": "Tell", "counter": {"metric": "REVIEWS"}, "target": 2},
        ],
    },
    "streak": {
        "title": "Weeks", "counter": ORDERS, "unit": "WEEK", "freezesByTier": [{"tier": "gold", "freezes": 1}],
        "milestones": [{"length": 4, "title": "A month", "points": 10}],
    },
    "levels": {
        "experience": [{"counter": {"metric": "SPEND", "currency": "USD"}, "factor": "1.5"}],
        "levels": [{"title": "One", "threshold": 100}, {"title": "Two", "threshold": 300, "points": 5}],
    },
    "leaderboard": {
        "title": "Spring", "counter": {"metric": "POINTS", "sources": ["order"]}, "period": "MONTH",
        "ranking": "DENSE", "segments": [{"kind": "TIER", "value": "gold"}], "dailyCap": 500,
        "prizes": [{"first": 1, "last": 3, "points": 100}], "quarantine": {"ordersPerHour": 5},
    },
    "league": {"title": "Weekly", "leagues": [{"title": "Seed", "promote": 5}, {"title": "Crown", "demote": 5}]},
}  # fmt: skip


async def created(ask: Ask, kind: str, **more: Any) -> dict[str, Any]:
    """Make a game of the kind; returns what the answer says of it."""
    name = kind.capitalize()
    given = {"handle": "one", kind: INPUTS[kind], **more}
    reply = await ask(
        f"mutation ($input: {name}CreateInput!) {{ {kind}Create(input: $input) {{"
        f" {kind} {{ id handle version archivedAt summary }} userErrors {{ field message code }} }} }}",
        {"input": given},
    )
    answer: dict[str, Any] = reply.data[f"{kind}Create"]
    return answer


async def test_a_game_of_each_kind_is_made_changed_and_archived_by_versions(ask_merchant: Ask) -> None:
    for kind in INPUTS:
        await assert_changed_by_versions(ask_merchant, kind)


async def assert_changed_by_versions(ask_merchant: Ask, kind: str) -> None:
    """Make, change and archive a game of a kind."""
    name = kind.capitalize()
    made = await created(ask_merchant, kind)
    game_id = made[kind]["id"]
    again = await created(ask_merchant, kind)

    update = (
        f"mutation ($input: {name}UpdateInput!) {{ {kind}Update(input: $input) {{ {kind} {{ version }}"
        " userErrors { field code } } }"
    )
    given = {f"{kind}Id": game_id, "expectedVersion": 1, kind: INPUTS[kind]}
    changed = (await ask_merchant(update, {"input": given})).data
    late = (await ask_merchant(update, {"input": given})).data
    archive = (
        f"mutation ($input: {name}ArchiveInput!) {{ {kind}Archive(input: $input) {{ {kind} {{ archivedAt }}"
        " userErrors { field code } } }"
    )
    gone = (await ask_merchant(archive, {"input": {f"{kind}Id": game_id, "expectedVersion": 2}})).data
    twice = (await ask_merchant(archive, {"input": {f"{kind}Id": game_id, "expectedVersion": 2}})).data

    assert (made["userErrors"], made[kind]["handle"], made[kind]["version"]) == ([], "one", 1)
    assert made[kind]["summary"]
    assert [error["code"] for error in again["userErrors"]] == ["TOO_MANY" if kind == "levels" else "HANDLE_TAKEN"]
    assert changed[f"{kind}Update"] == {kind: {"version": 2}, "userErrors": []}
    assert late[f"{kind}Update"] == {
        kind: None, "userErrors": [{"field": ["input", "expectedVersion"], "code": "VERSION_CONFLICT"}],
    }  # fmt: skip
    assert gone[f"{kind}Archive"][kind]["archivedAt"] is not None
    assert twice[f"{kind}Archive"]["userErrors"] == [{"field": ["input", f"{kind}Id"], "code": "ARCHIVED"}]


async def test_everything_that_a_badge_says_is_read_as_it_was_written(ask_merchant: Ask) -> None:
    made = await created(ask_merchant, "badge")

    reply = await ask_merchant(
        """query ($id: ID!) { badge(id: $id) { title hidden givenByHand recurrence retroactive rollback after members
        counter { metric sources testOrders text } window { kind unit days text } artwork { id builtin }
        levels { number name target points pointsDays experience members text artworkUrl } summary } }""",
        {"id": made["badge"]["id"]},
    )

    badge = reply.data["badge"]
    levels = badge.pop("levels")
    assert badge == {
        "title": "Regular", "hidden": False, "givenByHand": False, "recurrence": "EACH_WINDOW", "retroactive": False,
        "rollback": True, "after": [], "members": 0, "artwork": {"id": "builtin:star", "builtin": True},
        "counter": {"metric": "ORDERS", "sources": [], "testOrders": False, "text": "Orders"},
        "window": {"kind": "EACH", "unit": "MONTH", "days": None, "text": "Each month"},
        "summary": [
            "Bronze: Place 1 order within a calendar month.", "Silver: Place 3 orders within a calendar month.",
            "It can be earned once in each period.", "What is done from now on counts.", "A refund takes it back.",
        ],
    }  # fmt: skip
    assert [one.pop("artworkUrl").rpartition("/")[2] for one in levels] == ["star-bronze.svg", "star-silver.svg"]
    assert levels == [
        {"number": 1, "name": "Bronze", "target": "1", "points": 0, "pointsDays": 365, "experience": 0, "members": 0,
         "text": "1 order"},
        {"number": 2, "name": "Silver", "target": "3", "points": 50, "pointsDays": None, "experience": 0,
         "members": 0, "text": "3 orders"},
    ]  # fmt: skip


async def test_a_board_and_its_rules_are_read_as_they_were_written(ask_merchant: Ask) -> None:
    made = await created(ask_merchant, "leaderboard")

    reply = await ask_merchant(
        """query ($id: ID!) { leaderboard(id: $id) { scoreKind counter { metric sources } challenges operator periodKind
        ranking segments { kind value key } dailyCap settleHours prizes { first last points text } participants
        quarantine { ordersPerHour returnsPercent minimumOrders } summary } }""",
        {"id": made["leaderboard"]["id"]},
    )

    assert reply.data["leaderboard"] == {
        "scoreKind": "COUNTED", "counter": {"metric": "POINTS", "sources": ["order"]}, "challenges": [],
        "operator": "INCREMENT", "periodKind": "MONTH", "ranking": "DENSE", "dailyCap": 500, "settleHours": 24,
        "segments": [{"kind": "TIER", "value": "gold", "key": "tier:gold"}], "participants": 0,
        "prizes": [{"first": 1, "last": 3, "points": 100, "text": "Places 1 to 3: 100 points each"}],
        "quarantine": {"ordersPerHour": 5, "returnsPercent": None, "minimumOrders": 5},
        "summary": [
            "What counts: Points earned from orders.", "Equal scores share a rank, and no rank is left out.",
            "What is refunded no longer counts.", "No more than 500 points of a day counts.",
            "The result is settled 24 hours after the end.", "Prizes are given 14 days after that.",
            "Entries that look unfair are checked by a person first.",
        ],
    }  # fmt: skip


WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    ("badge", {"levels": [{"target": 3}, {"target": 2}]}, ["input", "badge"]),
    ("badge", {"artwork": "https://evil.example/x.svg"}, ["input", "badge", "artwork"]),
    ("badge", {"after": ["nobody-has-this"]}, ["input", "badge", "after"]),
    ("challenge", {"steps": []}, ["input", "challenge", "steps"]),
    ("streak", {"unit": "YEAR"}, ["input", "streak", "unit"]),
    ("levels", {"levels": []}, ["input", "levels", "levels"]),
    ("leaderboard", {"challenges": []}, ["input", "leaderboard"]),
    ("leaderboard", {"counter": {"metric": "SPEND"}}, ["input", "leaderboard", "counter"]),
    ("league", {"cohortMinimum": 1}, ["input", "league", "cohortMinimum"]),
]


async def test_what_is_wrong_is_named_by_its_field_and_nothing_is_made(ask_merchant: Ask) -> None:
    for kind, wrong, field in WRONG:
        answer = await created(ask_merchant, kind, **{kind: {**INPUTS[kind], **wrong}})

        assert answer[kind] is None, wrong
        assert [(error["code"], error["field"]) for error in answer["userErrors"]] == [("INVALID", field)], wrong


async def test_a_game_is_nobody_elses_and_no_other_kind(ask_merchant: Ask, engine: AsyncEngine) -> None:
    other_shop = await install_shop(
        engine, domain="other.myshopify.com", external_id=7_100_000_002, name="Other", currency="EUR",
        time_zone="Europe/Berlin", scopes=[], at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    made = await created(ask_merchant, "badge")
    badge_id = made["badge"]["id"]
    as_challenge = badge_id.replace("/Badge/", "/Challenge/")

    elsewhere = await ask_merchant("query ($id: ID!) { badge(id: $id) { id } badges { id } }", {"id": badge_id},
                                   where=other_shop)  # fmt: skip
    disguised = await ask_merchant(
        """mutation ($id: ID!) { challengeArchive(input: {challengeId: $id, expectedVersion: 1}) {
        userErrors { code } } }""",
        {"id": as_challenge},
    )

    assert elsewhere.data == {"badge": None, "badges": []}
    assert disguised.data["challengeArchive"]["userErrors"] == [{"code": "NOT_FOUND"}]
    assert (await ask_merchant("{ badges { id archivedAt } }")).data["badges"] == [{"id": badge_id, "archivedAt": None}]


async def test_lists_are_paged_by_ids_with_archived_ones_last(ask_merchant: Ask) -> None:
    ids = [(await created(ask_merchant, "badge", handle=f"b{number}"))["badge"]["id"] for number in range(4)]
    await ask_merchant(
        "mutation ($id: ID!) { badgeArchive(input: {badgeId: $id, expectedVersion: 1}) { userErrors { code } } }",
        {"id": ids[0]},
    )

    pages = [
        [one["id"] for one in (await ask_merchant(query, {"after": after})).data["badges"]]
        for query, after in (
            ("query ($after: ID) { badges(after: $after) { id } }", None),
            ("query ($after: ID) { badges(first: 2, after: $after, archived: true) { id } }", None),
            ("query ($after: ID) { badges(first: 2, after: $after, archived: true) { id } }", ids[2]),
        )
    ]

    assert pages == [[ids[1], ids[2], ids[3]], [ids[1], ids[2]], [ids[3], ids[0]]]


async def test_a_picture_is_brought_once_and_harm_is_not_taken(ask_merchant: Ask) -> None:
    mutation = """mutation ($svg: String!) { artworkCreate(input: {name: "Mine", svg: $svg}) {
        artwork { id name builtin url } userErrors { code } } }"""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="3"/></svg>'

    made = (await ask_merchant(mutation, {"svg": svg})).data["artworkCreate"]["artwork"]
    again = (await ask_merchant(mutation, {"svg": svg})).data["artworkCreate"]["artwork"]
    harm = (await ask_merchant(mutation, {"svg": "hello"})).data["artworkCreate"]
    listed = (await ask_merchant("{ artworks { id } }")).data["artworks"]

    assert (made["name"], made["builtin"], again) == ("Mine", False, made)
    assert (harm["artwork"], [error["code"] for error in harm["userErrors"]]) == (None, ["NOT_SVG"])
    assert listed[:2] == [{"id": made["id"]}, {"id": "builtin:bag"}]
