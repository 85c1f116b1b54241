"""What the definitions of the game object to: patterns of their messages, each with the name of its text."""

from __future__ import annotations

from typing import Final

PATTERNS: Final = (
    (r"^Field required$|^Value should have at least 1 item", "short"),
    (r"a currency is named where spend is counted", "game_currency"),
    (r"(?:spend|points|orders|reviews|referrals|events|days) are counted in whole numbers$", "game_whole"),
    (r"an amount has more decimals than (\S+) has", "game_decimals"),
    (r"a window ends after it begins|does not end after it begins|a challenge ends after it begins", "order"),
    (r"a badge for each window counts in calendar units", "badge_window"),
    (r"what is completed again and again does not count", "badge_last"),
    (r"each level takes more (?:experience )?than the one below it", "rising"),
    (r"^There is no badge (\S+)\.$", "badge_unknown"),
    (r"^A badge cannot come after itself", "badge_circle"),
    (r"everybody has a level that takes no experience", "level_free"),
    (r"two steps have the same handle", "step_twice"),
    (r"a challenge of the whole community has one step", "community_step"),
    (r"a challenge of the whole community has an end", "community_end"),
    (r"each milestone is longer than the one before it", "rising"),
    (r"points on the plateau are given every so many", "plateau"),
    (r"at most (\d+) \w+ a year may be quiet", "quiet"),
    (r"a tier is named twice", "tier_twice"),
    (r"seasons are named where the period is custom", "seasons"),
    (r"two of its (?:season|segment)s are both (\S+)", "twice"),
    (r"a board of all time never closes", "all_time"),
    (r"a prize is for the places from the first", "prize_order"),
    (r"two prizes (?:of .+ )?are for one place", "prize_twice"),
    (r"does not say what looks like cheating", "watch_nothing"),
    (r"the largest cohort is not smaller", "cohort"),
    (r"nobody rises from the highest league", "highest"),
    (r"nobody falls from the lowest league", "lowest_league"),
    (r"more rise from and fall out of (.+) than its smallest", "moves"),
)
