"""What the app could answer about the game: states that a demo reaches only by playing for weeks."""

from __future__ import annotations

from typing import Any

from tests.support.reward_answers import in_days

Answer = dict[str, Any]
PIXEL = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"
NAMES = ("Kestrel", "Moka Pot", "Noor", "静香", "Ziggy", "Linden", "Pico", "Quill", "Rowan", "Sol", "Uma", "Vale")


def progress(percent: int, text: str, missing: str) -> Answer:
    """How far somebody has come in one thing."""
    return {"percent": percent, "text": text, "missingText": missing}


def step(number: int, name: str, text: str, points: int = 0) -> Answer:
    """A level of a badge."""
    return {"number": number, "name": name, "artworkUrl": PIXEL, "points": points, "experience": 20, "text": text}


def badge(handle: str, title: str, levels: list[Answer]) -> Answer:
    """A badge as anybody may read it."""
    words = {"description": f"About {title}.", "howText": f"How to get {title}."}
    return {"handle": handle, "title": title, "artworkUrl": PIXEL, "levels": levels, **words}


REGULAR = badge(
    "regular",
    "Regular",
    [step(1, "Bronze", "5 orders"), step(2, "Silver", "20 orders", 100), step(3, "Gold", "50 orders", 500)],
)
VOICE = badge("voice", "Trusted voice", [step(1, "", "3 reviews")])
ADVOCATE = badge("advocate", "Advocate", [step(1, "", "3 friends")])


def earned(of: Answer, level: int, address: str = "https://example.com/badges/1", times: int = 1) -> Answer:
    """A badge that the member has."""
    credential = {"url": address, "svgUrl": f"{address}.svg"}
    place = of["levels"][level - 1]
    return {"badge": of, "level": place, "earnedAt": in_days(-2), "times": times, "credential": credential}


def goal(of: Answer, level: int, done: Answer, message: str, **changes: object) -> Answer:
    """A badge that is still to be earned."""
    usual = {"badge": of, "level": of["levels"][level - 1], "progress": done, "windowEndsAt": None, "lockedBy": []}
    return {**usual, "message": message, **changes}


def challenge(handle: str, title: str, state: str, steps: list[Answer], **changes: object) -> Answer:
    """A challenge, and how far the member is."""
    of = {
        "handle": handle,
        "title": title,
        "description": f"About {title}.",
        "artworkUrl": PIXEL,
        "scope": "INDIVIDUAL",
        "inSequence": False,
        "points": 150,
        "experience": 0,
    }
    usual = {"startsAt": None, "endsAt": in_days(4), "completedAt": None, "canJoin": False, "canLeave": False}
    if "community" in changes:
        of["scope"] = "COMMUNITY"
    return {"challenge": of, "state": state, "steps": steps, **usual, "community": None, "message": "", **changes}


def stage(title: str, done: Answer, *, done_at: str | None = None, locked: bool = False) -> Answer:
    """A step of a challenge."""
    return {"handle": title.lower(), "title": title, "progress": done, "doneAt": done_at, "locked": locked}


def streak(length: int, *states: str, **changes: object) -> Answer:
    """A weekly streak with what became of its last weeks."""
    of = {
        "handle": "weekly",
        "title": "Coffee every week",
        "description": "",
        "unit": "WEEK",
        "howText": "Order at least once a week.",
        "freezesMaximum": 2,
    }
    history = [{"startsOn": in_days(-7 * (len(states) - place))[:10], "state": one} for place, one in enumerate(states)]
    usual = {
        "unitDone": False,
        "endsAt": in_days(3) if length else None,
        "freezes": 1,
        "repairableUntil": None,
        "pausedFrom": None,
        "pausedTo": None,
        "quietLeft": 3,
        "next": {"length": 10, "title": "Ten weeks", "points": 100, "experience": 0, "missing": 10 - length},
        "timeZone": "America/New_York",
        "message": "One more order keeps it.",
    }
    return {"streak": of, "length": length, "best": 14, "history": history, **usual, **changes}


LEVEL = {
    "level": 4,
    "title": "Explorer",
    "experience": 1240,
    "nextTitle": "Pathfinder",
    "nextAt": 1500,
    "percent": 48,
    "message": "260 XP until Pathfinder",
}


