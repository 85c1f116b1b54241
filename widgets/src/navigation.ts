/** Where in the panel the shopper is. Going back returns to where they came from, with the focus that they left. */

import type { Intent } from "./intents.ts";
import type { Quote } from "./rewards_model.ts";

export interface HomeView {
  readonly name: "home" | "rewards" | "redemptions";
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

export type View = HomeView | RewardView | RedemptionView;

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
