/** Where in the panel the shopper is. Going back returns to where they came from, with the focus that they left. */

import type { Intent } from "./intents.ts";
import type { Quote } from "./rewards_model.ts";
import type { ChangeQuote } from "./standing_model.ts";

export interface HomeView {
  readonly name: "home" | "rewards" | "redemptions";
}

/** Where the shopper stands among the tiers, or which plans there are. */
export interface StandingView {
  readonly name: "tier" | "plans";
}

/** One plan before it is joined. */
export interface PlanView {
  readonly name: "plan";
  readonly planId: string;
}

/** One membership, and what the shopper is asked about it. */
export interface MembershipView {
  readonly name: "membership";
  readonly planId: string;
  asking: "" | "cancel" | "pause" | "change";
  when: "NOW" | "AT_END";
  months: number;
  /** When the question was asked: a wish that is sent again means the same day. */
  askedAt: number;
  /** The plan to go over to, and what that costs: undefined while it is asked for, null where it is impossible. */
  toPlanId: string;
  quote: ChangeQuote | null | undefined;
  /** Names the wish: a wish that is sent again is the same one. */
  key: string;
  busy: boolean;
  problem: string;
}

/** One reward, and how far its redemption has come in this view. */
export interface RewardView {
  readonly name: "reward";
  readonly id: string;
  readonly intent: Intent;
  /** How many points the shopper chose, null where the price is fixed. */
  points: number | null;
  quote: Quote;
  busy: boolean;
  /** It was sent, and perhaps not answered. */
  sent: boolean;
  problem: string;
}

export interface RedemptionView {
  readonly name: "redemption";
  readonly id: string;
  /** The shopper asked for it a moment ago, so even its first state is news. */
  readonly fresh: boolean;
  /** The state that the shopper was told last. */
  told: string;
  /** The shopper was asked whether they really want their points back. */
  asking: boolean;
  busy: boolean;
  problem: string;
}

/** A page of the game; the module that draws it knows what else belongs to it. */
export interface GameView {
  readonly name: "game";
}

/** A page about offers of partners; the module that draws it knows what else belongs to it. */
export interface OffersView {
  readonly name: "offers";
}

export type View = HomeView | RewardView | RedemptionView | StandingView | PlanView | MembershipView | GameView | OffersView;

interface Left {
  readonly view: View;
  readonly focus: string | undefined;
  readonly scrolled: number;
}

export class Navigation {
  view: View = { name: "home" };
  private left: Left[] = [];

  get deep(): boolean {
    return this.left.length > 0;
  }

  go(view: View, focus: string | undefined, scrolled: number): void {
    this.left.push({ view: this.view, focus, scrolled });
    this.view = view;
  }

  /** Something else in the same place: going back skips what was here. */
  replace(view: View): void {
    this.view = view;
  }

  back(): Left | undefined {
    const left = this.left.pop();
    if (left) this.view = left.view;
    return left;
  }

  reset(): void {
    this.left = [];
    this.view = { name: "home" };
  }
}

export function redemptionView(id: string, fresh = false): RedemptionView {
  return { name: "redemption", id, fresh, told: "", asking: false, busy: false, problem: "" };
}

/** A name for a wish that nobody else gives: sent again under the same name it is the same wish. */
export function wishKey(): string {
  return ["panel", ...crypto.getRandomValues(new Uint32Array(4))].join("-");
}

export function membershipView(planId: string): MembershipView {
  return { name: "membership", planId, asking: "", when: "AT_END", months: 1, askedAt: 0, toPlanId: "", quote: undefined, key: "", busy: false, problem: "" };
}
