"""The words of the merchant pages, in each of our languages: a module per page. A test holds the key sets equal."""

from __future__ import annotations

from plugin.merchant.texts import (
    agreements,
    badges,
    challenges,
    common,
    conditions,
    file_problems,
    files,
    game,
    game_problems,
    home,
    leaderboards,
    leagues,
    member_game,
    members,
    partner_hosts,
    partner_problems,
    partners,
    perks,
    plan_form,
    plans,
    problems,
    program,
    purchases,
    redemptions,
    reward_form,
    rewards,
    rule_form,
    rule_times,
    sentences,
    standing,
    statements,
    streaks,
    tier_form,
    tiers,
)

MODULES = (
    agreements,
    badges,
    challenges,
    common,
    conditions,
    file_problems,
    files,
    game,
    game_problems,
    home,
    leaderboards,
    leagues,
    member_game,
    members,
    partner_hosts,
    partner_problems,
    partners,
    perks,
    plan_form,
    plans,
    problems,
    program,
    purchases,
    redemptions,
    reward_form,
    rewards,
    rule_form,
    rule_times,
    sentences,
    standing,
    statements,
    streaks,
    tier_form,
    tiers,
)

TEXTS: dict[str, dict[str, str]] = {
    "en": {key: text for module in MODULES for key, text in module.ENGLISH.items()},
    "zh-CN": {key: text for module in MODULES for key, text in module.CHINESE.items()},
}


def text_of(locale: str, key: str, **values: object) -> str:
    """One text, with its places filled in. Raises KeyError for a key that no language has."""
    return TEXTS[locale][key].format(**values)
