/** The pages about offers, and what each remembers while it is open. */

import type { OffersView } from "../navigation.ts";
import type { ExchangeQuote, Offer } from "./model.ts";

/** All offers, and all that was claimed. */
export interface AllView extends OffersView {
  readonly page: "all";
}

/** One offer, and how far the shopper has come with it. */
export interface OfferView extends OffersView {
  readonly page: "offer";
  readonly id: string;
  /** What was claimed of it before this view: whatever is newer is the answer to its wish. */
  readonly before: string;
  /** The shopper read what they agree to, and is asked whether they want it. */
  asking: boolean;
  /** The terms are unfolded. */
  reading: boolean;
  quote: ExchangeQuote | null;
  /** When the quote ends, by this device's clock. */
  quoteEnds: number;
  readonly fields: Map<string, HTMLInputElement | HTMLTextAreaElement>;
  busy: boolean;
  /** It was sent, and perhaps not answered. */
  sent: boolean;
  problem: string;
}

export interface ClaimView extends OffersView {
  readonly page: "claim";
  readonly id: string;
  /** The shopper asked for it a moment ago, so its first state is news. */
  readonly fresh: boolean;
  /** The state that the shopper was told last. */
  told: string;
  reading: boolean;
}

export type OwnView = AllView | OfferView | ClaimView;

export function allView(): AllView {
  return { name: "offers", page: "all" };
}

export function offerView({ id, claim }: Pick<Offer, "id" | "claim">): OfferView {
  return { name: "offers", page: "offer", id, before: claim?.id ?? "", asking: false, reading: false, quote: null, quoteEnds: 0, fields: new Map(), busy: false, sent: false, problem: "" };
}

export function claimView(id: string, fresh = false): ClaimView {
  return { name: "offers", page: "claim", id, fresh, told: "", reading: false };
}
