/** What `graphql/operations/standing.graphql` answers: tiers, memberships and what they give, worded by the API. */

import type { Money } from "./model.ts";

/** One thing that is asked for, and how far the shopper has come. */
export interface Measure {
  readonly metric: string;
  /** 0 to 100, for bars and rings. */
  readonly percent: number;
  /** A decimal number; "0" when it is reached. */
  readonly missing: string;
  readonly text: string;
}

/** Something that a tier or a plan does for its members. */
export interface Privilege {
  readonly handle: string;
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly url: string | null;
  readonly text: string | null;
  readonly opensAt: string | null;
}

/** A privilege of the shopper's own, with its code where one was made. */
export interface MyPrivilege {
  readonly perk: Privilege;
  /** The name of the tier or the title of the plan that it comes from. */
  readonly grantorTitle: string;
  readonly state: string | null;
  readonly code: string | null;
  readonly applyUrl: string | null;
  readonly endsAt: string | null;
}

export interface TierHead {
  readonly handle: string;
  readonly name: string;
  readonly color: string;
}

/** Whether all or any of the measures is asked for. */
export type Match = "ALL" | "ANY";

export interface NextTier extends TierHead {
  readonly match: Match;
  readonly message: string;
  readonly requirementText: string;
  readonly progress: readonly Measure[];
  readonly perks: readonly Privilege[];
}

export interface Stay {
  readonly by: string | null;
  readonly match: Match;
  readonly met: boolean;
  readonly message: string;
  readonly progress: readonly Measure[];
}

/** What stops counting on a day. */
export interface Drop {
  readonly date: string;
  readonly metric: string;
  readonly amount: string;
  readonly currencyCode: string | null;
}

export interface MyTier extends TierHead {
  readonly description: string;
  readonly since: string;
  readonly validUntil: string | null;
  readonly atRisk: boolean;
  readonly graceUntil: string | null;
  readonly overridden: boolean;
  readonly next: NextTier | null;
  readonly stay: Stay | null;
  readonly projected: { readonly at: string; readonly message: string; readonly dropping: readonly Drop[] } | null;
}

export interface Tier extends TierHead {
  readonly description: string;
  readonly requirementText: string;
  readonly retainText: string;
  readonly entryPoints: number;
  readonly perks: readonly Privilege[];
}

export interface Plan {
  readonly id: string;
  readonly handle: string;
  readonly title: string;
  readonly description: string;
  readonly color: string;
  readonly price: Money | null;
  /** "month", "3 months", "30 days". */
  readonly interval: { readonly text: string };
  readonly trialDays: number;
  readonly graceDays: number;
  readonly minimumCycles: number | null;
  readonly benefits: readonly Privilege[];
  readonly terms: string;
  /** What is sold for it by the unit. */
  readonly products: readonly { readonly url: string | null }[];
  readonly joinUrl: string | null;
  readonly joined: boolean;
}

/** Something that the shopper got because of a membership. */
export interface Benefit {
  readonly id: string;
  readonly occurredAt: string;
  readonly title: string;
  readonly value: Money;
  readonly points: number;
}

export interface Membership {
  readonly plan: Plan;
  readonly status: string;
  readonly way: string;
  readonly startedAt: string;
  readonly endsAt: string | null;
  readonly entitled: boolean;
  readonly entitledUntil: string | null;
  readonly cancelAt: string | null;
  readonly pausedUntil: string | null;
  readonly nextBillingAt: string | null;
  readonly trialEndsAt: string | null;
  readonly paymentUrl: string | null;
  readonly message: string | null;
  readonly canCancel: boolean;
  readonly canCancelNow: boolean;
  readonly canWithdraw: boolean;
  readonly canPause: boolean;
  readonly canResume: boolean;
  readonly canChange: boolean;
  readonly refundIfCanceled: Money | null;
  readonly savedThisYear: readonly Money[];
  readonly benefits: readonly Benefit[];
}

/** What going over to another plan would cost now. */
export interface ChangeQuote {
  readonly when: "NOW" | "AT_END";
  readonly due: Money;
  readonly effectiveAt: string;
}

export interface StandingAnswer {
  readonly me: {
    readonly id: string;
    readonly tier: MyTier | null;
    readonly memberships: readonly Membership[];
    readonly perks: readonly MyPrivilege[];
  } | null;
  /** `tierTerms` says in sentences what counts, for how long, and how long a tier lasts. */
  readonly program: { readonly tiers: readonly Tier[]; readonly tierTerms: readonly string[]; readonly plans: readonly Plan[] } | null;
}