def game(**changes: object) -> Answer:
    """The answer to the operation `game`: what is not told is not there."""
    me: Answer = {
        "id": "gid://laurel/Member/1",
        "credentialIdentity": "laurel-6f1c",
        "level": None,
        "badges": [],
        "badgeProgress": [],
        "challenges": [],
        "streaks": [],
    }
    around: Answer = {"leaderboards": [], "leagues": []}
    mine = {key: value for key, value in changes.items() if key in me}
    others = {key: value for key, value in changes.items() if key not in me}
    return {"me": {**me, **mine}, "program": {"badges": [], "challenges": []}, **around, **others}


def board_head(**changes: object) -> Answer:
    """A board on the list of boards."""
    usual = {"handle": "points-all-time", "title": "All-time points", "status": "LIVE", "total": 128, "joined": True}
    return {**usual, "displayName": "Ada", "me": {"rank": 17, "scoreText": "480"}, "quarantine": None, **changes}


def row(rank: int, name: str = "", **changes: object) -> Answer:
    """A row of a board."""
    shown = {"rank": rank, "scoreText": str(1000 - rank), "handle": name or NAMES[rank % len(NAMES)]}
    return {**shown, "isMe": False, "isFriend": False, **changes}


def board(**changes: object) -> Answer:
    """The answer to the operation `leaderboard`: the seventeenth of 128."""
    season = {"key": "all", "title": "All time", "endsAt": None, "current": True, "closed": False}
    usual = {
        "handle": "points-all-time",
        "title": "All-time points",
        "description": "",
        "status": "LIVE",
        "total": 128,
        "rules": ["Who reached a score first stands first."],
        "period": season,
        "periods": [season],
        "segment": {"key": ""},
        "segments": [{"key": "", "title": "Everybody"}],
        "prizes": [{"text": "Place 1: 500 points"}],
        "top": [row(rank) for rank in range(1, 11)],
        "around": [row(rank, isMe=rank == 17, handle="Ada" if rank == 17 else f"N{rank}") for rank in range(15, 20)],
        "friends": [],
        "me": {"rank": 17, "scoreText": "983", "percentile": 86},
        "joined": True,
        "displayName": "Ada",
        "quarantine": None,
    }
    result = {"handle": "points-all-time", "period": {"title": "October 2026"}, "rank": 2, "scoreText": "410"}
    results = [{**result, "entries": 88, "adjustedScoreText": "390", "prizePoints": 200}]
    return {"me": {"id": "gid://laurel/Member/1", "boardResults": results}, "leaderboard": {**usual, **changes}}


def apart(**changes: object) -> Answer:
    """A board that the member is not on."""
    return board(joined=False, me=None, displayName=None, around=[], **changes)


def quarantine(**changes: object) -> Answer:
    """An entry that is being looked at."""
    usual = {"id": "gid://laurel/Quarantine/1", "reasonText": "Many orders were placed within one hour."}
    silent = {"appeal": None, "appealedAt": None, "decision": None, "canAppeal": True}
    return {**usual, "since": in_days(-1), **silent, **changes}


def league(**changes: object) -> Answer:
    """The answer to the operation `league`: third of 24, five go up, five go down."""
    zones = ["PROMOTION"] * 5 + ["STAY"] * 14 + ["DEMOTION"] * 5
    rows = [
        {"rank": place, "scoreText": str(700 - place), "handle": f"P{place}", "isMe": place == 3, "zone": zone}
        for place, zone in enumerate(zones, 1)
    ]
    steps = [{"position": place, "title": f"{name} league"} for place, name in enumerate(("Bronze", "Silver", "Gold"))]
    me: Answer = {
        "step": {**steps[1], "prizes": []},
        "rank": 3,
        "scoreText": "697",
        "size": 24,
        "promotionRank": 5,
        "demotionRank": 20,
        "zone": "PROMOTION",
        "rows": rows,
        "message": "The first 5 go up.",
    }
    week = {"startsAt": in_days(-9), "step": {"title": "Bronze league"}, "rank": 2, "scoreText": "640"}
    usual = {
        "handle": "weekly",
        "title": "Weekly league",
        "description": "",
        "steps": steps,
        "rules": ["Points of the week count."],
        "endsAt": in_days(3),
        "joined": True,
        "displayName": "Ada",
        "me": me,
        "history": [{**week, "outcome": "PROMOTED", "prizePoints": 50}],
        "quarantine": None,
    }
    return {"league": {**usual, **changes}}


def league_head() -> Answer:
    """A league on the list of leagues."""
    standing = {"step": {"title": "Silver league"}, "rank": 3, "size": 24, "zone": "PROMOTION"}
    return {"handle": "weekly", "title": "Weekly league", "endsAt": in_days(3), "joined": True,
            "displayName": "Ada", "me": standing}  # fmt: skip
