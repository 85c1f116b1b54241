/** What `graphql/operations/offers.graphql` and the shopper's claims answer. */

import type { Money } from "../model.ts";
import type { UserError } from "../rewards_model.ts";

export type OfferKind = "CODE" | "LINK" | "ACCRUAL" | "REDEMPTION" | "EXCHANGE";
export type ClaimStatus = "READY" | "USED" | "VOID" | "EXPIRED";

export interface Exchange {
  /** So many of the partner's points… */
  readonly numerator: number;
  /** …for so many of ours. */
  readonly denominator: number;
  readonly minimumPoints: number;
  readonly maximumPoints: number | null;
  /** What the partner's points are called. */
  readonly unitName: string;
  /** What the shopper is asked for; empty where they are asked nothing. */
  readonly accountHint: string;
}

export interface Offer {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly terms: string;
  readonly kind: OfferKind;
  readonly partner: { readonly name: string; readonly website: string | null; readonly about: string };
  readonly artworkUrl: string | null;
  readonly endsAt: string | null;
  /** How many are left for all, null where there is no end to them. */
  readonly remaining: number | null;
  readonly availability: { readonly allowed: boolean; readonly reason: string | null; readonly message: string | null };
  readonly price: { readonly points: number } | null;
  readonly exchange: Exchange | null;
  readonly earning: { readonly text: string } | null;
  readonly worth: string;
  readonly validDays: number | null;
  /** What the shopper claimed of it last. */
  readonly claim: { readonly id: string; readonly status: ClaimStatus } | null;
}

export interface Claim {
  readonly id: string;
  readonly status: ClaimStatus;
  readonly kind: OfferKind;
  /** The code or voucher, or the shopper's number at the partner. */
  readonly code: string | null;
  /** Where a link leads. */
  readonly url: string | null;
  readonly points: number;
  readonly gives: number | null;
  readonly account: string | null;
  readonly expiresAt: string | null;
  readonly claimedAt: string;
  /** Why it was taken back. */
  readonly note: string | null;
  readonly offer: Pick<Offer, "id" | "title" | "kind" | "terms" | "artworkUrl" | "worth"> & {
    readonly partner: { readonly name: string };
    readonly unitName: string | null;
  };
}

/** What an exchange gives, promised for a minute and good once. */
export interface ExchangeQuote {
  readonly id: string;
  readonly points: number;
  readonly gives: number;
  readonly expiresAt: string;
}

/** Something that was bought at a partner, and the points for it. */
export interface Purchase {
  readonly id: string;
  readonly status: "PENDING" | "APPROVED" | "DECLINED" | "REVERSED";
  readonly points: number;
  readonly message: string;
  readonly occurredAt: string;
  readonly amount: Money;
  readonly partner: { readonly name: string };
}

export interface OffersAnswer {
  readonly me: { readonly id: string; readonly partnerPurchases: { readonly nodes: readonly Purchase[] } } | null;
  readonly offers: { readonly nodes: readonly Offer[] };
  readonly claimedOffers: { readonly nodes: readonly Claim[] };
}

/** What a wish came to: what was made of it, or why not. Neither, when no answer came: then nobody knows. */
export interface Outcome<Made> {
  readonly made: Made | null;
  readonly problem: UserError | null;
  readonly answered: boolean;
}
