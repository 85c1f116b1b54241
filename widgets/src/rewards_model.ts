/** What `graphql/operations/rewards.graphql` and the shopper's mutations answer. */

import type { Money } from "./model.ts";

/** What a number of points buys now, and between which numbers the shopper may choose. */
export interface Quote {
  readonly points: number;
  readonly money: Money | null;
  readonly percentage: string | null;
  /** Why it is not more, in words. */
  readonly bindingCapMessage: string | null;
  readonly minimumPoints: number;
  readonly maximumPoints: number;
  readonly step: number;
  readonly combinesWith: { readonly order: boolean; readonly product: boolean; readonly shipping: boolean };
}

export interface Reward {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly kind: string;
  /** `points` is null where the shopper chooses how many, from `minimum` to `maximum` in whole steps. */
  readonly cost: {
    readonly points: number | null;
    readonly minimum: number;
    readonly maximum: number;
    readonly step: number;
  };
  readonly availability: { readonly allowed: boolean; readonly reason: string | null; readonly message: string | null };
  readonly quote: Quote;
  readonly stockLeft: number | null;
  /** For how many days its code can be used, null where it has none. */
  readonly codeDays: number | null;
  readonly endsAt: string | null;
  readonly terms: string;
}

export interface Redemption {
  readonly id: string;
  readonly status: string;
  readonly points: number;
  readonly code: string | null;
  readonly reward: { readonly id: string; readonly title: string; readonly kind: string };
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly canCancel: boolean;
  readonly applyUrl: string | null;
  readonly orderName: string | null;
  /** What the shop adds for the shopper to read, such as how an experience is booked. */
  readonly note: string | null;
}

export interface Birthday {
  readonly month: number;
  readonly day: number;
  /** The first day, as `YYYY-MM-DD`, on which it can be changed. */
  readonly changeableFrom: string;
}

export interface ExpiringSoon {
  readonly points: number;
  readonly expiresAt: string;
  /** Days until the last one on which they can be spent; 0 is today. */
  readonly daysLeft: number;
}

export interface RewardsAnswer {
  readonly rewards: { readonly nodes: readonly Reward[] };
  readonly me: {
    readonly redemptions: { readonly nodes: readonly Redemption[] };
    readonly expiringNext: readonly ExpiringSoon[];
    readonly birthday: Birthday | null;
  } | null;
}

export interface UserError {
  readonly message: string;
  readonly code: string | null;
}

/** What a mutation came to: what it made, or why not. Neither, when no answer came: then nobody knows. */
export interface Outcome {
  readonly redemption: Redemption | null;
  readonly problem: string | null;
  readonly answered: boolean;
}
