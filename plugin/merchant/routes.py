"""The addresses of the merchant's pages, and of the files that they send and fetch."""

from __future__ import annotations

from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from plugin.merchant.files import file_list, files
from plugin.merchant.game.badges import badge_preview, badges, edit_badge, new_badge
from plugin.merchant.game.challenges import challenges, edit_challenge, new_challenge
from plugin.merchant.game.holders import badge_holders
from plugin.merchant.game.leaderboard_form import edit_leaderboard, new_leaderboard
from plugin.merchant.game.leaderboards import leaderboard, leaderboards, live_board
from plugin.merchant.game.leagues import edit_league, leagues, new_league
from plugin.merchant.game.overview import game
from plugin.merchant.game.quarantines import quarantines
from plugin.merchant.game.streaks import edit_levels, edit_streak, new_streak, streaks
from plugin.merchant.game.zones import in_program_zone
from plugin.merchant.home import home
from plugin.merchant.members import member, member_of_customer, members
from plugin.merchant.pages import STATIC_FOLDER, Draw, Pages
from plugin.merchant.partners.routes import PARTNER_PAGES
from plugin.merchant.plans import edit_plan, new_plan, plan_members, plans
from plugin.merchant.previews import preview
from plugin.merchant.privacy import PrivacyRoutes
from plugin.merchant.products import find_product
from plugin.merchant.program import program, settings
from plugin.merchant.redemptions import redemptions
from plugin.merchant.repairs import repairs
from plugin.merchant.rewards import edit_reward, new_reward, rewards
from plugin.merchant.rules import edit_rule, new_rule
from plugin.merchant.tier_form import edit_tiers
from plugin.merchant.tiers import tier_plan, tiers
from plugin.merchant.why import order_why, transaction_why
from plugin.services import Services
from plugin.shopify.installation import Installation

_DRAWN: dict[str, Draw] = {
    "/": home,
    "/program": program,
    "/program/preview": preview,
    "/program/settings": settings,
    "/program/rules/new": new_rule,
    "/program/rules/{handle}": edit_rule,
    "/rewards": rewards,
    "/rewards/new": new_reward,
    "/rewards/{reward:int}": edit_reward,
    "/redemptions": redemptions,
    "/tiers": tiers,
    "/tiers/edit": edit_tiers,
    "/tiers/plans/{plan:int}": tier_plan,
    "/plans": plans,
    "/plans/new": new_plan,
    "/plans/product": find_product,
    "/plans/repairs": repairs,
    "/plans/{plan:int}": edit_plan,
    "/plans/{plan:int}/members": plan_members,
    "/members": members,
    "/members/{member:int}": member,
    "/members/{member:int}/why/{transaction:int}": transaction_why,
    "/members/order-why": order_why,
    "/members/of-customer/{customer:int}": member_of_customer,
    "/import-export": files,
    "/import-export/files": file_list,
}

_GAME: dict[str, Draw] = {
    "/game": game,
    "/game/badges": badges,
    "/game/badges/new": new_badge,
    "/game/badges/{badge:int}": edit_badge,
    "/game/badges/{badge:int}/holders": badge_holders,
    "/game/badges/previews/{preview:int}": badge_preview,
    "/game/challenges": challenges,
    "/game/challenges/new": new_challenge,
    "/game/challenges/{challenge:int}": edit_challenge,
    "/game/streaks": streaks,
    "/game/streaks/new": new_streak,
    "/game/streaks/{streak:int}": edit_streak,
    "/game/levels": edit_levels,
    "/game/leaderboards": leaderboards,
    "/game/leaderboards/new": new_leaderboard,
    "/game/leaderboards/{board:int}": leaderboard,
    "/game/leaderboards/{board:int}/edit": edit_leaderboard,
    "/game/leaderboards/{board:int}/live": live_board,
    "/game/quarantine": quarantines,
    "/game/leagues": leagues,
    "/game/leagues/new": new_league,
    "/game/leagues/{league:int}": edit_league,
}


def merchant_routes(services: Services, installation: Installation) -> list[Route | Mount]:
    """Every route of the embedded pages."""
    pages = Pages(services, installation)
    privacy = PrivacyRoutes(services, installation)
    return [
        *(Route(path, pages.page(draw), methods=["GET"]) for path, draw in _DRAWN.items()),
        *(Route(path, pages.page(in_program_zone(draw)), methods=["GET"]) for path, draw in _GAME.items()),
        *(Route(path, pages.page(draw), methods=["GET"]) for path, draw in PARTNER_PAGES.items()),
        Route("/privacy/{request_id:int}", privacy.download, methods=["GET"]),
        Route("/privacy/{request_id:int}", privacy.complete, methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC_FOLDER)),
    ]
