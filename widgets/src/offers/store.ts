/** What the open panel knows about offers of partners and claims, and what the shopper does with them. */

import { tail } from "../intents.ts";
import { LiveStore } from "../live_store.ts";
import type { UserError } from "../rewards_model.ts";
import type { Session } from "../session.ts";
import type { Claim, ExchangeQuote, Offer, OffersAnswer, Outcome } from "./model.ts";

interface Payload {
  readonly claim?: Claim | null;
  readonly quote?: ExchangeQuote | null;
  readonly userErrors: readonly UserError[];
}

export class OfferStore extends LiveStore<OffersAnswer> {
  /** Claims that a mutation told of before the list did. */
  private readonly told = new Map<string, Claim>();

  constructor(session: Session) {
    super(session, OFFERS_DOCUMENT_ID);
  }

  get offers(): readonly Offer[] {
    return this.answer?.offers.nodes ?? [];
  }

  /** Newest first. */
  get claims(): readonly Claim[] {
    const listed = this.answer?.claimedOffers.nodes ?? [];
    const ids = new Set(listed.map(({ id }) => id));
    return [...[...this.told.values()].filter(({ id }) => !ids.has(id)).reverse(), ...listed];
  }

  offer(id: string): Offer | undefined {
    return this.offers.find((offer) => offer.id === id);
  }

  claim(id: string): Claim | undefined {
    return this.claims.find((claim) => claim.id === id);
  }

  async quote(offerId: string, points: number): Promise<Outcome<ExchangeQuote>> {
    const answer = await this.ask<{ offerQuote: Payload }>(OFFER_QUOTE_DOCUMENT_ID, { input: { offerId, points } });
    const payload = answer?.offerQuote;
    return { made: payload?.quote ?? null, problem: payload?.userErrors[0] ?? null, answered: Boolean(payload) };
  }

  async take(offerId: string, idempotencyKey: string, quoteId: string | null, account: string | null): Promise<Outcome<Claim>> {
    const input = { offerId, idempotencyKey, quoteId, account };
    const answer = await this.ask<{ offerClaim: Payload }>(OFFER_CLAIM_DOCUMENT_ID, { input });
    const payload = answer?.offerClaim;
    const made = payload?.claim ?? null;
    if (made) this.told.set(made.id, made);
    await Promise.all([this.session.refresh(), this.refresh()]);
    return { made, problem: payload?.userErrors[0] ?? null, answered: Boolean(payload) };
  }

  protected override arrived(answer: OffersAnswer): void {
    for (const { id } of answer.claimedOffers.nodes) this.told.delete(id);
  }
}

/**
 * Names the wish for an offer by what the shopper sees: two tabs that show the same send the same key, and the API
 * answers both with one claim. A wish without an answer is sent again under its own key, after a reload, too.
 */
export function claimKey(memberId: string, { id, claim }: Pick<Offer, "id" | "claim">, quoteId: string | null): string {
  return ["claim", memberId, id, claim?.id ?? "", ...(quoteId ? [quoteId] : [])].map(tail).join("-");
}
